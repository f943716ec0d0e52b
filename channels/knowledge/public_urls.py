from django.urls import path, re_path

from channels.knowledge import public_views

app_name = "help"

urlpatterns = [
    path("", public_views.start, name="start"),
    re_path(r"^pictures/(?P<digest>[0-9a-f]{64})/$", public_views.picture, name="picture"),
    path("<str:language>/", public_views.shelves, name="shelves"),
    path("<str:language>/search/", public_views.search, name="search"),
    path("<str:language>/shelves/<int:pk>/", public_views.shelf, name="shelf"),
    path("<str:language>/<slug:slug>/", public_views.article, name="article"),
    path("<str:language>/<slug:slug>/opinion/", public_views.opinion, name="opinion"),
]
