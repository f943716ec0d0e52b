from django.urls import path

from channels.consent import views

app_name = "consent"

urlpatterns = [
    path("<int:pk>/", views.ledger, name="ledger"),
    path("<int:pk>/entries/", views.entries, name="entries"),
    path("<int:pk>/link/", views.link, name="link"),
]
