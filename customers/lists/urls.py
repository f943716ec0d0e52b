from django.urls import path

from customers.lists import views

app_name = "lists"

urlpatterns = [
    path("", views.saved_lists, name="list"),
    path("new/", views.new, name="new"),
    path("first/", views.first, name="first"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/question/", views.question, name="question"),
    path("<int:pk>/copies/", views.copies, name="copies"),
    path("<int:pk>/pin/", views.pin, name="pin"),
    path("<int:pk>/deletion/", views.deletion, name="deletion"),
]
