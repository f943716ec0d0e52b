from django.urls import path

from customers.duplicates import reviewing, views, whole_base

app_name = "duplicates"

urlpatterns = [
    path("", views.work_list, name="list"),
    path("decided/", views.decided, name="decided"),
    path("<int:pk>/", reviewing.review, name="review"),
    path("<int:pk>/next/", reviewing.neighbour, {"step": "next"}, name="next"),
    path("<int:pk>/previous/", reviewing.neighbour, {"step": "previous"}, name="previous"),
    path("<int:pk>/joining/", reviewing.joining, name="joining"),
    path("<int:pk>/refusal/", reviewing.refusal, name="refusal"),
    path("<int:pk>/reopening/", reviewing.reopening, name="reopening"),
    path("with/<int:pk>/", reviewing.other, name="other"),
    path("with/<int:pk>/candidates/", reviewing.candidates, name="candidates"),
    path("chosen/", reviewing.chosen, name="chosen"),
    path("choices/", reviewing.choices, name="choices"),
    path("joinings/<uuid:batch>/undoing/", reviewing.undoing, name="undoing"),
    path("patterns/", views.patterns_page, name="patterns"),
    path("patterns/<slug:key>/", views.pattern, name="pattern"),
    path("patterns/<slug:key>/decisions/", views.decisions, name="decisions"),
    path("batches/<int:pk>/", views.batch, name="batch"),
    path("batches/<int:pk>/undoing/", views.batch_undoing, name="batch-undoing"),
    path("runs/", whole_base.runs, name="runs"),
    path("runs/<int:pk>/", whole_base.run, name="run"),
    path("settings/", whole_base.settings, name="settings"),
]
