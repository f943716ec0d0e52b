"""What an offer asks for, and what the till types."""

from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from channels.offers import codes
from channels.offers.models import Offer
from crm.accounts.models import User
from customers.orders.models import Product
from segments.models import Segment

MOST_LINES = 500
WANTS = {"percent": "percent", "amount": "amount", "product": "sku"}


class LinesField(forms.CharField):
    """One value per line, each of which `column` of a product must know."""

    def __init__(self, column: str, **kwargs: Any) -> None:
        self.column = column
        widget = forms.Textarea(attrs={"rows": 3})
        super().__init__(required=False, max_length=40_000, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        said = list(dict.fromkeys(line.strip() for line in super().clean(value).splitlines() if line.strip()))
        if len(said) > MOST_LINES:
            raise forms.ValidationError(_("At most %(most)d lines."), params={"most": MOST_LINES})
        known = Product.objects.filter(**{f"{self.column}__in": said}).values_list(self.column, flat=True)
        if unknown := [one for one in said if one not in set(known)]:
            text = _("We sell nothing of this name: %(line)s")
            raise forms.ValidationError(text, params={"line": unknown[0][:80]})
        return said


class OfferForm(forms.ModelForm[Offer]):
    sku = forms.CharField(
        label=_("Product for free"), max_length=64, required=False, help_text=_("Its article number.")
    )
    skus = LinesField("sku", label=_("Counts only for these article numbers"), help_text=_("One per line."))
    categories = LinesField("category", label=_("Or these categories"), help_text=_("One per line."))

    class Meta:
        model = Offer
        fields = (
            *("name", "gives", "percent", "amount", "minimum", "skus", "categories", "segment"),
            *("starts_at", "ends_at", "most_in_all", "most_each", "is_stackable"),
        )
        widgets = dict.fromkeys(
            ("starts_at", "ends_at"),
            forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        )
        help_texts = {
            "name": _("Colleagues and tills see it."),
            "segment": _("Empty: everybody may use it."),
            "minimum": _("Of what it counts for."),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].queryset = Segment.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["minimum"].required = False
        if self.instance.product:
            self.initial["sku"] = self.instance.product.sku
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "name",
            Fieldset(_("What it gives"), Div("gives", "percent", "amount", "sku", css_class="row")),
            Fieldset(_("For which orders"), "minimum", Div("skus", "categories", css_class="row")),
            Fieldset(
                _("For whom, and how often"),
                "segment",
                Div("starts_at", "ends_at", css_class="row"),
                Div("most_in_all", "most_each", css_class="row"),
                "is_stackable",
            ),
        )

    def clean_minimum(self) -> Decimal:
        return self.cleaned_data["minimum"] or Decimal(0)

    def clean_sku(self) -> str:
        sku: str = self.cleaned_data["sku"].strip()
        found = Product.objects.filter(sku=sku).first() if sku else None
        if sku and found is None:
            raise forms.ValidationError(_("We sell nothing of this number."))
        self.instance.product = found
        return sku

    def clean_most_in_all(self) -> int | None:
        most: int | None = self.cleaned_data["most_in_all"]
        if most is not None and most < self.instance.uses:
            text = _("It was used %(uses)d times already.")
            raise forms.ValidationError(text, params={"uses": self.instance.uses})
        return most

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        needed = WANTS.get(data.get("gives", ""))
        if needed and not data.get(needed) and needed not in self.errors:
            self.add_error(needed, _("Say what is given."))
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end has to come after the beginning."))
        return data


class NewOfferForm(OfferForm):
    """Which codes it has cannot be changed later: people have them in their hands."""

    kind = forms.ChoiceField(label=_("Codes"), choices=Offer.Codes.choices)
    number = forms.IntegerField(
        label=_("How many codes"),
        min_value=0,
        max_value=codes.MOST,
        initial=1000,
        required=False,
        help_text=_("More can be made at any time."),
    )
    word = forms.CharField(
        label=_("The one code"),
        max_length=24,
        required=False,
        help_text=_("Four letters or digits at least, such as WELCOME10."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout.append(Fieldset(_("Codes"), Div("kind", "number", "word", css_class="row")))

    def clean_word(self) -> str:
        word = codes.normal(self.cleaned_data["word"])
        if word and not codes.SHARED.fullmatch(word):
            raise forms.ValidationError(_("Four letters or digits at least, such as WELCOME10."))
        return word

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.instance.codes = data.get("kind") or Offer.Codes.UNIQUE
        if data.get("kind") == Offer.Codes.SHARED and not data.get("word") and "word" not in self.errors:
            self.add_error("word", _("Say which code everybody uses."))
        return data


class CodesForm(forms.Form):
    number = forms.IntegerField(
        label=_("How many more"),
        min_value=1,
        max_value=codes.MOST,
        initial=1000,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )


class CheckForm(forms.Form):
    """A code, and if one likes an order for it."""

    code = forms.CharField(label=_("Code"), max_length=60)
    amount = forms.DecimalField(
        label=_("Amount of the order"), min_value=0, max_digits=14, decimal_places=2, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, attrs in (
            ("code", {"autofocus": True, "autocomplete": "off", "autocapitalize": "characters"}),
            ("amount", {"inputmode": "decimal"}),
        ):
            self.fields[name].widget.attrs |= {"class": "form-control", **attrs}


class RedeemForm(CheckForm):
    amount = forms.DecimalField(min_value=0, max_digits=14, decimal_places=2)
    number = forms.CharField(label=_("Order number"), max_length=120)
    key = forms.UUIDField()
