from django.urls import path

from channels.audiences import views

app_name = "audiences"

urlpatterns = [
    path("", views.audience_list, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/repetition/", views.repetition, name="repetition"),
    path("<int:pk>/asking/", views.asking, name="asking"),
    path("<int:pk>/decision/", views.decision, name="decision"),
    path("<int:pk>/ending/", views.ending, name="ending"),
    path("<int:pk>/files/<int:run_pk>/<slug:part>/", views.file, name="file"),
]
