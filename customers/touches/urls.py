from django.urls import path

from customers.touches import views

app_name = "touches"

urlpatterns = [
    path("<int:pk>/notes/", views.notes, name="notes"),
    path("<int:pk>/notes/<int:entry_pk>/", views.note, name="note"),
    path("<int:pk>/notes/<int:entry_pk>/deletion/", views.note_deletion, name="note-deletion"),
    path("<int:pk>/notes/<int:entry_pk>/pin/", views.pin, name="pin"),
    path("<int:pk>/calls/", views.calls, name="calls"),
    path("<int:pk>/meetings/", views.meetings, name="meetings"),
    path("<int:pk>/colleagues/", views.colleagues, name="colleagues"),
]
