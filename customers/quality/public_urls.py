from django.urls import path

from customers.quality import public_views

app_name = "refresh"

urlpatterns = [
    path("<str:token>", public_views.refresh, name="refresh"),
    path("address/<str:token>", public_views.verify, name="verify"),
]
