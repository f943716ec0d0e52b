from django.urls import path

from channels.direct import views

app_name = "direct"

urlpatterns = [
    path("mails/<int:pk>/cancellation/", views.mail_cancellation, name="mail-cancellation"),
]
