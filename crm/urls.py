"""Every address of the product. Sign-in is asked for everywhere unless a view says `login_not_required`."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from crm import endpoints
from crm.api.making import nowhere

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("crm.desk.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
    path("account/", include("allauth.urls")),
    path("api/v1/", endpoints.urls),
    path("api/v1/<path:rest>", nowhere, name="api-nowhere"),
    path("api/", include("crm.api.urls")),
    path("admin/", admin.site.urls),
    path("customers/lists/", include("customers.lists.urls")),
    path("customers/bulk/", include("customers.bulk.urls")),
    path("customers/exports/", include("customers.exports.urls")),
    path("customers/check/", include("customers.inquiries.urls")),
    path("customers/", include("customers.urls")),
    path("customers/", include("customers.record.urls")),
    path("customers/", include("customers.files.urls")),
    path("customers/", include("customers.merging.urls")),
    path("customers/", include("customers.touches.urls")),
    path("customers/", include("channels.direct.urls")),
    path("customers/", include("channels.inbox.customer_urls")),
    path("inbox/", include("channels.inbox.urls")),
    path("notices/", include("crm.desk.notices.urls")),
    path("customers/<int:pk>/fields/", include("customers.fields.urls")),
    path("customers/<int:pk>/relations/", include("customers.relations.urls")),
    path("customers/<int:pk>/addresses/", include("customers.addresses.urls")),
    path("customers/<int:pk>/", include("customers.handles.urls")),
    path("imports/", include("customers.imports.urls")),
    path("tasks/", include("customers.tasks.urls")),
    path("calendars/", include("customers.tasks.public_urls")),
    path("duplicates/", include("customers.duplicates.urls")),
    path("quality/", include("customers.quality.urls")),
    path("r/", include("customers.quality.public_urls")),
    path("privacy/", include("customers.privacy.urls")),
    path("segments/", include("segments.urls")),
    path("rfm/movement/", include("segments.movement.urls")),
    path("rfm/", include("segments.scoring.urls")),
    path("groups/", include("segments.grouping.urls")),
    path("recommendations/", include("segments.recommending.urls")),
    path("predictions/", include("segments.predicting.urls")),
    path("goals/", include("crm.desk.goals.urls")),
    path("pivot/", include("crm.desk.pivot.urls")),
    path("campaigns/templates/", include("channels.campaigns.templating.urls")),
    path("campaigns/", include("channels.campaigns.urls")),
    path("journeys/", include("channels.journeys.urls")),
    path("landing/", include("channels.landing.urls")),
    path("audiences/", include("channels.audiences.urls")),
    path("social/", include("channels.social.urls")),
    path("s/", include("channels.social.public_urls")),
    path("l/", include("channels.landing.public_urls")),
    path("offers/", include("channels.offers.urls")),
    path("events/", include("channels.events.urls")),
    path("meet/", include("channels.events.public_urls")),
    path("consent/", include("channels.consent.urls")),
    path("p/", include("channels.consent.public_urls")),
    path("store/", include("channels.store.urls")),
    path("calls/", include("channels.calling.urls")),
    path("webhooks/", include("channels.webhooks.urls")),
    path("service/", include("channels.routing.urls")),
    path("service/", include("channels.standards.urls")),
    path("channels/sandbox/phones/", include("channels.phones.urls")),
    path("channels/", include("channels.urls")),
    path("channels/", include("channels.inbound.urls")),
    path("in/", include("channels.inbound.public_urls")),
    path("forms/", include("channels.chat.form_urls")),
    path("chat/<str:token>/", include("channels.chat.public_urls")),
    path("live/", include("channels.live.urls")),
    path("m/", include("channels.campaigns.public_urls")),
    path("knowledge/", include("channels.knowledge.urls")),
    path("help/", include("channels.knowledge.public_urls")),
    path("insights/", include("crm.desk.insights.urls")),
    path("service/reports/", include("channels.reports.urls")),
    path("rate/", include("channels.reports.public_urls")),
]

handler400 = "crm.desk.errors.bad_request"
handler403 = "crm.desk.errors.forbidden"
handler404 = "crm.desk.errors.not_found"
handler500 = "crm.desk.errors.server_error"
