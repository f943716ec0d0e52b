"""What steps do beside messages, tasks and tags; and what joining and erasing do with who is under way."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels.direct.models import DirectMessage
from channels.journeys import checking, running, stepping, words
from channels.journeys.effect_forms import FieldForm
from channels.journeys.models import Journey, Run, Step
from channels.journeys.tests.conftest import design, journey, later, message, tag, wait
from channels.models import Channel
from channels.webhooks.factories import subscription
from channels.webhooks.models import Delivery, Event
from crm.accounts.factories import user
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.desk.notices.models import Notice
from customers.factories import customer
from customers.fields.models import CustomField
from customers.fields.storing import values_of
from customers.holdings import Subject, all_erasers
from customers.merging import services as merging
from segments import services as segments
from segments.models import Pick

pytestmark = pytest.mark.django_db


def test_messages_of_many_take_as_many_queries_as_one(channel: Channel) -> None:
    made = journey(design(message(1, channel)), user(*Role))

    def walk(number: int) -> int:
        for _number in range(number):
            customer(created_at=later(0))
        with CaptureQueriesContext(connection) as asked:
            running.go_on(made.pk)
        return len(asked)

    few = walk(2)
    assert walk(12) == few
    assert DirectMessage.objects.count() == 14


def test_a_built_in_field_is_not_taken_for_an_own_one_of_the_same_key() -> None:
    admin = user(*Role)
    CustomField.objects.create(key="city", label="City of birth", kind="number", editors=["manager"])
    node = {"id": 1, "kind": "field", "field": "city", "value": "杭州"}
    drawn = design(node)
    assert checking.sentences(drawn, user(Role.SALES)) == []
    assert "City of birth" not in words.title(node)
    form = FieldForm({"field": "city", "value": "杭州"}, design=drawn, node=node)
    assert form.is_valid(), form.errors
    made = journey(drawn, admin)
    one = customer(created_at=later(0))
    running.go_on(made.pk)
    one.refresh_from_db()
    assert (one.city, values_of(one)) == ("杭州", {})


def test_each_step_does_its_part_and_does_it_once() -> None:
    admin, seller = user(*Role), user(Role.SALES)
    group = segments.make_list("VIP", [], by=admin)
    CustomField.objects.create(key="size", label="Size", kind="number")
    hook = subscription()
    nodes = [
        {"id": 1, "kind": "field", "field": "own:size", "value": "42"},
        {"id": 2, "kind": "field", "field": "city", "value": "杭州"},
        {"id": 3, "kind": "owner", "owner": seller.pk},
        {"id": 4, "kind": "segment", "segment": group.pk, "takes_out": False},
        {"id": 5, "kind": "notice", "title": "Call them", "colleague": 0},
        {"id": 6, "kind": "webhook", "webhook": hook.pk, "title": "vip"},
        wait(7),
        {"id": 8, "kind": "segment", "segment": group.pk, "takes_out": True},
    ]
    drawn = design(*nodes)
    assert checking.sentences(drawn, admin) == []
    assert all(words.title(node) for node in nodes)
    made = journey(drawn, admin)
    one = customer(created_at=later(0))
    running.go_on(made.pk)
    one.refresh_from_db()
    assert (one.city, one.owner, values_of(one)) == ("杭州", seller, {"size": 42})
    assert Pick.objects.get().customer == one
    assert Notice.objects.filter(user=seller, entry__kind="journey.told").count() == 1
    event = Event.objects.get(kind="journey.step")
    assert json.loads(event.body)["data"]["customer"] == one.pk
    assert Delivery.objects.get(event=event).subscription == hook
    stepping.advance(made.pk, later(2))
    stepping.advance(made.pk, later(2))
    assert not Pick.objects.exists()
    assert list(Step.objects.values_list("what", flat=True)) == [node["kind"] for node in nodes]


def test_what_is_gone_or_not_allowed_is_said_before_switching_on(marketer: User) -> None:
    hook = subscription(events=["order.recorded"])
    nodes = [
        {"id": 1, "kind": "field", "field": "own:gone", "value": ""},
        {"id": 2, "kind": "owner", "owner": 0},
        {"id": 3, "kind": "segment", "segment": 0, "takes_out": False},
        {"id": 4, "kind": "webhook", "webhook": hook.pk, "title": "x"},
    ]
    drawn = design(*nodes, trigger_of={"kind": "festival", "festival": "", "segment": 999})
    assert set(checking.problems(drawn, marketer)) == {0, 1, 2, 3, 4}
    assert len(checking.problems(drawn, marketer)[0]) == 2


def two_under_way(by: User) -> tuple[Journey, Run, Run]:
    made = journey(design(wait(1), tag(2, "gold"), wait(3)), by)
    ahead, behind = customer(created_at=later(0)), customer(created_at=later(0))
    running.go_on(made.pk)
    Run.objects.filter(customer=behind).update(due_at=later(9))
    stepping.advance(made.pk, later(2))
    stepping.advance(made.pk, later(2))
    return made, made.runs.get(customer=ahead), made.runs.get(customer=behind)


@pytest.mark.parametrize("survives", ["ahead", "behind"])
def test_of_two_who_are_joined_the_one_furthest_along_goes_on(survives: str) -> None:
    by = user(*Role)
    made, ahead, behind = two_under_way(by)
    keeper, other = (ahead, behind) if survives == "ahead" else (behind, ahead)
    merges = merging.merge(keeper.customer, [other.customer], by=by)
    going = Run.objects.active().get()
    assert (going.pk, going.customer) == (ahead.pk, keeper.customer)
    behind.refresh_from_db()
    assert (behind.state, behind.reason) == ("left", "merged")
    merging.undo(merges[0], by=by)
    going.refresh_from_db()
    assert going.customer == ahead.customer
    while stepping.advance(made.pk, later(30)):
        pass
    numbers = Step.objects.filter(run=ahead).order_by("number").values_list("node", flat=True)
    assert list(numbers) == [1, 2, 3]


def test_who_is_erased_leaves_the_journey(marketer: User) -> None:
    made = journey(design(wait(1)), marketer)
    one = customer(created_at=later(0))
    running.go_on(made.pk)
    for eraser in all_erasers():
        eraser(Subject(one.pk, one.name))
    assert Run.objects.get().state == Run.State.LEFT
