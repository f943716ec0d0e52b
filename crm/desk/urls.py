from django.urls import path

from crm.desk import views

app_name = "desk"

urlpatterns = [
    path("theme/", views.theme, name="theme"),
]
