from django.urls import path

from channels.inbound import public_views

app_name = "in"

urlpatterns = [
    path("<str:token>/", public_views.call, name="call"),
]
