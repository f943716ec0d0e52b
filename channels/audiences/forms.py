from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from channels.audiences.formats import NETWORKS
from channels.audiences.models import Audience
from crm.accounts.models import User
from segments.models import Segment


class AudienceForm(forms.ModelForm[Audience]):
    network = forms.ChoiceField(label=_("Network"))

    class Meta:
        model = Audience
        fields = ("name", "segment", "network", "refresh", "reason")
        help_texts = {
            "reason": _("Whoever approves reads this."),
            "refresh": _("Each time with a file of who came in and who is to be taken out."),
        }

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["network"].choices = [  # type: ignore[attr-defined]
            (one.key, one.label) for one in NETWORKS.values()
        ]
        self.fields["segment"].queryset = Segment.objects.visible_to(user)  # type: ignore[attr-defined]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
