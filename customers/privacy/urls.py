from django.urls import path

from customers.privacy import views

app_name = "privacy"

urlpatterns = [
    path("", views.request_list, name="list"),
    path("requests/<int:pk>/", views.request_detail, name="request"),
    path("requests/<int:pk>/answer/", views.answer, name="answer"),
    path("requests/<int:pk>/copy/", views.copy, name="copy"),
    path("customers/<int:pk>/", views.customer, name="customer"),
    path("customers/<int:pk>/requests/", views.requests, name="requests"),
    path("customers/<int:pk>/restriction/", views.restriction, name="restriction"),
    path("customers/<int:pk>/erasure/", views.erasure, name="erasure"),
    path("customers/<int:pk>/approval/", views.approval, name="approval"),
    path("customers/<int:pk>/cancellation/", views.cancellation, name="cancellation"),
    path("retention/", views.retention_rules, name="retention"),
    path("retention/<slug:key>/", views.retention_rule, name="retention-rule"),
    path("retention/<slug:key>/preview/", views.retention_preview, name="retention-preview"),
]
