from django.urls import path

from channels.phones import views

app_name = "phones"

urlpatterns = [
    path("", views.page, name="page"),
    path("news/", views.news, name="news"),
    path("persona/", views.persona, name="persona"),
    path("<int:pk>/messages/", views.said, name="said"),
    path("<int:pk>/calls/", views.call, name="call"),
    path("<int:pk>/orders/", views.order, name="order"),
]
