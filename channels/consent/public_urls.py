from django.urls import path

from channels.consent import public_views

app_name = "preferences"

urlpatterns = [
    path("<str:token>", public_views.page, name="page"),
    path("<str:token>/request", public_views.request, name="request"),
]
