from django.urls import path

from segments import condition_views, history_views, list_views, views

app_name = "segments"

urlpatterns = [
    path("", views.segment_list, name="list"),
    path("new/", views.new, name="new"),
    path("lists/new/", list_views.new_list, name="list-new"),
    path("draft/", views.draft, name="draft"),
    path("conditions/", condition_views.conditions, name="conditions"),
    path("conditions/draft/", condition_views.conditions_draft, name="conditions-draft"),
    path("count/", views.count, name="count"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/deletion/", views.deletion, name="deletion"),
    path("<int:pk>/freezing/", list_views.freezing, name="freezing"),
    path("<int:pk>/crossings/", history_views.crossings, name="crossings"),
    path("<int:pk>/why/", history_views.why, name="why"),
    path("<int:pk>/refreshes/", views.refreshes, name="refreshes"),
]
