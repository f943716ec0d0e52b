from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from crm.accounts.sharing import KeptForm
from customers.lists.models import SavedList


class ListForm(KeptForm[SavedList]):
    about_teams = _("Also the teams below it see the list.")

    class Meta(KeptForm.Meta):
        model = SavedList
        help_texts: ClassVar = {"name": _("As it stands on the tab.")}
