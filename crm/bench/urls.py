"""The product's addresses and an empty page behind sign-in: the measure of what Django itself takes."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [path("bench/empty/", empty), path("", include("crm.urls"))]
