"""What people type about tokens and integrations, cleaned."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from crm.accounts.policy import Scope as Reach
from crm.api.scopes import SCOPES, offered_to

LIFETIMES = [
    (days, ngettext_lazy("%(number)d day", "%(number)d days", days)) for days in (7, 30, 90, 180, 365)
]
USUAL_DAYS = 90
SLOWEST, FASTEST, USUAL = 1, 60_000, 1200


class TokenForm(forms.Form):
    """A token for oneself; administrators make them for integrations as well."""

    name = forms.CharField(
        label=_("What it is for"),
        max_length=100,
        help_text=_("The program that will use it, such as “Shop” or “Till at the airport”."),
    )
    user = forms.ModelChoiceField(label=_("Acts as"), queryset=User.objects.none())
    scopes = forms.MultipleChoiceField(label=_("May"), widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(label=_("Valid for"), coerce=int, initial=USUAL_DAYS)
    per_minute = forms.IntegerField(
        label=_("Requests a minute, at most"), min_value=SLOWEST, max_value=FASTEST, initial=USUAL
    )

    def __init__(self, *arguments: Any, by: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.by = by
        account = cast("forms.ModelChoiceField[User]", self.fields["user"])
        account.queryset = accounts_for(by)
        account.initial = by.pk
        if not self.may_configure:
            del self.fields["user"], self.fields["per_minute"]
        days, scopes = (cast(forms.ChoiceField, self.fields[name]) for name in ("days", "scopes"))
        days.choices = [(number, label % {"number": number}) for number, label in LIFETIMES]
        offered = SCOPES.items() if self.may_configure else offered_to(by)
        scopes.choices = [(key, scope.label) for key, scope in offered]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def may_configure(self) -> bool:
        return self.by.may("token", "configure")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        user = cleaned.setdefault("user", self.by)
        beyond = [one for one in cleaned.get("scopes", []) if not user.may(*SCOPES[one].needs)]
        if beyond:
            self.add_error(
                "scopes",
                _("This account may not do the following itself: %(scopes)s.")
                % {"scopes": ", ".join(str(SCOPES[one].label) for one in beyond)},
            )
        return cleaned


class IntegrationForm(forms.Form):
    """An account for a program."""

    name = forms.CharField(label=_("Name of the program"), max_length=100)
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(role.value, role.label) for role in Role if role not in (Role.ADMIN, Role.AUDITOR)],
        widget=forms.CheckboxSelectMultiple,
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.all(),
        required=False,
        help_text=_("Decides whose customers it sees, where its roles see those of a team."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


def accounts_for(by: User) -> Any:
    """As whom a token of `by` may act: themselves or an integration, never a colleague."""
    mine = User.objects.filter(pk=by.pk, is_active=True)
    if by.scope("token", "configure") is not Reach.ALL:
        return mine
    return (
        (mine | User.objects.filter(is_active=True, integration__isnull=False))
        .distinct()
        .order_by("name", "pk")
    )
