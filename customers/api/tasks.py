"""Tasks for programs: list, read, create and finish."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from crm.accounts.http import get_visible
from crm.accounts.models import User
from crm.api.auth import ApiRequest, Bearer, asked_by, sent
from crm.api.errors import Answer
from crm.api.fields import Body, Cursor, Day, Id, Limit, Name, Question, Text
from crm.lib.paging import keyset
from customers.forms import keepers
from customers.merging import chain
from customers.models import Customer
from customers.tasks import services
from customers.tasks.models import Task, TaskQuerySet

router = Router(tags=[gettext_noop("Tasks")])
READ, WRITE = Bearer("tasks:read"), Bearer("tasks:write")
Kind = Literal["call", "visit", "email", "todo"]
State = Literal["open", "done", "cancelled"]
Username = Annotated[str, Field(max_length=150)]


class TaskIn(Body):
    """Somebody shall do this; without an assignee, the token's account."""

    title: Name
    kind: Kind = "todo"
    note: Text = ""
    customer: Id | None = None
    assignee: Username | None = None
    due_on: Day
    priority: Literal[1, 2, 3] = 2


class TaskOut(BaseModel):
    id: int
    title: str
    kind: str
    note: str
    customer: int | None
    assignee: str
    due_on: date
    due_at: datetime | None
    priority: int
    state: str
    closed_at: datetime | None


class TaskPage(BaseModel):
    items: list[TaskOut]
    next: str | None


class TaskQuestion(Question):
    state: State | None = None
    customer: Id | None = None
    assignee: Username | None = None
    limit: Limit = 50
    cursor: Cursor = ""


@router.get("/tasks", response=TaskPage, auth=READ, summary=gettext_noop("List tasks by due date"))
def list_tasks(request: HttpRequest, asked: Query[TaskQuestion]) -> dict[str, Any]:
    asker = asked_by(request, asked)
    customer = asked.customer and chain.current(asked.customer)
    given = {"state": asked.state, "customer": customer, "assignee__username": asked.assignee}
    rows = _tasks(asker).filter(**{name: value for name, value in given.items() if value})
    page = keyset(rows, "due_on", asked.cursor, size=asked.limit)
    sent(asker, len(page.rows))
    return {"items": [_shown(one) for one in page.rows], "next": page.next or None}


@router.post("/tasks", response={201: TaskOut}, auth=WRITE, summary=gettext_noop("Create a task"))
def create_task(request: HttpRequest, asked: TaskIn) -> Status[dict[str, Any]]:
    asker = asked_by(request)
    fields = asked.model_dump(exclude={"customer", "assignee"})
    if asked.customer:
        rows = Customer.objects.visible_to(asker.user)
        fields["customer"] = get_visible(rows, chain.current(asked.customer))
    fields["assignee"] = _assignee(asker, asked.assignee)
    return Status(201, _shown(services.create(fields, by=asker.user)))


@router.get("/tasks/{int:pk}", response=TaskOut, auth=READ, summary=gettext_noop("Read a task"))
def read_task(request: HttpRequest, pk: Id) -> dict[str, Any]:
    asker = asked_by(request)
    sent(asker, 1)
    return _shown(get_visible(_tasks(asker), pk))


@router.put(
    "/tasks/{int:pk}/completion",
    response=TaskOut,
    auth=WRITE,
    summary=gettext_noop("Finish a task"),
)
def complete_task(request: HttpRequest, pk: Id) -> dict[str, Any]:
    """Said again, it changes nothing."""
    asker = asked_by(request)
    task = get_visible(Task.objects.visible_to(asker.user, "edit"), pk)
    if task.state != Task.State.DONE:
        services.complete(task, by=asker.user)
    return _shown(get_visible(_tasks(asker), pk))


def _tasks(request: ApiRequest) -> TaskQuerySet:
    return Task.objects.visible_to(request.user).select_related("assignee")


def _assignee(request: ApiRequest, username: str | None) -> User:
    if not username or username == request.user.username:
        return request.user
    if not request.user.may("task", "assign"):
        raise Answer(422, _("The account may not give tasks to others."), field="assignee")
    found = keepers(request.user).filter(username=username).first()
    if found is None:
        raise Answer(422, _("No colleague has this name."), field="assignee")
    return found


def _shown(task: Task) -> dict[str, Any]:
    named = ("id", "title", "kind", "note", "due_on", "due_at", "priority", "state", "closed_at")
    people = {"customer": task.customer_id, "assignee": task.assignee.username}
    return {**{name: getattr(task, name) for name in named}, **people}
