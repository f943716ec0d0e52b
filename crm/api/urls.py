from django.urls import path

from crm.api import views

app_name = "api"

urlpatterns = [
    path("", views.documentation, name="reference"),
    path("openapi.json", views.schema, name="schema"),
    path("tokens/", views.token_list, name="tokens"),
    path("tokens/new/", views.token_new, name="token-new"),
    path("tokens/<int:pk>/revocation/", views.token_revocation, name="token-revocation"),
    path("integrations/new/", views.integration_new, name="integration-new"),
]
