from django.urls import path

from channels.reports import views

app_name = "reports"

urlpatterns = [
    path("", views.service, name="service"),
    path("conversations/", views.conversations, name="conversations"),
    path("tables/<slug:name>/", views.table, name="table"),
    path("ratings/<int:pk>/", views.ask, name="ask"),
    path("ratings/<int:pk>/asking/", views.asking, name="asking"),
]
