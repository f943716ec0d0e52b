from django.contrib import admin

from crm.desk.notices.models import Wishes
from crm.lib.admin import ReadOnlyAdmin


@admin.register(Wishes)
class WishesAdmin(ReadOnlyAdmin[Wishes]):
    list_display = ("user", "mentions", "assignments", "touches", "changes", "by_email")
    list_select_related = ("user",)
