"""What people type about tasks, cleaned."""

from datetime import date, datetime, timedelta
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from crm.accounts.policy import GRANTS
from crm.api.models import A_PERSON
from customers.models import Customer
from customers.tasks import due
from customers.tasks.models import Task, members

# Who may have tasks at all.
DOERS = [role.value for role, grants in GRANTS.items() if "edit" in grants.get("task", {})]
REMINDERS = [
    ("", _("No reminder")),
    ("0", _("When it is due")),
    ("10", _("10 minutes before")),
    ("60", _("One hour before")),
    ("1440", _("One day before")),
]
HAPPENED = [
    ("call", _("Phone call")),
    ("wechat", _("WeChat")),
    ("visit", _("Visit")),
    ("meeting", pgettext_lazy("with a customer", "Meeting")),
    ("email", pgettext_lazy("task", "E-mail")),
    ("note", pgettext_lazy("what happened", "Something else")),
]
LONGEST_AHEAD = timedelta(days=3660)


def doers(user: User, *, also: int | None = None) -> QuerySet[User]:
    """The colleagues to whom `user` may give a task, and the one who has it now."""
    reach = members(user, user.scope("task", "assign")).values("pk")
    fit = A_PERSON & Q(is_active=True, roles__overlap=DOERS, pk__in=reach)
    return User.objects.filter(fit | Q(pk=also)).order_by("name", "pk")


def checked_day(day: date) -> date:
    """A due day within reach: a century ahead is a slip of the finger."""
    if abs(day - timezone.localdate()) > LONGEST_AHEAD:
        raise ValidationError(_("This day is too far away."))
    return day


def moment(fields: dict[str, Any]) -> datetime | None:
    day, at = fields.get("due_on"), fields.pop("due_time", None)
    return due.moment(day, at) if day and at else None


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def time_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class TaskForm(forms.ModelForm[Task]):
    """Create and edit. The customer is one the writer may see."""

    due_time = forms.TimeField(label=_("At"), required=False, widget=time_input())
    remind_before = forms.TypedChoiceField(
        label=_("Reminder"), required=False, choices=REMINDERS, coerce=int, empty_value=None
    )

    class Meta:
        model = Task
        fields = ["title", "kind", "customer", "due_on", "assignee", "priority", "repeat", "note"]
        labels = {
            "title": pgettext_lazy("task", "What to do"),
            "kind": _("Kind"),
            "due_on": pgettext_lazy("task", "Due"),
            "assignee": _("Who does it"),
            "priority": _("Priority"),
            "repeat": _("Repeats"),
            "note": pgettext_lazy("task", "Details"),
        }
        widgets = {
            "due_on": date_input(),
            "customer": forms.HiddenInput,
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        task = self.instance
        if task.due_at:
            self.initial["due_time"] = timezone.localtime(task.due_at).strftime("%H:%M")
        self.initial.setdefault("due_on", timezone.localdate())
        self.initial.setdefault("remind_before", task.remind_before)
        customer = cast("forms.ModelChoiceField[Customer]", self.fields["customer"])
        customer.queryset = Customer.objects.visible_to(user)
        assignee = cast("forms.ModelChoiceField[User]", self.fields["assignee"])
        assignee.queryset = doers(user, also=task.assignee_id or user.pk)
        assignee.empty_label = None
        self.initial.setdefault("assignee", task.assignee_id or user.pk)
        repeat = cast(forms.ChoiceField, self.fields["repeat"])
        repeat.choices = [("", _("Once only")), *Task.Repeat.choices]
        self.fields["title"].widget.attrs["autofocus"] = True
        self.helper = layout(
            Field("title"),
            HTML("{% include 'tasks/_customer_field.html' %}"),
            Div(Field("due_on"), Field("due_time"), css_class="row"),
            Div(Field("kind"), Field("priority"), css_class="row"),
            Div(Field("assignee"), css_class="row"),
            Div(Field("remind_before"), Field("repeat"), css_class="row"),
            Field("note"),
        )

    @property
    def customer(self) -> Customer | None:
        """The chosen customer, also of a form that was not sent yet."""
        field = cast("forms.ModelChoiceField[Customer]", self.fields["customer"])
        try:
            chosen: Customer | None = field.clean(self["customer"].value())
        except ValidationError:
            return None
        return chosen

    def clean_due_on(self) -> date:
        return checked_day(self.cleaned_data["due_on"])

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        fields["due_at"] = moment(fields)
        return fields


class FollowUpForm(forms.Form):
    """What happened, and what comes next; no next step when its line stays empty."""

    happened = forms.ChoiceField(
        label=_("What happened"), choices=HAPPENED, widget=forms.RadioSelect, initial="call"
    )
    text = forms.CharField(
        label=pgettext_lazy("follow-up", "What came of it"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
    )
    done = forms.ModelChoiceField(Task.objects.none(), label=_("This was the task"), required=False)
    title = forms.CharField(label=_("Next step"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Task.Kind.choices, initial=Task.Kind.CALL)
    due_on = forms.DateField(label=pgettext_lazy("task", "Due"), required=False, widget=date_input())
    due_time = forms.TimeField(label=_("At"), required=False, widget=time_input())

    def __init__(self, data: Any = None, *, user: User, customer: Customer, **options: Any) -> None:
        super().__init__(data, **options)
        done = cast("forms.ModelChoiceField[Task]", self.fields["done"])
        done.queryset = Task.objects.visible_to(user, "edit").open().filter(customer=customer).in_order()
        done.empty_label = str(_("None of them"))
        self.helper = layout(
            Field("happened"),
            Field("text"),
            Field("done"),
            Div(Field("title"), css_class="rule-above"),
            Div(Field("due_on"), Field("due_time"), Field("kind"), css_class="row"),
        )
        if data is None and not done.queryset.exists():
            self.fields["done"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        fields["due_at"] = moment(fields)
        if fields.get("title") and not fields.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Choose the day of the next step."))
        if fields.get("due_on"):
            try:
                checked_day(fields["due_on"])
            except ValidationError as error:
                self.add_error("due_on", error)
        return fields

    def step(self, by: User) -> dict[str, Any]:
        """The fields of the next task; empty when there is none."""
        fields = self.cleaned_data
        if not fields["title"]:
            return {}
        return {name: fields[name] for name in ("title", "kind", "due_on", "due_at")} | {"assignee": by}


class SnoozeForm(forms.Form):
    until = forms.DateField()

    def clean_until(self) -> date:
        return checked_day(self.cleaned_data["until"])


class HandoverForm(forms.Form):
    leaving = forms.ModelChoiceField(User.objects.none(), label=_("From"))
    to = forms.ModelChoiceField(User.objects.none(), label=pgettext_lazy("hand over", "To"))

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        reach = members(user, user.scope("workload", "assign")).order_by("name", "pk")
        # Who has left may still have tasks, but gets none.
        cast("forms.ModelChoiceField[User]", self.fields["leaving"]).queryset = reach.filter(
            roles__overlap=DOERS
        )
        cast("forms.ModelChoiceField[User]", self.fields["to"]).queryset = reach.filter(
            A_PERSON, is_active=True, roles__overlap=DOERS
        )
        self.helper = layout(Div(Field("leaving"), Field("to"), css_class="row"))


def layout(*fields: Any) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.layout = Layout(*fields)
    return helper
