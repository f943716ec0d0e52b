from django.urls import path

from customers.imports import schedule_views, views

app_name = "imports"

urlpatterns = [
    path("", views.import_list, name="list"),
    path("new/", views.import_new, name="new"),
    path("mappings/", views.mapping_list, name="mappings"),
    path("mappings/<int:pk>/deletion/", views.mapping_deletion, name="mapping-deletion"),
    path("schedules/", schedule_views.schedule_list, name="schedules"),
    path("schedules/new/", schedule_views.schedule_new, name="schedule-new"),
    path("schedules/<int:pk>/", schedule_views.schedule, name="schedule"),
    path("schedules/<int:pk>/turns/", schedule_views.schedule_turns, name="schedule-turns"),
    path(
        "schedules/<int:pk>/acknowledgement/",
        schedule_views.schedule_acknowledgement,
        name="schedule-acknowledgement",
    ),
    path("schedules/<int:pk>/deletion/", schedule_views.schedule_deletion, name="schedule-deletion"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/mapping/", views.mapping, name="mapping"),
    path("<int:pk>/saving/", views.saving, name="saving"),
    path("<int:pk>/check/", views.check, name="check"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/run/", views.run, name="run"),
    path("<int:pk>/cancellation/", views.cancellation, name="cancellation"),
    path("<int:pk>/review/", views.review, name="review"),
    path("<int:pk>/reversal/", views.reversal, name="reversal"),
    path("<int:pk>/permanence/", views.permanence, name="permanence"),
    path("<int:pk>/repetition/", views.repetition, name="repetition"),
    path("<int:pk>/problems/", views.problems, name="problems"),
    path("<int:pk>/duplicates/", views.duplicates, name="duplicates"),
]
