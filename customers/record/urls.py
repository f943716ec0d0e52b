from django.urls import path

from customers.record import views

app_name = "record"

urlpatterns = [
    path("organisations/", views.organisation_options, name="organisations"),
    path("<int:pk>/details/<slug:name>/", views.field, name="field"),
    path("<int:pk>/changes/", views.changes, name="changes"),
    path("<int:pk>/changes/<int:version>/", views.change, name="change"),
    path("<int:pk>/changes/<int:version>/reversal/", views.reversal, name="reversal"),
]
