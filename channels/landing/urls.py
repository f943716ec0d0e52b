from django.urls import path

from channels.landing import views

app_name = "landing"

urlpatterns = [
    path("", views.page_list, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/submissions/", views.submissions, name="submissions"),
    path("<int:pk>/publication/", views.publication, name="publication"),
    path("<int:pk>/copies/", views.copies, name="copies"),
    path("<int:pk>/deletion/", views.deletion, name="deletion"),
]
