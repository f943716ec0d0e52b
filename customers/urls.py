from django.urls import path

from customers import profile, views, walking
from customers.record import removal_views
from customers.record import views as record

app_name = "customers"

urlpatterns = [
    path("", views.customer_list, name="list"),
    path("count/", views.count, name="count"),
    path("columns/", views.columns, name="columns"),
    path("filters/<slug:key>/", views.filter_menu, name="filter"),
    path("new/", views.new, name="new"),
    path("duplicates/", views.duplicates, name="duplicates"),
    path("<int:pk>/", removal_views.or_was_deleted(profile.customer_detail), name="detail"),
    path("<int:pk>/preview/", profile.preview, name="preview"),
    path("<int:pk>/entries/<int:entry_pk>/", profile.entry, name="entry"),
    path("<int:pk>/panels/<slug:key>/", profile.panel, name="panel"),
    path("<int:pk>/previous/", profile.neighbour, {"step": walking.PREVIOUS}, name="previous"),
    path("<int:pk>/next/", profile.neighbour, {"step": walking.NEXT}, name="next"),
    path("<int:pk>/edit/", record.edit, name="edit"),
    path("<int:pk>/deletion/", removal_views.deletion, name="deletion"),
    path("<int:pk>/reveal/", views.reveal, name="reveal"),
]
