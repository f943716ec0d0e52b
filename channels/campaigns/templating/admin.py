from django.contrib import admin

from channels.campaigns.templating.models import Template, Version
from crm.lib.admin import ReadOnlyAdmin


@admin.register(Template)
class TemplateAdmin(ReadOnlyAdmin[Template]):
    list_display = ("name", "kind", "changed_by", "changed_at", "archived_at")
    fields = list_display
    list_select_related = ("changed_by",)


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin[Version]):
    list_display = ("template", "number", "state", "saved_by", "saved_at", "decided_by", "decided_at")
    fields = list_display
    list_select_related = ("template", "saved_by", "decided_by")
