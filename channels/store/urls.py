from django.urls import path

from channels.store import shop_views, views

app_name = "store"

urlpatterns = [
    path("", views.board, name="board"),
    path("pickups/", views.pickup_list, name="list"),
    path("pickups/new/", views.new, name="new"),
    path("find/", views.find, name="find"),
    path("shops/", shop_views.shops, name="shops"),
    path("shops/new/", shop_views.new_shop, name="shop-new"),
    path("shops/<int:pk>/", shop_views.shop, name="shop"),
    path("<int:pk>/", views.pickup, name="pickup"),
    path("<int:pk>/readiness/", views.readiness, name="readiness"),
    path("<int:pk>/handover/", views.handover, name="handover"),
    path("<int:pk>/return/", views.taking_back, name="taking-back"),
    path("<int:pk>/cancellation/", views.cancellation, name="cancellation"),
    path("<int:pk>/refund/", views.refund, name="refund"),
    path("<int:pk>/reminder/", views.reminder, name="reminder"),
]
