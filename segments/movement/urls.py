from django.urls import path

from segments.movement import views

app_name = "movement"

urlpatterns = [
    path("", views.page, name="page"),
    path("customers/", views.flow, name="flow"),
    path("segments/", views.segments, name="segments"),
    path("watch/", views.watch, name="watch"),
]
