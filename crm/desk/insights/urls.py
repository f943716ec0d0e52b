from django.urls import path

from crm.desk.insights import views

app_name = "insights"

urlpatterns = [
    path("", views.page, {"name": "overview"}, name="overview"),
    path("retention/", views.page, {"name": "cohorts"}, name="cohorts"),
    path("distribution/", views.page, {"name": "spread"}, name="spread"),
    path("funnel/", views.page, {"name": "funnel"}, name="funnel"),
    path("demand/", views.page, {"name": "trends"}, name="trends"),
    path("channels/", views.page, {"name": "channels"}, name="channels"),
    path("counting/<slug:name>/", views.counting, name="counting"),
    path("tables/<slug:name>/<slug:sheet>/", views.table, name="table"),
]
