from django.urls import path

from crm.desk import home, own_time, searching, views

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("figures/", home.home_figures, name="figures"),
    path("search/", searching.search, name="search"),
    path("livez/", views.livez, name="livez"),
    path("theme/", views.theme, name="theme"),
    path("time-zone/", own_time.own_time, name="own-time"),
]
