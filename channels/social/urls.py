from django.urls import path

from channels.social import views

app_name = "social"

urlpatterns = [
    path("", views.calendar, name="calendar"),
    path("list/", views.post_list, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/day/", views.day, name="day"),
    path("<int:pk>/approval/", views.approval, name="approval"),
    path("<int:pk>/schedule/", views.schedule, name="schedule"),
    path("<int:pk>/withdrawal/", views.withdrawal, name="withdrawal"),
    path("<int:pk>/deletion/", views.deletion, name="deletion"),
]
