from django.urls import path

from channels.routing import department_views, simulation_views, views

app_name = "routing"

urlpatterns = [
    path("", views.rules, name="rules"),
    path("versions/", views.versions, name="versions"),
    path("versions/<int:pk>/", views.version, name="version"),
    path("versions/<int:pk>/drafts/", views.drafts, name="drafts"),
    path("versions/<int:pk>/activation/", views.activation, name="activation"),
    path("versions/<int:pk>/discarding/", views.discarding, name="discarding"),
    path("versions/<int:pk>/rules/", views.rule_new, name="rule-new"),
    path("versions/<int:pk>/simulations/", simulation_views.simulate, name="simulate"),
    path("rules/<int:pk>/", views.rule, name="rule"),
    path("rules/<int:pk>/deletion/", views.rule_deletion, name="rule-deletion"),
    path("rules/<int:pk>/place/", views.rule_place, name="rule-place"),
    path("simulations/", simulation_views.simulations, name="simulations"),
    path("simulations/<int:pk>/", simulation_views.simulation, name="simulation"),
    path("people/", department_views.people, name="people"),
    path("people/<int:pk>/capacity/", department_views.capacity, name="capacity"),
    path("departments/<int:pk>/", department_views.department, name="department"),
]
