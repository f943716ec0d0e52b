from django.urls import path

from channels.landing import public_views as views

app_name = "landing-public"

urlpatterns = [
    path("<slug:slug>/", views.page, name="page"),
    path("<slug:slug>/thanks/", views.thanks, name="thanks"),
    path("<slug:slug>/picture/", views.picture, name="picture"),
]
