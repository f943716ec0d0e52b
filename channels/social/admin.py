from django.contrib import admin

from channels.social.models import SocialPost
from crm.lib.admin import ReadOnlyAdmin


@admin.register(SocialPost)
class SocialPostAdmin(ReadOnlyAdmin[SocialPost]):
    list_display = ("at", "text", "state", "created_by", "approved_by")
    fields = (*list_display, "link", "picture")
    ordering = ("-at",)
    list_select_related = ("created_by", "approved_by")
