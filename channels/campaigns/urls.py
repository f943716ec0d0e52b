from django.urls import path

from channels.campaigns import result_views, variant_views, views, way_views

app_name = "campaigns"

urlpatterns = [
    path("", views.campaign_list, name="list"),
    path("new/", views.new, name="new"),
    path("comparison/", result_views.comparison, name="comparison"),
    path("length/<int:place>/", way_views.length, name="length"),
    path("approved/<int:place>/", way_views.approved, name="approved"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/missed/", way_views.missed_segment, name="missed"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/deletion/", views.deletion, name="deletion"),
    path("<int:pk>/audience/", views.audience_preview, name="audience"),
    path("<int:pk>/audience/<slug:reason>/", views.left_out, name="left-out"),
    path("<int:pk>/progress/", views.progress, name="progress"),
    path("<int:pk>/results/", result_views.results, name="results"),
    path("<int:pk>/measurement/", result_views.measurement, name="measurement"),
    path("<int:pk>/winner/", result_views.winner, name="winner"),
    path("<int:pk>/variants/", variant_views.variants, name="variants"),
    path("<int:pk>/variants/new/", variant_views.variant_new, name="variant-new"),
    path("<int:pk>/variants/<int:number>/", variant_views.variant, name="variant"),
    path("<int:pk>/variants/<int:number>/deletion/", variant_views.variant_deletion, name="variant-deletion"),
    path("<int:pk>/deliveries/", views.deliveries, name="deliveries"),
    path("<int:pk>/deliveries/<int:delivery_pk>/", views.delivery, name="delivery"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/preview/<int:customer_pk>/", views.preview_html, name="preview-html"),
    path("<int:pk>/trial/", views.trial, name="trial"),
    path("<int:pk>/launch/", views.launch, name="launch"),
    path("<int:pk>/withdrawal/", views.withdrawal, name="withdrawal"),
    path("<int:pk>/pause/", views.pause, name="pause"),
    path("<int:pk>/resumption/", views.resumption, name="resumption"),
    path("<int:pk>/cancellation/", views.cancellation, name="cancellation"),
]
