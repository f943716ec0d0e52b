"""Where custom fields are defined, and nowhere else."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit import services as audit
from crm.lib import memo
from crm.lib.admin import VisibleAdmin
from customers.fields.definitions import CHOSEN
from customers.fields.models import CustomField, FieldChoice, FieldValues
from customers.fields.searching import SEARCHABLE

# Counting stops here: the sentence only has to tell few from many.
MOST_COUNTED = 1000
# Conditions are written as key__lookup, so a key must not be the name of a lookup.
LOOKUPS = frozenset(models.JSONField().get_lookups())


class FieldForm(forms.ModelForm[CustomField]):
    viewers = forms.MultipleChoiceField(
        label=gettext_lazy("who may see it"),
        choices=Role,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nothing chosen: everybody who may see the customer."),
    )
    editors = forms.MultipleChoiceField(
        label=gettext_lazy("who may change it"),
        choices=Role,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nothing chosen: everybody who may see the field and change the customer."),
    )

    class Meta:
        model = CustomField
        fields = [
            *("key", "label", "label_zh", "hint", "hint_zh", "kind", "about", "order"),
            *("is_required", "is_searchable", "is_listed", "viewers", "editors"),
        ]

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if key in LOOKUPS:
            raise ValidationError(_("This word has a meaning of its own here. Choose another key."))
        return key

    def clean_kind(self) -> str:
        """What was written as one kind cannot be read as another, and nothing may be lost unasked."""
        kind = str(self.cleaned_data["kind"])
        stored = CustomField.objects.filter(pk=self.instance.pk).exclude(kind=kind).first()
        number = filled(stored) if stored else 0
        if stored and number:
            sentence = ngettext(
                "%(number)s customer has a value of the kind “%(kind)s” here. Archive this field and define"
                " a new one, or empty it everywhere first.",
                "%(number)s customers have a value of the kind “%(kind)s” here. Archive this field and define"
                " a new one, or empty it everywhere first.",
                number,
            )
            text = f"{number:,}" if number < MOST_COUNTED else f"{MOST_COUNTED:,}+"
            raise ValidationError(sentence % {"number": text, "kind": stored.get_kind_display()})
        return kind

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("is_searchable") and cleaned.get("viewers"):
            # Who may search could guess what they may not see, one question after the other.
            self.add_error("is_searchable", _("A field that only some may see cannot be searched."))
        if cleaned.get("is_searchable") and cleaned.get("kind") not in SEARCHABLE:
            self.add_error("is_searchable", _("Dates, amounts and addresses cannot be searched."))
        return cleaned


class ChoiceInline(admin.TabularInline[FieldChoice, CustomField]):
    """Choices are archived, never deleted: customers may have them."""

    model = FieldChoice
    fields = ("key", "label", "label_zh", "order", "is_archived")
    extra = 1
    can_delete = False


@admin.register(CustomField)
class CustomFieldAdmin(VisibleAdmin[CustomField]):
    form = FieldForm
    inlines = (ChoiceInline,)
    list_display = (
        "label",
        "label_zh",
        "key",
        "kind",
        "is_required",
        "is_searchable",
        "is_archived",
        "order",
    )
    list_editable = ("order",)
    ordering = ("archived_at", "order", "pk")
    actions = ("archive", "bring_back")
    fieldsets = (
        (None, {"fields": ("key", ("kind", "about"), ("label", "label_zh"), ("hint", "hint_zh"), "order")}),
        (gettext_lazy("Where it is used"), {"fields": ("is_required", "is_searchable", "is_listed")}),
        (gettext_lazy("Who may see and change it"), {"fields": ("viewers", "editors")}),
    )

    @admin.display(description=gettext_lazy("archived"), boolean=True)
    def is_archived(self, field: CustomField) -> bool:
        return field.archived_at is not None

    def get_readonly_fields(self, request: HttpRequest, obj: CustomField | None = None) -> tuple[str, ...]:
        """The key is what files, rules and stored values call the field."""
        return ("key",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: CustomField | None = None) -> bool:
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: CustomField, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        action = "field.changed" if change else "field.created"
        audit.record(action, obj, by=cast(User, request.user), key=obj.key, fields=form.changed_data)
        memo.forget()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        field = form.instance
        if field.kind in CHOSEN and not field.choices.exists():
            messages.warning(request, _("This field has no choices yet, so nobody can fill it in."))

    @admin.action(
        description=gettext_lazy("Archive: hide the fields everywhere and keep what stands in them")
    )
    def archive(self, request: HttpRequest, rows: QuerySet[CustomField]) -> None:
        self._set_archived(request, rows.filter(archived_at=None), archived=True)

    @admin.action(description=gettext_lazy("Bring back archived fields"))
    def bring_back(self, request: HttpRequest, rows: QuerySet[CustomField]) -> None:
        self._set_archived(request, rows.exclude(archived_at=None), archived=False)

    @transaction.atomic
    def _set_archived(self, request: HttpRequest, rows: QuerySet[CustomField], *, archived: bool) -> None:
        action = "field.archived" if archived else "field.brought_back"
        for field in rows:
            audit.record(action, field, by=cast(User, request.user), key=field.key)
        number = rows.update(archived_at=timezone.now() if archived else None)
        memo.forget()
        text = ngettext("%(number)s field was changed.", "%(number)s fields were changed.", number)
        messages.success(request, text % {"number": number})


def filled(field: CustomField) -> int:
    """How many customers have a value, at most MOST_COUNTED."""
    rows = FieldValues.objects.filter(values__has_key=field.key)
    return rows.order_by()[:MOST_COUNTED].count()
