from django.urls import path

from channels.journeys import step_views, views

app_name = "journeys"

urlpatterns = [
    path("", views.journey_list, name="list"),
    path("new/", views.new, name="new"),
    path("approved/", step_views.approved, name="approved"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/settings/", views.settings, name="settings"),
    path("<int:pk>/leaving/", step_views.leaving, name="leaving"),
    path("<int:pk>/steps/new/", step_views.step_new, name="step-new"),
    path("<int:pk>/steps/<int:node>/", step_views.step, name="step"),
    path("<int:pk>/steps/<int:node>/move/", step_views.step_move, name="step-move"),
    path("<int:pk>/steps/<int:node>/deletion/", step_views.step_deletion, name="step-deletion"),
    path("<int:pk>/steps/<int:node>/people/", views.people, name="people"),
    path("<int:pk>/rehearsal/", views.rehearsal, name="rehearsal"),
    path("<int:pk>/runs/<int:run_pk>/", views.path, name="path"),
    path("<int:pk>/activation/", views.activation, name="activation"),
    path("<int:pk>/pause/", views.pause, name="pause"),
    path("<int:pk>/ending/", views.ending, name="ending"),
    path("<int:pk>/intakes/", views.intakes, name="intakes"),
    path("<int:pk>/copies/", views.copies, name="copies"),
    path("<int:pk>/deletion/", views.deletion, name="deletion"),
]
