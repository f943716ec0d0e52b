from django.urls import path

from customers.relations import views

app_name = "relations"

urlpatterns = [
    path("", views.relations, name="list"),
    path("candidates/", views.candidates, name="candidates"),
    path("<int:relation_pk>/removal/", views.removal, name="removal"),
]
