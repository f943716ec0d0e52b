from django.urls import path

from channels.chat import form_views

app_name = "forms"

urlpatterns = [
    path("confirm/<str:token>/", form_views.confirm, name="confirm"),
    path("<str:token>/", form_views.form, name="form"),
    path("<str:token>/thanks/", form_views.thanks, name="thanks"),
]
