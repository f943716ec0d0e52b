from django.urls import path

from segments.scoring import rule_views, views

app_name = "scoring"

urlpatterns = [
    path("", views.rfm, name="rfm"),
    path("runs/", views.runs, name="runs"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("rules/", rule_views.rules, name="rules"),
    path("rules/trials/", rule_views.try_out, name="try-out"),
    path("rules/trials/<int:pk>/", rule_views.trial, name="trial"),
]
