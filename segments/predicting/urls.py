from django.urls import path

from segments.predicting import views

app_name = "predicting"

urlpatterns = [
    path("", views.card, name="card"),
    path("runs/", views.runs, name="runs"),
    path("runs/<int:pk>/", views.run, name="run"),
]
