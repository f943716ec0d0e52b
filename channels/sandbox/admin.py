from django.contrib import admin

from channels.sandbox.models import Faults, SandboxMessage
from crm.lib.admin import ReadOnlyAdmin


@admin.register(SandboxMessage)
class SandboxMessageAdmin(ReadOnlyAdmin[SandboxMessage]):
    list_display = ("received_at", "protocol", "recipient", "subject", "answered")
    list_filter = ("protocol", "answered")
    search_fields = ("recipient__startswith", "key__exact")
    exclude = ("raw",)


@admin.register(Faults)
class FaultsAdmin(ReadOnlyAdmin[Faults]):
    list_display = ("delay", "temporary", "permanent", "dropped", "refused")
