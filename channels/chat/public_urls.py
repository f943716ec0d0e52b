from django.urls import path

from channels.chat import public_views as views

app_name = "chat"

urlpatterns = [
    path("widget.js", views.script, name="script"),
    path("setup/", views.setup, name="setup"),
    path("messages/", views.messages, name="messages"),
    path("stream/", views.stream, name="stream"),
    path("typing/", views.typing, name="typing"),
    path("marks/", views.marks, name="marks"),
    path("contact/", views.contact, name="contact"),
    path("rating/", views.rating, name="rating"),
    path("files/<int:pk>/", views.file, name="file"),
    path("demo/", views.demo, name="demo"),
]
