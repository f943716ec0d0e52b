from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from customers.privacy.models import Erasure, RetentionRule, RetentionRun, SubjectRequest


@admin.register(SubjectRequest)
class SubjectRequestAdmin(ReadOnlyAdmin[SubjectRequest]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("received_at", "customer_key", "kind", "law", "status", "due_on", "handled_by")
    fields = (*list_display, "way", "closed_at", "copied_at")
    list_filter = ("status", "kind", "law")
    list_select_related = ("handled_by",)
    ordering = ("-pk",)


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin[Erasure]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("asked_at", "customer_key", "why", "asked_by", "approved_by", "done_at")
    fields = (*list_display, "tallies")
    list_select_related = ("asked_by", "approved_by")
    ordering = ("-pk",)


@admin.register(RetentionRule)
class RetentionRuleAdmin(ReadOnlyAdmin[RetentionRule]):
    list_display = ("kind", "days", "is_on", "changed_by", "changed_at")
    fields = list_display
    list_select_related = ("changed_by",)


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnlyAdmin[RetentionRun]):
    list_display = ("day", "finished_at", "counts")
    fields = list_display
    ordering = ("-day",)
