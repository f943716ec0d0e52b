from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.desk.notices.models import Wishes
from crm.lib.admin import ReadOnlyAdmin, key_of


@admin.register(Wishes)
class WishesAdmin(ReadOnlyAdmin[Wishes]):
    colleague = key_of("user", _("colleague"))
    list_display = ("colleague", "mentions", "assignments", "touches", "changes", "by_email")
    fields = list_display
    list_select_related = ("user",)
