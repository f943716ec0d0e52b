from django.urls import path

from segments.recommending import views

app_name = "recommending"

urlpatterns = [
    path("", views.card, name="card"),
    path("learnings/", views.learnings, name="learnings"),
    path("learnings/<int:pk>/", views.learning, name="learning"),
    path("exclusions/", views.exclusions, name="exclusions"),
    path("exclusions/<int:pk>/removal/", views.exclusion_removal, name="exclusion-removal"),
    path("setting/", views.setting, name="setting"),
    path("customers/<int:pk>/rejections/", views.rejections, name="rejections"),
    path("customers/<int:pk>/wish/", views.wish, name="wish"),
]
