from django.urls import path

from customers.tasks import calendar_views

app_name = "calendars"

urlpatterns = [path("<str:token>.ics", calendar_views.feed, name="feed")]
