from django.urls import path

from customers.files import views

app_name = "files"

urlpatterns = [
    path("<int:pk>/files/", views.files, name="files"),
    path("<int:pk>/files/<int:file_pk>/", views.download, name="download"),
    path("<int:pk>/files/<int:file_pk>/deletion/", views.deletion, name="deletion"),
]
