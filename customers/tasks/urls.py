from django.urls import path

from customers.tasks import calendar_views, views

app_name = "tasks"

urlpatterns = [
    path("", views.my_day, name="day"),
    path("list/", views.task_list, name="list"),
    path("new/", views.new, name="new"),
    path("customers/", views.candidates, name="candidates"),
    path("customers/<int:pk>/", views.follow_up, name="follow-up"),
    path("raised/", views.raised, name="raised"),
    path("raised/attention/", views.attention, name="attention"),
    path("team/", views.team, name="team"),
    path("team/handover/", views.handover, name="handover"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/address/", calendar_views.feed_making, name="feed-making"),
    path("calendar/address/ending/", calendar_views.feed_ending, name="feed-ending"),
    path("<int:pk>/", views.edit, name="edit"),
    path("<int:pk>/completion/", views.completion, name="completion"),
    path("<int:pk>/reopening/", views.reopening, name="reopening"),
    path("<int:pk>/cancellation/", views.cancellation, name="cancellation"),
    path("<int:pk>/snooze/", views.snooze, name="snooze"),
]
