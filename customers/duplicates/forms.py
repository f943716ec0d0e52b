"""What can be asked of the work list, who is picked to be joined, and what can be set."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User
from customers.duplicates import patterns
from customers.duplicates.reading import MOST
from customers.matching.models import PairQuerySet, Settings
from customers.merging.surviving import UNITS
from customers.models import Customer

HIGHEST, LOWEST = 200, -100
# What contradicts is mostly a family; whoever wants to see it asks for it.
SURE = [
    ("yes", _("Sure")),
    ("no", _("Doubtful")),
    ("veto", _("Contradicted")),
    ("all", _("Contradicted as well")),
]
MINE, TEAM = "me", "team-"
WINNER = "winner_"
NUMBER = re.compile(r"^[0-9]{1,18}$", re.ASCII)


class PairFilter(forms.Form):
    """Narrows the work list; what makes no sense narrows nothing."""

    pattern = forms.RegexField(r"^[0-9a-f]{32}$", required=False)
    least = forms.FloatField(required=False, min_value=LOWEST, max_value=HIGHEST)
    most = forms.FloatField(required=False, min_value=LOWEST, max_value=HIGHEST)
    whose = forms.ChoiceField(required=False)
    sure = forms.ChoiceField(required=False, choices=[("", ""), *SURE])

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        teams = [(f"{TEAM}{team.pk}", team.name) for team in Team.objects.order_by("name")]
        whose: Any = self.fields["whose"]
        whose.choices = [("", _("Everybody's customers")), (MINE, _("My customers")), *teams]
        self.full_clean()
        said = self.cleaned_data.items()
        self.asked: dict[str, Any] = {name: value for name, value in said if value not in ("", None)}

    @property
    def suffix(self) -> str:
        """By which the list goes along in an address."""
        return f"?{urlencode(self.asked)}" if self.asked else ""

    def apply(self, rows: PairQuerySet, user: User) -> PairQuerySet:
        if key := self.asked.get("pattern"):
            rows = patterns.of(rows, key)
        if (least := self.asked.get("least")) is not None:
            rows = rows.filter(bits__gte=least)
        if (most := self.asked.get("most")) is not None:
            rows = rows.filter(bits__lt=most)
        if whose := self.asked.get("whose", ""):
            rows = _held_by(rows, whose, user)
        # Whoever names a pattern has seen whether it contradicts.
        usual = "all" if key else ""
        return _by_gate(rows, self.asked.get("sure", usual))


def _held_by(rows: PairQuerySet, whose: str, user: User) -> PairQuerySet:
    if whose == MINE:
        return rows.filter(Q(low__owner=user) | Q(high__owner=user))
    team = int(whose.removeprefix(TEAM))
    return rows.filter(Q(low__team=team) | Q(high__team=team))


def _by_gate(rows: PairQuerySet, sure: str) -> PairQuerySet:
    if sure == "all":
        return rows
    if sure == "veto":
        return rows.filter(is_vetoed=True)
    rows = rows.filter(is_vetoed=False)
    return rows if not sure else rows.filter(is_sure=sure == "yes")


class Picked:
    """Whom somebody ticked, who of them stays, and whose values were chosen. Nobody one may not see."""

    def __init__(
        self, data: QueryDict, *, user: User, usual: Sequence[int] = (), action: str = "view"
    ) -> None:
        self.user, self.action = user, action
        asked = [int(pk) for pk in data.getlist("ids") if NUMBER.match(pk)]
        self.ids = list(dict.fromkeys(asked if len(asked) > 1 else usual))[: MOST + 1]
        self.customers = self.offered(self.ids)
        if len(self.customers) < 2 and usual:
            self.customers = self.offered(usual)
        self.winners = {
            unit[0]: int(said) for unit in UNITS if NUMBER.match(said := str(data.get(WINNER + unit[0], "")))
        }
        stays = data.get("survivor", "")
        self.survivor = next((one for one in self.customers if str(one.pk) == stays), None)

    @property
    def is_complete(self) -> bool:
        return 2 <= len(self.customers) == len(self.ids) <= MOST

    def offered(self, pks: Sequence[int]) -> list[Customer]:
        rows = Customer.objects.visible_to(self.user, self.action).filter(pk__in=pks)
        return list(rows.select_related("owner", "team", "rollup").order_by("pk"))


class SettingsForm(forms.ModelForm[Settings]):
    join_from = forms.FloatField(
        label=_("Join from"),
        min_value=0,
        max_value=HIGHEST,
        help_text=_("Pairs that pass the gate and have this score or more."),
    )
    ask_from = forms.FloatField(
        label=_("Ask from"),
        min_value=LOWEST,
        max_value=HIGHEST,
        help_text=_("Pairs with a lower score are not shown to anybody."),
    )
    largest = forms.IntegerField(
        label=_("At most so many profiles in one customer"),
        min_value=2,
        max_value=100,
        help_text=_("Whoever would become larger is left to people."),
    )
    most = forms.IntegerField(
        label=_("At most so many per cent of all customers in one run"),
        min_value=1,
        max_value=100,
        help_text=_("A run that would join more stops and asks."),
    )

    class Meta:
        model = Settings
        fields = ("gate", "join_from", "ask_from", "largest", "most")

    def __init__(self, data: QueryDict | None, *, instance: Settings) -> None:
        super().__init__(data, instance=instance, label_suffix="")
        for name in ("join_from", "ask_from", "largest", "most"):
            css = "form-control short is-invalid" if self.errors.get(name) else "form-control short"
            self.fields[name].widget.attrs["class"] = css

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        ask, join = given.get("ask_from"), given.get("join_from")
        if ask is not None and join is not None and ask > join:
            raise ValidationError({"ask_from": _("This must not be above what is joined by itself.")})
        return given
