from django.urls import path

from crm.desk.pivot import views

app_name = "pivot"

urlpatterns = [
    path("", views.table, name="table"),
    path("records/", views.records_list, name="records"),
    path("file/<slug:kind>/", views.file, name="file"),
]
