from django.urls import path

from channels.reports import asking_views, views

app_name = "reports"

urlpatterns = [
    path("", views.service, name="service"),
    path("conversations/", views.conversations, name="conversations"),
    path("tables/<slug:name>/", views.table, name="table"),
    path("ratings/askings/", asking_views.askings, name="askings"),
    path("ratings/askings/<int:pk>/", asking_views.asking_rule, name="asking-rule"),
    path("ratings/<int:pk>/", views.ask, name="ask"),
    path("ratings/<int:pk>/asking/", views.asking, name="asking"),
]
