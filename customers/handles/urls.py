from django.urls import path

from customers.handles import views

app_name = "handles"

urlpatterns = [
    path("", views.handles, name="list"),
    path("<int:identity_pk>/verification/", views.verification, name="verification"),
    path("<int:identity_pk>/detachment/", views.detachment, name="detachment"),
    path("<int:identity_pk>/attachment/", views.attachment, name="attachment"),
    path("<int:identity_pk>/reveal/", views.reveal, name="reveal"),
]
