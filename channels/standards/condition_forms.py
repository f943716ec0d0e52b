"""Conditions as a form: what is left empty asks nothing."""

import re
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.inbox.models import Conversation
from channels.standards.words import KINDS, Names
from segments.scoring.models import Group, Stage

MOST_WORDS, LONGEST_WORD = 50, 50
YES_NO = (("", gettext_lazy("Whichever")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))
# The form's rows; a form shows those it is asked for.
ROWS = (
    (gettext_lazy("The message"), (("kinds",), ("channels", "languages"), ("words",), ("hours",))),
    (gettext_lazy("The conversation"), (("priorities", "teams"),)),
    (
        gettext_lazy("The customer"),
        (
            ("segments", "spent"),
            ("groups", "stages"),
            ("owners", "owner_teams"),
            ("returning", "unsure"),
        ),
    ),
)
OF_POLICIES = ("kinds", "channels", "priorities", "teams", "segments", "groups", "stages", "spent")
OF_RULES = (
    "kinds",
    "channels",
    "languages",
    "words",
    "hours",
    "segments",
    "groups",
    "stages",
    "spent",
    "owners",
    "owner_teams",
    "returning",
    "unsure",
)


def _some(label: Any, *, of_numbers: bool = False, boxes: bool = False) -> forms.TypedMultipleChoiceField:
    widget = forms.CheckboxSelectMultiple() if boxes else forms.SelectMultiple(attrs={"size": 4})
    return forms.TypedMultipleChoiceField(
        label=label, required=False, coerce=int if of_numbers else str, widget=widget
    )


class ConditionsForm(forms.Form):
    kinds = _some(gettext_lazy("Kind of channel"), boxes=True)
    channels = _some(gettext_lazy("Channel"), of_numbers=True)
    languages = _some(gettext_lazy("Language"), boxes=True)
    words = forms.CharField(
        label=gettext_lazy("Says one of these"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Words or parts of words, one on each line or between commas."),
    )
    hours = forms.ChoiceField(label=gettext_lazy("Opening hours"), required=False)
    priorities = _some(gettext_lazy("Priority"), of_numbers=True, boxes=True)
    teams = _some(gettext_lazy("Department"), of_numbers=True)
    segments = _some(gettext_lazy("Segment"), of_numbers=True)
    groups = _some(gettext_lazy("RFM group"))
    stages = _some(gettext_lazy("Stage"))
    spent = forms.IntegerField(
        label=gettext_lazy("Has spent at least"), required=False, min_value=1, max_value=10**12
    )
    owners = _some(gettext_lazy("Owner"), of_numbers=True)
    owner_teams = _some(gettext_lazy("Belongs to the team"), of_numbers=True)
    returning = forms.ChoiceField(label=gettext_lazy("Has written before"), required=False, choices=YES_NO)
    unsure = forms.ChoiceField(label=gettext_lazy("Unsure who it is"), required=False, choices=YES_NO)

    def __init__(
        self, data: Any = None, *, stored: dict[str, Any], keys: tuple[str, ...], names: Names
    ) -> None:
        super().__init__(data, prefix="if", initial=_typed(stored))
        for name in set(self.fields) - set(keys):
            del self.fields[name]
        for name, choices in _choices(names, keys).items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*_fieldsets(keys))

    def clean_words(self) -> list[str]:
        words = [one.strip() for one in re.split(r"[\n,，、;；]+", self.cleaned_data["words"])]
        found = list(dict.fromkeys(one for one in words if one))
        if len(found) > MOST_WORDS or any(len(one) > LONGEST_WORD for one in found):
            raise ValidationError(
                _("At most %(most)d words of %(long)d characters.")
                % {"most": MOST_WORDS, "long": LONGEST_WORD}
            )
        return found

    def clean_hours(self) -> dict[str, Any] | None:
        calendar, _colon, state = self.cleaned_data["hours"].partition(":")
        return {"calendar": int(calendar), "open": state == "open"} if calendar else None

    def conditions(self) -> dict[str, Any]:
        """As they are kept: without what asks nothing."""
        found = {name: value for name, value in self.cleaned_data.items() if value}
        for name in ("returning", "unsure"):
            if name in found:
                found[name] = found[name] == "yes"
        return found


def _typed(stored: dict[str, Any]) -> dict[str, Any]:
    shown = dict(stored)
    if "words" in shown:
        shown["words"] = "\n".join(shown["words"])
    if "hours" in shown:
        shown["hours"] = f"{shown['hours']['calendar']}:{'open' if shown['hours']['open'] else 'closed'}"
    for name in ("returning", "unsure"):
        if name in shown:
            shown[name] = "yes" if shown[name] else "no"
    return shown


def _choices(names: Names, keys: tuple[str, ...]) -> dict[str, list[tuple[Any, Any]]]:
    makers: dict[str, Any] = {
        "kinds": lambda: KINDS.items(),
        "channels": lambda: names.channels.items(),
        "languages": lambda: settings.LANGUAGES,
        "priorities": lambda: Conversation.Priority.choices,
        "teams": lambda: names.teams.items(),
        "segments": lambda: names.segments.items(),
        "groups": lambda: Group.choices,
        "stages": lambda: Stage.choices,
        "owners": lambda: names.users.items(),
        "owner_teams": lambda: names.teams.items(),
        "hours": lambda: _hours(names),
    }
    return {name: list(make()) for name, make in makers.items() if name in keys}


def _hours(names: Names) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [("", gettext_lazy("At any time"))]
    for pk, name in names.calendars.items():
        found.append((f"{pk}:open", _("While “%(calendar)s” is open") % {"calendar": name}))
        found.append((f"{pk}:closed", _("While “%(calendar)s” is closed") % {"calendar": name}))
    return found


def _fieldsets(keys: tuple[str, ...]) -> list[Fieldset]:
    found = []
    for legend, rows in ROWS:
        shown = [[name for name in row if name in keys] for row in rows]
        divs = [Div(*map(Field, row), css_class="row") for row in shown if row]
        if divs:
            found.append(Fieldset(legend, *divs))
    return found
