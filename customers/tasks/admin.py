from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from customers.tasks.models import Task


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin[Task]):
    """How tasks stand, for support; people work with them in the product."""

    customer_key = key_of("customer_id", _("customer"))
    list_display = ("title", "kind", "state", "due_on", "priority", "assignee", "customer_key", "closed_at")
    fields = (
        *list_display,
        *(
            "due_at",
            "note",
            "repeat",
            "remind_before",
            "reminded_at",
            "created_by",
            "created_at",
            "closed_by",
        ),
    )
    list_filter = ("state", "kind", "priority")
    list_select_related = ("assignee",)
    ordering = ("-pk",)
