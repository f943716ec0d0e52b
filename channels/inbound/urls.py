from django.urls import path

from channels.inbound import views

app_name = "inbound"

urlpatterns = [
    path("<int:pk>/events/", views.event_list, name="events"),
    path("<int:pk>/events/replay/", views.replay_all, name="replay-all"),
    path("events/<int:pk>/", views.event, name="event"),
    path("events/<int:pk>/replay/", views.replay, name="replay"),
]
