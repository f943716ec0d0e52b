from django.urls import path

from channels.standards import views

app_name = "standards"

urlpatterns = [
    path("calendars/", views.calendars, name="calendars"),
    path("calendars/new/", views.calendar_new, name="calendar-new"),
    path("calendars/<int:pk>/", views.calendar, name="calendar"),
    path("calendars/<int:pk>/edit/", views.calendar_edit, name="calendar-edit"),
    path("calendars/<int:pk>/deletion/", views.calendar_deletion, name="calendar-deletion"),
    path("calendars/<int:pk>/days/", views.days, name="days"),
    path("calendars/<int:pk>/days/<int:day_pk>/removal/", views.day_removal, name="day-removal"),
    path("standards/", views.policies, name="policies"),
    path("standards/new/", views.policy_new, name="policy-new"),
    path("standards/<int:pk>/", views.policy, name="policy"),
    path("standards/<int:pk>/deletion/", views.policy_deletion, name="policy-deletion"),
    path("standards/<int:pk>/place/", views.policy_place, name="policy-place"),
]
