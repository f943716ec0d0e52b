from django.urls import path

from crm.desk.notices import views

app_name = "notices"

urlpatterns = [
    path("", views.notice_list, name="list"),
    path("bell/", views.bell, name="bell"),
    path("reading/", views.all_read, name="all-read"),
    path("wishes/", views.wishes, name="wishes"),
    path("<int:pk>/reading/", views.reading, name="reading"),
    path("customers/<int:pk>/", views.follow, name="follow"),
]
