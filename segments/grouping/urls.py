from django.urls import path

from segments.grouping import views

app_name = "grouping"

urlpatterns = [
    path("", views.groups, name="groups"),
    path("runs/", views.runs, name="runs"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("<int:pk>/segment/", views.segment, name="segment"),
    path("segments/<int:pk>/similar/", views.lookalikes, name="lookalikes"),
    path("similar/<int:pk>/", views.lookalike, name="lookalike"),
]
