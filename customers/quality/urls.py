from django.urls import path

from customers.quality import views

app_name = "quality"

urlpatterns = [
    path("", views.base, name="base"),
    path("worst/", views.worst, name="worst"),
    path("assessments/", views.assessments, name="assessments"),
    path("assessments/<int:pk>/", views.assessment, name="assessment"),
    path("corrections/", views.corrections, name="corrections"),
    path("corrections/<int:pk>/decision/", views.decision, name="decision"),
    path("customers/<int:pk>/refreshes/", views.refreshes, name="refreshes"),
]
