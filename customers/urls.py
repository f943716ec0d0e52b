from django.urls import path

from customers import views

app_name = "customers"

urlpatterns = [
    path("", views.customer_list, name="list"),
    path("count/", views.count, name="count"),
    path("new/", views.new, name="new"),
    path("assignment/", views.assignment, name="assignment"),
    path("tags/", views.tags, name="tags"),
    path("duplicates/", views.duplicates, name="duplicates"),
    path("<int:pk>/", views.customer_detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/deletion/", views.deletion, name="deletion"),
    path("<int:pk>/notes/", views.notes, name="notes"),
    path("<int:pk>/reveal/", views.reveal, name="reveal"),
    path("<int:pk>/panels/<slug:key>/", views.panel, name="panel"),
]
