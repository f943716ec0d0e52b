"""Editing a field, tags, owner, team, deletion: what every list can do with its customers."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User
from crm.accounts.policy import Scope
from customers.bulk.actions import Action, Params, Row, register
from customers.forms import CustomerForm, TagsForm, keepers, read
from customers.models import Customer
from customers.resources import MOST_TAGS, read_country
from customers.services import team_of

EDITABLE = (
    "city",
    "province",
    "country",
    "company",
    "job_title",
    "gender",
    "language",
    "preferred_channel",
    "source",
)


def register_all() -> None:
    for order, action in enumerate((EditField(), AddTags(), RemoveTags(), Assign(), SetTeam(), Delete())):
        action.order = order * 10
        register(action)


class FieldForm(forms.Form):
    """One field and what it becomes; empty means that the field is emptied."""

    def __init__(self, data: Any, *, field: str, user: User) -> None:
        super().__init__(data)
        self.name = field if field in EDITABLE else EDITABLE[0]
        made = CustomerForm(user=user).fields.get(self.name)
        made = made or cast("forms.Field", Customer._meta.get_field(self.name).formfield())  # type: ignore[union-attr]
        made.label, made.required = capfirst(str(made.label)), False
        made.help_text = _("Left empty, the field is emptied.")
        self.fields["field"] = forms.CharField(widget=forms.HiddenInput, initial=self.name)
        self.fields["value"] = made

    def clean_value(self) -> str:
        value = str(self.cleaned_data["value"] or "").strip()
        return str(read(read_country, value)) if self.name == "country" and value else value

    def clean_field(self) -> str:
        return self.name


class EditField(Action):
    key, label, icon = "edit", _("Edit a field"), "pencil"

    def form(self, user: User, data: Any, field: str = "") -> forms.Form:
        asked = data.get("field", field) if data else field
        return FieldForm(data, field=asked, user=user)

    def columns_of(self, params: Params) -> tuple[str, ...]:
        return (str(params["field"]),)

    def told(self, params: Params) -> str:
        return f"{field_label(params['field'])}: {shown(params['field'], params['value']) or '–'}"

    def becomes(self, row: Row, params: Params) -> dict[str, Any]:
        return {params["field"]: params["value"]}


class AddTags(Action):
    key, label, icon, columns = "tag", _("Add tags"), "tag", ("tags",)

    def form(self, user: User, data: Any, field: str = "") -> forms.Form:
        return labelled(TagsForm(data))

    def told(self, params: Params) -> str:
        return f"+ {', '.join(params['tags'])}"

    def becomes(self, row: Row, params: Params) -> dict[str, Any]:
        # Who has as many tags as fit gets no more.
        return {
            "tags": list(dict.fromkeys([*row["tags"], *params["tags"]]))[: max(MOST_TAGS, len(row["tags"]))]
        }


class RemoveTags(AddTags):
    key, label, icon = "untag", _("Remove tags"), "tags"

    def told(self, params: Params) -> str:
        return f"− {', '.join(params['tags'])}"

    def becomes(self, row: Row, params: Params) -> dict[str, Any]:
        return {"tags": [tag for tag in row["tags"] if tag not in params["tags"]]}


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"))

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        cast("forms.ModelChoiceField[User]", self.fields["owner"]).queryset = keepers(user)


class Assign(Action):
    """The new owner's team gets the customers too."""

    key, label, icon, needs, columns = (
        "assign",
        _("Assign an owner"),
        "user-check",
        "assign",
        ("owner_id", "team_id"),
    )

    def form(self, user: User, data: Any, field: str = "") -> forms.Form:
        return OwnerForm(data, user=user)

    def params(self, cleaned: Mapping[str, Any], user: User) -> dict[str, Any]:
        owner, team = cleaned["owner"], team_of(cleaned["owner"])
        return {"owner": owner.pk, "name": str(owner), "team": team.pk if team else None}

    def told(self, params: Params) -> str:
        return f"{_('Owner')}: {params['name']}"

    def becomes(self, row: Row, params: Params) -> dict[str, Any]:
        return {"owner_id": params["owner"], "team_id": params["team"] or row["team_id"]}

    def entry(self, params: Params) -> tuple[str, dict[str, Any]]:
        """Of this the new owner is told."""
        return "customer.assigned", {"owner": params["owner"], "owner_name": params["name"]}


class TeamForm(forms.Form):
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"))

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        teams = Team.objects.all()
        if user.scope("customer", "assign") < Scope.ALL:
            teams = teams.filter(pk__in=user.team_tree_ids)
        cast("forms.ModelChoiceField[Team]", self.fields["team"]).queryset = teams


class SetTeam(Action):
    key, label, icon, needs, columns = "team", _("Set the team"), "users", "assign", ("team_id",)

    def form(self, user: User, data: Any, field: str = "") -> forms.Form:
        return TeamForm(data, user=user)

    def params(self, cleaned: Mapping[str, Any], user: User) -> dict[str, Any]:
        return {"team": cleaned["team"].pk, "name": str(cleaned["team"])}

    def told(self, params: Params) -> str:
        return f"{_('Team')}: {params['name']}"

    def becomes(self, row: Row, params: Params) -> dict[str, Any]:
        return {"team_id": params["team"]}


class Delete(Action):
    key, label, icon, needs, danger = "delete", _("Delete"), "trash-2", "delete", True
    columns = ("deleted_at", "deleted_by_id")

    def params(self, cleaned: Mapping[str, Any], user: User) -> dict[str, Any]:
        return {"at": timezone.now().isoformat(), "by": user.pk}

    def becomes(self, row: Row, params: Params) -> dict[str, Any]:
        return {"deleted_at": params["at"], "deleted_by_id": params["by"]}


def labelled(form: forms.Form) -> forms.Form:
    form.fields["tags"].label = _("Tags")
    form.fields["tags"].help_text = _("Separated by commas.")
    return form


def field_label(name: str) -> str:
    return str(capfirst(str(Customer._meta.get_field(name).verbose_name)))  # type: ignore[union-attr]


def shown(name: str, value: str) -> str:
    """A value as people read it."""
    field = CustomerForm.base_fields.get(name) or Customer._meta.get_field(name).formfield()  # type: ignore[union-attr]
    choices = dict(getattr(field, "choices", ()) or ())
    return str(choices.get(value, value)) if value else ""
