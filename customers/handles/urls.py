from django.urls import path

from customers.handles import views

app_name = "handles"

urlpatterns = [
    path("identities/", views.identities, name="graph"),
    path("handles/", views.handles, name="list"),
    path("handles/<int:identity_pk>/verification/", views.verification, name="verification"),
    path("handles/<int:identity_pk>/detachment/", views.detachment, name="detachment"),
    path("handles/<int:identity_pk>/attachment/", views.attachment, name="attachment"),
    path("handles/<int:identity_pk>/reveal/", views.reveal, name="reveal"),
]
