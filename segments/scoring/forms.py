"""The rules of scoring as people edit them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from segments.scoring.ruling import Method, Rules

# From the best score downwards; a 1 is what is left.
SCORES = (5, 4, 3, 2)
DIMENSIONS = {
    "recency": gettext_lazy("Recency"),
    "frequency": gettext_lazy("Frequency"),
    "monetary": gettext_lazy("Money"),
}
LONGEST = 3650
DAYS = ("new_within", "loyal_from", "won_back_for", "risk_after", "dormant_after", "lost_after")
TIMES = ("risk_times", "dormant_times", "lost_times")


def _days(label: Any, *, least: int = 1) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=LONGEST)


def _times(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal("0.5"), max_value=100, max_digits=5, decimal_places=2, required=False
    )


class RulesForm(forms.Form):
    method = forms.ChoiceField(
        label=gettext_lazy("Where one score ends and the next begins"),
        choices=[
            (Method.QUANTILES.value, gettext_lazy("Five parts of the base: each customer beside all others")),
            (Method.BANDS.value, gettext_lazy("Fixed bands: cut-offs that stay as they are")),
        ],
        widget=forms.RadioSelect,
    )
    window = forms.IntegerField(
        label=gettext_lazy("Count orders and money of the last … months"),
        min_value=1,
        max_value=120,
        required=False,
        help_text=gettext_lazy("Empty: of all time. Everybody keeps their last order."),
    )
    new_within = _days(gettext_lazy("New: first order within … days"))
    loyal_from = _days(gettext_lazy("Loyal: orders on at least … days"), least=2)
    won_back_for = _days(gettext_lazy("Won back: for … days after coming back"), least=0)
    risk_after = _days(gettext_lazy("At risk: no order for more than … days"))
    dormant_after = _days(gettext_lazy("Dormant: for more than … days"))
    lost_after = _days(gettext_lazy("Lost: for more than … days"))
    by_category = forms.BooleanField(
        label=gettext_lazy("By the purchase cycle of the customer's own product category"),
        required=False,
        help_text=gettext_lazy(
            "Who buys coffee every month is late after three; who buys a machine is not. Where a category has"
            " no known cycle, the days above count."
        ),
    )
    risk_times = _times(gettext_lazy("At risk: after … times the usual gap"))
    dormant_times = _times(gettext_lazy("Dormant: after … times the usual gap"))
    lost_times = _times(gettext_lazy("Lost: after … times the usual gap"))
    note = forms.CharField(
        label=gettext_lazy("What changed"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For colleagues who look at the versions later."),
    )
    based_on = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        for score in SCORES:
            self.fields |= {
                f"recency_{score}": forms.IntegerField(required=False, min_value=0, max_value=LONGEST),
                f"frequency_{score}": forms.IntegerField(required=False, min_value=1, max_value=10**6),
                f"monetary_{score}": forms.DecimalField(
                    required=False, min_value=0, max_digits=14, decimal_places=2
                ),
            }
            for dimension, name in DIMENSIONS.items():
                label = {"aria-label": f"{name} {score}", "class": "form-control short"}
                self.fields[f"{dimension}_{score}"].widget.attrs |= label
        self.helper = _layout()

    @property
    def bands(self) -> list[tuple[int, list[BoundField]]]:
        """The rows of the table of cut-offs."""
        return [(score, [self[f"{dimension}_{score}"] for dimension in DIMENSIONS]) for score in SCORES]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("method") == Method.BANDS:
            self._check_bands(cleaned)
        self._check_rising(cleaned, ("risk_after", "dormant_after", "lost_after"))
        if cleaned.get("by_category"):
            self._require(cleaned, TIMES)
            self._check_rising(cleaned, TIMES)
        if (cleaned.get("won_back_for") or 0) > (cleaned.get("dormant_after") or LONGEST):
            self.add_error("won_back_for", _("Not longer than it takes to be dormant again."))
        return cleaned

    def rules(self) -> Rules:
        """Asked for after is_valid() only."""
        typed = self.cleaned_data
        rest = {name: typed[name] for name in (*DAYS, "by_category")}
        rest |= {name: typed[name] for name in TIMES if typed[name] is not None}
        if typed["method"] == Method.BANDS:
            best_last = tuple(reversed(SCORES))
            rest |= {
                "recency": tuple(typed[f"recency_{score}"] + 1 for score in best_last),
                "frequency": tuple(typed[f"frequency_{score}"] - 1 for score in best_last),
                "monetary": tuple(typed[f"monetary_{score}"] for score in best_last),
            }
        return Rules(method=Method(typed["method"]), window=typed["window"] or 0, **rest)

    def _check_bands(self, cleaned: dict[str, Any]) -> None:
        for dimension in DIMENSIONS:
            names = [f"{dimension}_{score}" for score in SCORES]
            self._require(cleaned, names)
            # Fewer days since the last order are better; more orders and more money are.
            self._check_rising(cleaned, names if dimension == "recency" else names[::-1])

    def _require(self, cleaned: dict[str, Any], names: Iterable[str]) -> None:
        for name in names:
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, _("Please fill this in."))

    def _check_rising(self, cleaned: dict[str, Any], names: Iterable[str]) -> None:
        for low, high in pairwise(names):
            below, above = cleaned.get(low), cleaned.get(high)
            if below is not None and above is not None and above <= below:
                text = _("Must be more than the %(value)s of the step before.") % {"value": below}
                self.add_error(high, text)


def initial_of(rules: Rules, cutoffs: Mapping[str, list[Any]], number: int) -> dict[str, Any]:
    """What the form shows of `rules`. Bands nobody has set yet begin with the last run's cut-offs."""
    found = {name: getattr(rules, name) for name in (*DAYS, *TIMES, "by_category")}
    found |= {"method": rules.method.value, "window": rules.window or None, "based_on": number}
    cuts = cutoffs if not rules.recency else rules.to_json()
    for dimension, turn in (("recency", -1), ("frequency", 1), ("monetary", 0)):
        for score, cut in zip(reversed(SCORES), cuts.get(dimension, ()), strict=False):
            found[f"{dimension}_{score}"] = Decimal(cut) + turn if turn else Decimal(cut)
    return found


def _layout() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(
        Fieldset(
            pgettext_lazy("scoring", "Scores from 1 to 5"),
            "method",
            HTML("{% include 'scoring/_bands.html' %}"),
            "window",
        ),
        Fieldset(
            gettext_lazy("Lifecycle stages"),
            Div(Field("new_within"), Field("loyal_from"), Field("won_back_for"), css_class="row"),
            Div(Field("risk_after"), Field("dormant_after"), Field("lost_after"), css_class="row"),
            "by_category",
            Div(*(Field(name) for name in TIMES), css_class="row cycle-times"),
        ),
        "note",
        "based_on",
    )
    return helper
