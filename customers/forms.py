"""What people type about customers, cleaned."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from crm.accounts.policy import Role, Scope
from crm.api.models import A_PERSON
from crm.lib import phones, reading
from crm.lib.templatetags.ui import mask_email, mask_phone
from customers.matching.standard import Said
from customers.models import Customer
from customers.organisations import OrganisationField
from customers.resources import read_country, read_tags
from customers.timeline.models import Entry

# Who looks after customers of their own.
KEEPERS = (Role.SALES, Role.SERVICE, Role.OPERATIONS, Role.MANAGER)
WRITTEN = ("phone", "email", "sms", "wechat", "whatsapp")


def hours() -> list[tuple[int | str, str]]:
    return [("", _("Not known")), *((hour, f"{hour:02}:00") for hour in range(24))]  # type: ignore[list-item]


def keepers(user: User, *, also: int | None = None) -> QuerySet[User]:
    """The colleagues to whom `user` may give a customer, and the one who has it now."""
    fit = A_PERSON & Q(is_active=True, roles__overlap=[role.value for role in KEEPERS])
    if user.scope("customer", "assign") < Scope.ALL:
        fit &= Q(teams__in=user.team_tree_ids)
    return User.objects.filter(fit | Q(pk=also)).order_by("name", "pk").distinct()


class CustomerForm(forms.ModelForm[Customer]):
    """Create and edit. A stored phone or e-mail is shown masked; left as it stands, it stays as it is.

    `only` narrows it to some fields, for editing them where they are shown.
    """

    preferred_channel = forms.ChoiceField(
        label=_("Preferred channel"),
        required=False,
        choices=[("", _("Not known")), *((one, Entry.Channel(one).label) for one in WRITTEN)],
    )
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    email = forms.CharField(label=pgettext_lazy("address", "E-mail"), required=False, max_length=254)
    country = forms.CharField(label=_("Country"), required=False, max_length=40)
    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=1000, help_text=_("Separated by commas.")
    )
    organisation = OrganisationField(
        label=_("Works at"), required=False, help_text=_("An organisation among your customers.")
    )
    quiet_from = forms.TypedChoiceField(
        label=_("Not to be disturbed from"), required=False, choices=hours, coerce=int, empty_value=None
    )
    quiet_until = forms.TypedChoiceField(
        label=_("Not to be disturbed until"), required=False, choices=hours, coerce=int, empty_value=None
    )

    birthday_is_lunar = forms.TypedChoiceField(
        label=_("Keeps the birthday"),
        required=False,
        choices=[(False, _("by the common calendar")), (True, _("by the lunar calendar"))],
        coerce=lambda value: str(value) == "True",
        empty_value=False,  # type: ignore[arg-type]
        help_text=_("The date above stays the day of birth by the common calendar."),
    )

    class Meta:
        model = Customer
        fields = [
            *("kind", "name", "company", "job_title", "organisation"),
            *("phone", "email", "preferred_channel", "language", "quiet_from", "quiet_until"),
            *(
                "gender",
                "birthday",
                "birthday_is_lunar",
                "country",
                "province",
                "city",
                "address",
                "postcode",
                "tags",
            ),
            *("owner", "team", "restricted"),
        ]
        widgets = {
            "birthday": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "kind": forms.Select,
        }

    def __init__(self, *arguments: Any, user: User, only: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Validating writes into the instance; what it was is needed afterwards.
        self.company = self.instance.company
        self.masks = {
            "phone": mask_phone(self.instance.phone) if self.instance.phone else "",
            "email": mask_email(self.instance.email) if self.instance.email else "",
        }
        self.initial.update(self.masks, tags=", ".join(self.instance.tags))
        for name in ("gender", "language"):
            field = cast(forms.ChoiceField, self.fields[name])
            field.choices = [
                ("", _("Not known")),
                *list(cast("Iterable[tuple[str, str]]", field.choices))[1:],
            ]
        cast(OrganisationField, self.fields["organisation"]).offer_to(user, beside=self.instance)
        self._limit_to(user)
        if only:
            self.fields = {name: field for name, field in self.fields.items() if name in only}
        else:
            self.helper = helper(self)

    def _limit_to(self, user: User) -> None:
        """Who may not hand over customers does not see the fields for it."""
        if not user.may("customer", "assign"):
            for name in ("owner", "team", "restricted"):
                del self.fields[name]
            return
        reach = user.scope("customer", "assign")
        owner = cast("forms.ModelChoiceField[User]", self.fields["owner"])
        team = cast("forms.ModelChoiceField[Team]", self.fields["team"])
        owner.queryset = keepers(user, also=self.instance.owner_id)
        owner.empty_label, team.empty_label = str(_("Nobody")), str(_("No team"))
        if reach < Scope.ALL:
            team.queryset = Team.objects.filter(pk__in=[*user.team_tree_ids, self.instance.team_id or 0])

    def clean_phone(self) -> str:
        return self._handle("phone", phones.normalise)

    def clean_email(self) -> str:
        return self._handle("email", reading.email)

    def clean_country(self) -> str:
        written = self.cleaned_data["country"]
        return str(read(read_country, written)) if written else ""

    def clean_tags(self) -> list[str]:
        return list(read(read_tags, self.cleaned_data["tags"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begin, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if "quiet_from" in self.fields and not self.errors:
            if (begin is None) != (end is None):
                self.add_error("quiet_until", _("Quiet hours need a beginning and an end."))
            elif begin is not None and begin == end:
                self.add_error("quiet_until", _("Quiet hours cannot end when they begin."))
        return cleaned

    def changes(self) -> dict[str, Any]:
        """The fields that were typed over. Whose company was the organisation's name gets the new one."""
        found = {name: self.cleaned_data[name] for name in self.changed_data}
        organisation: Customer | None = found.get("organisation")
        former = self.organisation_name(self.initial["organisation"]) if organisation else ""
        if organisation and "company" not in found and self.company in ("", former):
            found["company"] = organisation.name
        return found

    def organisation_name(self, key: Any) -> str:
        return cast(OrganisationField, self.fields["organisation"]).name_of(key)

    def _handle(self, name: str, reader: Callable[[str], str]) -> str:
        written = self.cleaned_data[name].strip()
        if written and written == self.masks[name]:
            return str(getattr(self.instance, name))
        return str(read(reader, written))


def read(reader: Callable[[str], Any], text: str) -> Any:
    try:
        return reader(text)
    except reading.Unreadable as unreadable:
        raise ValidationError(str(unreadable)) from None


def helper(form: forms.BaseForm) -> FormHelper:
    """Fields in three groups; those the form does not have are left out."""
    groups = (
        (
            _("Who"),
            (
                ("kind", "name"),
                ("company", "job_title"),
                ("organisation",),
                ("gender",),
                ("birthday", "birthday_is_lunar"),
                ("tags",),
            ),
        ),
        (
            _("How to reach them"),
            (("phone", "email"), ("preferred_channel", "language"), ("quiet_from", "quiet_until")),
        ),
        (_("Where"), (("country", "province", "city"), ("address", "postcode"))),
        (_("Who looks after them"), (("owner", "team"), ("restricted",))),
    )
    fieldsets = [
        Fieldset(legend, *(Div(*map(Field, row), css_class="row") for row in rows))
        for legend, rows in groups
        if rows[0][0] in form.fields
    ]
    # Who else has this phone is said right below it.
    fieldsets[1].fields.insert(1, HTML("{% include 'customers/_alike_place.html' %}"))
    made = FormHelper()
    made.form_tag = False
    made.layout = Layout(*fieldsets)
    return made


class TagsForm(forms.Form):
    tags = forms.CharField(max_length=500)

    def clean_tags(self) -> list[str]:
        return list(read(read_tags, self.cleaned_data["tags"]))


class HintForm(forms.Form):
    """A customer as somebody is typing it: half a number is not an error, and says nothing yet."""

    kind = forms.CharField(required=False, max_length=12)
    name = forms.CharField(required=False, max_length=200)
    company = forms.CharField(required=False, max_length=200)
    birthday = forms.CharField(required=False, max_length=40)
    gender = forms.CharField(required=False, max_length=20)
    province = forms.CharField(required=False, max_length=80)
    city = forms.CharField(required=False, max_length=80)
    address = forms.CharField(required=False, max_length=300)
    phone = forms.CharField(required=False, max_length=40)
    email = forms.CharField(required=False, max_length=254)

    def clean_phone(self) -> str:
        return half(phones.normalise, self.cleaned_data["phone"])

    def clean_email(self) -> str:
        return half(reading.email, self.cleaned_data["email"])

    @property
    def said(self) -> Said:
        told = self.cleaned_data
        return Said(
            **{name: told[name] for name in ("name", "birthday", "gender", "city", "address")},
            region=told["province"],
            is_organisation=told["kind"] == Customer.Kind.ORGANISATION,
        )


def half(reader: Callable[[str], str], text: str) -> str:
    try:
        return reader(text)
    except reading.Unreadable:
        return ""
