"""What steps ask for that act beside messages, tasks and tags."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.journeys.effects import OWN, PLAIN, own_field
from channels.journeys.step_form import StepForm
from channels.webhooks.events import JOURNEY
from channels.webhooks.models import Subscription
from crm.accounts.models import User
from crm.api.models import A_PERSON
from crm.lib.reading import Unreadable
from customers.bulk.standard_actions import field_label
from customers.fields import definitions, kinds
from segments.models import Segment

# What fits into every built-in field that is offered.
SHORTEST = 40
Choices = list[tuple[Any, str | Promise]]


class FieldForm(StepForm):
    rows = (("field", "value"),)

    field = forms.ChoiceField(label=_("Field"))
    value = forms.CharField(
        label=_("What it becomes"),
        max_length=500,
        required=False,
        help_text=_("As in a file that is imported. Left empty, a field of your own is emptied."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: Choices = [(f"{OWN}{one.key}", one.label) for one in definitions.current()]
        plain: Choices = [(name, field_label(name)) for name in PLAIN]
        self.fields["field"].choices = plain + own  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        name = data.get("field", "")
        if own := own_field(name):
            try:
                kinds.read(own, data.get("value", ""))
            except Unreadable as problem:
                self.add_error("value", str(problem))
        elif len(data.get("value", "")) > SHORTEST:
            self.add_error("value", str(Unreadable("too_long")))
        return data


class OwnerForm(StepForm):
    rows = (("owner",),)

    owner = forms.TypedChoiceField(
        label=_("Who looks after them from now on"),
        coerce=int,
        help_text=_("Their department gets the customer as well."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(A_PERSON, is_active=True).order_by("name")
        keepers = [(one.pk, str(one)) for one in people if one.may("customer", "edit")]
        self.fields["owner"].choices = keepers  # type: ignore[attr-defined]


class SegmentForm(StepForm):
    rows = (("segment",), ("takes_out",))

    segment = forms.TypedChoiceField(
        label=_("Segment"), coerce=int, help_text=_("One whose members are put in by hand.")
    )
    takes_out = forms.BooleanField(label=_("Take them out instead"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        picked = Segment.objects.picked().order_by("name").values_list("pk", "name")
        self.fields["segment"].choices = list(picked)  # type: ignore[attr-defined]


class NoticeForm(StepForm):
    rows = (("title",), ("colleague",))

    title = forms.CharField(
        label=_("What to say"), max_length=200, help_text=_("It also stands on the customer's timeline.")
    )
    colleague = forms.TypedChoiceField(label=_("Who"), coerce=int, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Choices = [
            (one.pk, str(one)) for one in User.objects.filter(A_PERSON, is_active=True).order_by("name")
        ]
        chosen: Choices = [("", _("Whoever owns the customer")), *people]
        self.fields["colleague"].choices = chosen  # type: ignore[attr-defined]

    def settings(self) -> dict[str, Any]:
        return {**self.cleaned_data, "colleague": self.cleaned_data["colleague"] or 0}


class WebhookForm(StepForm):
    rows = (("webhook",), ("title",))

    webhook = forms.TypedChoiceField(
        label=_("Which webhook"),
        coerce=int,
        help_text=_("Those that an administrator has opened to journeys."),
    )
    title = forms.CharField(
        label=_("Name of the event"),
        max_length=80,
        help_text=_("By which the receiver knows this step. It is told the customer's number, no contact."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Subscription.objects.filter(events__contains=[JOURNEY]).order_by("name")
        self.fields["webhook"].choices = list(offered.values_list("pk", "name"))  # type: ignore[attr-defined]
