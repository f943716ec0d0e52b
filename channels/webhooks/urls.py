from django.urls import path

from channels.webhooks import views

app_name = "webhooks"

urlpatterns = [
    path("", views.webhook_list, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/secret/", views.secret, name="secret"),
    path("<int:pk>/ping/", views.ping, name="ping"),
    path("<int:pk>/deletion/", views.deletion, name="deletion"),
    path("<int:pk>/deliveries/<int:delivery_pk>/redelivery/", views.redelivery, name="redelivery"),
]
