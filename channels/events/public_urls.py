from django.urls import path

from channels.events import public_views as views

app_name = "gatherings"

urlpatterns = [
    path("ticket/<str:token>/", views.ticket, name="ticket"),
    path("ticket/<str:token>/event.ics", views.calendar, name="calendar"),
    path("<str:token>/", views.event, name="event"),
    path("<str:token>/thanks/", views.thanks, name="thanks"),
]
