from django.urls import path

from channels import views
from channels.sandbox import views as sandbox

app_name = "channels"

urlpatterns = [
    path("", views.channel_list, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.edit, name="edit"),
    path("<int:pk>/connection/", views.connection, name="connection"),
    path("<int:pk>/availability/", views.availability, name="availability"),
    path("sandbox/", sandbox.mailbox, name="sandbox"),
    path("sandbox/faults/", sandbox.faults, name="sandbox-faults"),
    path("sandbox/clearing/", sandbox.clearing, name="sandbox-clearing"),
    path("sandbox/<int:pk>/", sandbox.message, name="sandbox-message"),
    path("sandbox/<int:pk>/html/", sandbox.message_html, name="sandbox-html"),
]
