from django.urls import path

from customers.fields import views

app_name = "fields"

urlpatterns = [
    path("<slug:key>/", views.value, name="value"),
]
