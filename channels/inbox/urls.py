from django.urls import path

from channels.inbox import acting, canned_views, serving, views

app_name = "inbox"

urlpatterns = [
    path("", views.inbox, name="list"),
    path("queues/", views.queue_list, name="queues"),
    path("waiting/", views.waiting, name="waiting"),
    path("canned/", canned_views.canned_list, name="canned-list"),
    path("canned/new/", canned_views.canned_new, name="canned-new"),
    path("canned/<int:pk>/", canned_views.canned, name="canned"),
    path("canned/<int:pk>/deletion/", canned_views.canned_deletion, name="canned-deletion"),
    path("canned/<int:pk>/use/", canned_views.use, name="canned-use"),
    path("<int:pk>/", views.conversation, name="conversation"),
    path("<int:pk>/messages/", views.messages, name="messages"),
    path("<int:pk>/here/", views.here, name="here"),
    path("<int:pk>/panel/", views.panel, name="panel"),
    path("<int:pk>/composer/", views.composer, name="composer"),
    path("<int:pk>/colleagues/", views.colleagues, name="colleagues"),
    path("<int:pk>/canned/", canned_views.offered, name="canned-offered"),
    path("<int:pk>/handover/", views.handover, name="handover"),
    path("<int:pk>/joining/", views.joining, name="joining"),
    path("<int:pk>/replies/", acting.replies, name="replies"),
    path("<int:pk>/notes/", acting.notes, name="notes"),
    path("<int:pk>/draft/", acting.draft, name="draft"),
    path("<int:pk>/assignment/", acting.assignment, name="assignment"),
    path("<int:pk>/nap/", acting.nap, name="nap"),
    path("<int:pk>/closure/", acting.closure, name="closure"),
    path("<int:pk>/reopening/", acting.reopening, name="reopening"),
    path("<int:pk>/facts/", acting.facts, name="facts"),
    path("<int:pk>/customer/", acting.owner, name="customer"),
    path("<int:pk>/merge/", acting.merge, name="merge"),
    path("<int:pk>/messages/<int:message_pk>/html/", serving.html, name="html"),
    path("<int:pk>/messages/<int:message_pk>/pictures/", serving.picture_bar, name="pictures"),
    path("<int:pk>/messages/<int:message_pk>/withdrawal/", acting.withdrawal, name="withdrawal"),
    path("<int:pk>/messages/<int:message_pk>/repetition/", acting.repetition, name="repetition"),
    path("<int:pk>/messages/<int:message_pk>/split/", acting.split, name="split"),
    path("<int:pk>/messages/<int:message_pk>/merge-undo/", acting.merge_undo, name="merge-undo"),
    path("<int:pk>/files/<int:file_pk>/", serving.enclosure, name="file"),
]
