from django.urls import path

from channels.live import views

app_name = "live"

urlpatterns = [
    path("stream/", views.stream, name="stream"),
    path("news/", views.news, name="news"),
    path("typing/", views.typing, name="typing"),
    path("absence/", views.absence, name="absence"),
]
