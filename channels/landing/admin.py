from django.contrib import admin

from channels.landing.models import LandingPage, Submission
from crm.lib.admin import ReadOnlyAdmin


@admin.register(LandingPage)
class LandingPageAdmin(ReadOnlyAdmin[LandingPage]):
    list_display = ("name", "slug", "published_at", "created_by", "created_at")
    fields = (*list_display, "asks_consent", "redirect_url", "conversion_days")
    list_select_related = ("created_by",)


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin[Submission]):
    list_display = ("at", "page", "customer", "source", "medium", "label", "variant", "is_new")
    fields = list_display
    ordering = ("-pk",)
    list_select_related = ("page", "customer")
