from django.urls import path

from crm.desk.pivot import saved_views, views

app_name = "pivot"

urlpatterns = [
    path("", views.table, name="table"),
    path("records/", views.records_list, name="records"),
    path("file/<slug:kind>/", views.file, name="file"),
    path("saved/", saved_views.saved, name="saved"),
    path("new/", saved_views.new, name="new"),
    path("<int:pk>/edit/", saved_views.edit, name="edit"),
    path("<int:pk>/question/", saved_views.question, name="question"),
    path("<int:pk>/deletion/", saved_views.deletion, name="deletion"),
    path("<int:pk>/email/", saved_views.schedule, name="schedule"),
    path("<int:pk>/email/end/", saved_views.stop, name="stop"),
    path("<int:pk>/email/sendings/", saved_views.sendings, name="sendings"),
]
