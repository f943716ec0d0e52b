from django.urls import path

from channels.offers import coupon_views, views

app_name = "offers"

urlpatterns = [
    path("", views.offer_list, name="list"),
    path("new/", views.new, name="new"),
    path("check/", coupon_views.check, name="check"),
    path("redemptions/", coupon_views.redemption, name="redemption"),
    path("redemptions/<int:pk>/return/", coupon_views.taking_back, name="return"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/codes/", views.code_order, name="codes"),
    path("<int:pk>/stop/", views.stop, name="stop"),
    path("<int:pk>/resumption/", views.resumption, name="resumption"),
]
