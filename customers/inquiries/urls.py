from django.urls import path

from customers.inquiries import views

app_name = "inquiries"

urlpatterns = [
    path("", views.check, name="check"),
    path("<int:pk>/", views.result, name="result"),
    path("matches/<uuid:key>/inquiries/", views.new, name="new"),
    path("inquiries/", views.mine, name="mine"),
    path("inquiries/to-answer/", views.to_answer, name="to-answer"),
    path("inquiries/<int:pk>/", views.inquiry, name="inquiry"),
    path("inquiries/<int:pk>/withdrawal/", views.withdrawal, name="withdrawal"),
]
