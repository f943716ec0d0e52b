from django.urls import path

from customers.exports import views

app_name = "exports"

urlpatterns = [
    path("", views.export_list, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/decision/", views.decision, name="decision"),
    path("<int:pk>/file/", views.file, name="file"),
]
