from django.urls import path

from customers.bulk import views

app_name = "bulk"

urlpatterns = [
    path("", views.bulk_list, name="list"),
    path("new/<slug:key>/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/run/", views.run, name="run"),
    path("<int:pk>/cancellation/", views.cancellation, name="cancellation"),
    path("<int:pk>/undoing/", views.undoing, name="undoing"),
]
