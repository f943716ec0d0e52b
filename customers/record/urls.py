from django.urls import path

from customers.record import removal_views, sharing_views, views

app_name = "record"

urlpatterns = [
    path("organisations/", views.organisation_options, name="organisations"),
    path("deleted/", removal_views.deleted, name="deleted"),
    path("<int:pk>/restoration/", removal_views.restoration, name="restoration"),
    path("<int:pk>/people/", sharing_views.collaborators, name="people"),
    path("<int:pk>/people/<int:user_pk>/", sharing_views.collaborator, name="collaborator"),
    path("<int:pk>/restriction/", sharing_views.restriction, name="restriction"),
    path("<int:pk>/details/<slug:name>/", views.field, name="field"),
    path("<int:pk>/changes/", views.changes, name="changes"),
    path("<int:pk>/changes/<int:version>/", views.change, name="change"),
    path("<int:pk>/changes/<int:version>/reversal/", views.reversal, name="reversal"),
]
