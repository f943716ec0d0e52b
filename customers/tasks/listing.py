"""The list of tasks: whose, which and when, all read from the address."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.accounts.models import User
from crm.accounts.policy import Scope
from crm.lib.errors import BadInput
from crm.lib.paging import Page, keyset
from customers.tasks.forms import DOERS
from customers.tasks.models import Task, TaskQuerySet, members

ME, GIVEN, EVERYBODY = "", "given", "all"
MOST_COUNTED = 1000


class Listing:
    """One request's view of the list. Raises BadInput for what no link of ours could ask."""

    def __init__(self, user: User, query: QueryDict) -> None:
        self.user, self.query = user, query
        self.who, self.when, self.kind = (query.get(name, "") for name in ("who", "when", "kind"))
        if self.who not in dict(self.people) or self.when not in dict(self.times):
            raise BadInput(_("The list cannot be narrowed to this."))
        if self.kind and self.kind not in Task.Kind.values:
            raise BadInput(_("The list cannot be narrowed to this."))

    @cached_property
    def people(self) -> Sequence[tuple[str, str]]:
        """Whose tasks one may ask for: one's own, those given away, and of those whose work one sees."""
        found = [(ME, _("My tasks")), (GIVEN, _("Given to others"))]
        scope = self.user.scope("task", "view")
        if scope > Scope.OWN:
            team = members(self.user, scope).filter(roles__overlap=DOERS).order_by("name", "pk")
            found.append((EVERYBODY, _("Everybody’s")))
            found += [(str(pk), name) for pk, name in team.values_list("pk", "name")]
        return found

    @property
    def times(self) -> Sequence[tuple[str, str]]:
        return [
            ("", _("All open")),
            ("overdue", _("Overdue")),
            ("today", _("Today")),
            ("week", _("Next 7 days")),
            ("done", _("Done")),
        ]

    @property
    def kinds(self) -> Sequence[tuple[str, str]]:
        return [("", _("All kinds")), *((value, str(label)) for value, label in Task.Kind.choices)]

    def rows(self) -> TaskQuerySet:
        rows = Task.objects.visible_to(self.user)
        if self.who == GIVEN:
            rows = rows.filter(created_by=self.user).exclude(assignee=self.user)
        elif self.who != EVERYBODY:
            rows = rows.filter(assignee=int(self.who) if self.who else self.user.pk)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        return self._at_that_time(rows)

    def _at_that_time(self, rows: TaskQuerySet) -> TaskQuerySet:
        today = timezone.localdate()
        match self.when:
            case "overdue":
                return rows.overdue()
            case "today":
                return rows.open().filter(due_on=today)
            case "week":
                return rows.open().filter(due_on__gt=today, due_on__lte=today + timedelta(days=7))
            case "done":
                return rows.exclude(state=Task.State.OPEN)
        return rows.open()

    @cached_property
    def page(self) -> Page[Task]:
        order = "-closed_at" if self.when == "done" else "due_on"
        rows = self.rows().select_related("customer", "assignee")
        return keyset(rows, order, self.query.get("cursor", ""))

    @cached_property
    def count_text(self) -> str:
        number = self.rows().order_by()[: MOST_COUNTED + 1].count()
        if number > MOST_COUNTED:
            return _("More than %(number)s tasks") % {"number": f"{MOST_COUNTED:,}"}
        return ngettext("%(number)s task", "%(number)s tasks", number) % {"number": f"{number:,}"}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.who or self.when or self.kind)
