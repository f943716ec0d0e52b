from django.urls import path

from channels.calling import views

app_name = "calling"

urlpatterns = [
    path("ringing/", views.ringing, name="ringing"),
]
