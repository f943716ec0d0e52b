from django.urls import path

from customers.addresses import views

app_name = "addresses"

urlpatterns = [
    path("", views.addresses, name="list"),
    path("new/", views.new, name="new"),
    path("<int:address_pk>/", views.edit, name="edit"),
    path("<int:address_pk>/removal/", views.removal, name="removal"),
    path("<int:address_pk>/main/", views.main, name="main"),
    path("<int:address_pk>/reveal/", views.reveal, name="reveal"),
]
