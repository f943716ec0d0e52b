from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from crm.audit.services import record

admin.site.unregister(Group)  # roles, not groups, say what a colleague may do


class RolesMixin(forms.Form):
    roles = forms.MultipleChoiceField(
        label=_("roles"), choices=Role, required=False, widget=forms.CheckboxSelectMultiple
    )


class EditUserForm(RolesMixin, UserChangeForm):  # type: ignore[type-arg]
    pass


class NewUserForm(RolesMixin, UserCreationForm):  # type: ignore[type-arg]
    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "email", "name", "roles")


@admin.register(User)
class UserAdmin(StockUserAdmin):  # type: ignore[type-arg]
    form = EditUserForm
    add_form = NewUserForm
    list_display = ("username", "name", "email", "role_names", "is_active", "last_login")
    list_filter = ("is_active", "teams")
    search_fields = ("username", "name", "email")
    ordering = ("username",)
    filter_horizontal = ("teams",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("name", "email", "job_title", "time_zone")}),
        (_("What they may do"), {"fields": ("roles", "teams", "is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "name", "email", "roles", "password1", "password2"),
            },
        ),
    )

    @admin.display(description=_("roles"))
    def role_names(self, user: User) -> str:
        return ", ".join(str(Role(role).label) for role in user.roles)

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        """Nobody widens their own rights: not the roles, not the switch that opens the whole admin."""
        fields = tuple(super().get_readonly_fields(request, obj))
        if not request.user.is_superuser:
            fields += ("is_superuser",)
        return fields if obj != request.user else (*fields, "is_superuser", "is_active")

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        by = request.user if isinstance(request.user, User) else None
        record("user.changed" if change else "user.created", obj, by=by, fields=form.changed_data)


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin[Team]):
    list_display = ("name", "parent")
    search_fields = ("name",)
    autocomplete_fields = ("parent",)
