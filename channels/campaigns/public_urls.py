from django.urls import path

from channels.campaigns import public_views

app_name = "mail"

urlpatterns = [
    path("o/<str:token>", public_views.open, name="open"),
    path("c/<str:token>", public_views.click, name="click"),
    path("u/<str:token>", public_views.unsubscribe, name="unsubscribe"),
    path("p/<str:token>", public_views.preferences, name="preferences"),
]
