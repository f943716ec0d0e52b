from django.urls import path

from channels.campaigns.templating import block_views, preview_views, version_views, views

app_name = "templating"

urlpatterns = [
    path("", views.template_list, name="list"),
    path("new/", views.new, name="new"),
    path("setting/", views.setting, name="setting"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/name/", views.name, name="name"),
    path("<int:pk>/copies/", views.copies, name="copies"),
    path("<int:pk>/archiving/", views.archiving, name="archiving"),
    path("<int:pk>/languages/", views.languages, name="languages"),
    path("<int:pk>/preview/", preview_views.preview, name="preview"),
    path("<int:pk>/mail/", preview_views.mail, name="mail"),
    path("<int:pk>/trial/", preview_views.trial, name="trial"),
    path("<int:pk>/versions/", views.versions, name="versions"),
    path("<int:pk>/versions/<int:number>/", version_views.version, name="version"),
    path("<int:pk>/versions/<int:number>/submission/", version_views.submission, name="submission"),
    path("<int:pk>/versions/<int:number>/decision/", version_views.decision, name="decision"),
    path("<int:pk>/versions/<int:number>/restoration/", version_views.restoration, name="restoration"),
    path("<int:pk>/<slug:language>/lines/", views.lines, name="lines"),
    path("<int:pk>/<slug:language>/removal/", views.language_removal, name="language-removal"),
    path("<int:pk>/<slug:language>/blocks/new/", block_views.block_new, name="block-new"),
    path("<int:pk>/<slug:language>/blocks/<int:number>/", block_views.block, name="block"),
    path("<int:pk>/<slug:language>/blocks/<int:number>/move/", block_views.block_move, name="block-move"),
    path(
        "<int:pk>/<slug:language>/blocks/<int:number>/deletion/",
        block_views.block_deletion,
        name="block-deletion",
    ),
]
