from django.urls import path

from channels.reports import public_views

app_name = "rating"

urlpatterns = [path("<str:token>", public_views.page, name="page")]
