from django.urls import path

from segments.scoring import views

app_name = "scoring"

urlpatterns = [
    path("", views.rfm, name="rfm"),
    path("runs/", views.runs, name="runs"),
    path("runs/<int:pk>/", views.run, name="run"),
]
