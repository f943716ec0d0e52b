from django.urls import path

from crm.desk import home, views

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("figures/", home.home_figures, name="figures"),
    path("theme/", views.theme, name="theme"),
]
