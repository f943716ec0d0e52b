from django.urls import path

from customers.merging import views

app_name = "merging"

urlpatterns = [
    path("<int:pk>/merges/", views.merges, name="list"),
    path("<int:pk>/merges/<int:merge_pk>/", views.merge, name="merge"),
    path("<int:pk>/merges/<int:merge_pk>/undo/", views.undo, name="undo"),
]
