from django.urls import path, register_converter

from channels.knowledge import playbook_views, shelf_views, tool_views, version_views, views
from channels.knowledge.digests import Digest

app_name = "knowledge"

register_converter(Digest, "digest")

urlpatterns = [
    path("", views.article_list, name="list"),
    path("new/", views.new, name="new"),
    path("approvals/", version_views.approvals, name="approvals"),
    path("usage/", shelf_views.usage, name="usage"),
    path("categories/", shelf_views.categories, name="categories"),
    path("categories/<int:pk>/", shelf_views.category, name="category"),
    path("categories/<int:pk>/deletion/", shelf_views.deletion, name="category-deletion"),
    path("pictures/<digest:digest>/", version_views.picture, name="picture"),
    path("versions/<int:pk>/", version_views.version, name="version"),
    path("versions/<int:pk>/submission/", version_views.submission, name="submission"),
    path("versions/<int:pk>/withdrawal/", version_views.withdrawal, name="withdrawal"),
    path("versions/<int:pk>/approval/", version_views.approval, name="approval"),
    path("versions/<int:pk>/refusal/", version_views.refusal, name="refusal"),
    path("versions/<int:pk>/restoration/", version_views.restoration, name="restoration"),
    path("playbooks/", playbook_views.playbooks, name="playbooks"),
    path("playbooks/new/", playbook_views.new, name="playbook-new"),
    path("playbooks/<int:pk>/", playbook_views.playbook, name="playbook"),
    path("playbooks/<int:pk>/steps/", playbook_views.steps, name="steps"),
    path("steps/<int:pk>/", playbook_views.step, name="step"),
    path("steps/<int:pk>/deletion/", playbook_views.step_deletion, name="step-deletion"),
    path("conversations/<int:pk>/articles/", tool_views.for_conversation, name="for-conversation"),
    path("conversations/<int:pk>/insertions/", tool_views.insertions, name="insertions"),
    path("conversations/<int:pk>/playbooks/", playbook_views.for_conversation, name="followed"),
    path("conversations/<int:pk>/runs/", playbook_views.runs, name="runs"),
    path("runs/<int:pk>/ticks/", playbook_views.ticks, name="ticks"),
    path("<int:pk>/", views.article, name="article"),
    path("<int:pk>/settings/", views.settings, name="settings"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/pictures/", version_views.pictures_of, name="pictures"),
    path("<int:pk>/<str:language>/", views.write, name="write"),
    path("<int:pk>/<str:language>/archiving/", version_views.archiving, name="archiving"),
]
