from django.urls import path

from channels.events import door_views, views

app_name = "events"

urlpatterns = [
    path("", views.event_list, name="list"),
    path("new/", views.new, name="new"),
    path("scan/<slug:code>/", door_views.scan, name="scan"),
    path("registrations/<int:pk>/check-in/", door_views.check_in, name="check-in"),
    path("registrations/<int:pk>/check-out/", door_views.check_out, name="check-out"),
    path("registrations/<int:pk>/cancellation/", door_views.cancellation, name="cancellation"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/opening/", views.opening, name="opening"),
    path("<int:pk>/calling-off/", views.calling_off, name="calling-off"),
    path("<int:pk>/invitation/", views.invitation, name="invitation"),
    path("<int:pk>/follow-up/", views.follow_up, name="follow-up"),
    path("<int:pk>/door/", door_views.door, name="door"),
    path("<int:pk>/walk-ins/", door_views.walk_in, name="walk-in"),
]
