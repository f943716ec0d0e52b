from django.urls import path

from channels.inbox import starting

app_name = "starting"

urlpatterns = [
    path("<int:pk>/conversations/", starting.start, name="start"),
]
