from django.contrib import admin

from crm.desk.goals.models import Goal
from crm.lib.admin import ReadOnlyAdmin


@admin.register(Goal)
class GoalAdmin(ReadOnlyAdmin[Goal]):
    list_display = (
        "indicator",
        "owner",
        "whose",
        "team",
        "period",
        "starts_on",
        "target",
    )
    fields = list_display
    list_select_related = ("owner", "team")
