from django.urls import path

from crm.desk.goals import review_views, views

app_name = "goals"

urlpatterns = [
    path("", views.goal_list, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/deletion/", views.deletion, name="deletion"),
    path("reviews/", review_views.reviews, name="reviews"),
    path("reviews/new/", review_views.new_review, name="review-new"),
    path("reviews/<int:pk>/", review_views.review, name="review"),
    path("reviews/<int:pk>/proposals/", review_views.new_proposal, name="proposals"),
    path("proposals/<int:pk>/closing/", review_views.closing, name="closing"),
]
