from django.urls import path

from channels.social import views

app_name = "social-public"

urlpatterns = [path("<str:token>", views.click, name="click")]
