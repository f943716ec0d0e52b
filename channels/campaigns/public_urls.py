from django.urls import path

from channels.campaigns import public_views
from channels.campaigns.templating import public_views as pictures

app_name = "mail"

urlpatterns = [
    path("o/<str:token>", public_views.open, name="open"),
    path("c/<str:token>", public_views.click, name="click"),
    path("u/<str:token>", public_views.unsubscribe, name="unsubscribe"),
    path("p/<str:token>", public_views.preferences, name="preferences"),
    path("i/<slug:digest>", pictures.picture, name="picture"),
]
