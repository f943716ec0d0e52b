"""Drawing a journey in the browser: from a template, step by step, until it can be switched on."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from channels.journeys import plan, running, services, stepping
from channels.journeys.models import Journey, Run, Step
from channels.journeys.tests.conftest import design, has_tag, journey, later, tag, wait
from channels.models import Channel
from crm.accounts.factories import user
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers.factories import customer

CONDITION = {"match": "all", "fact.0": "profile.tags", "op.0": "any_of", "value.0": "gold"}


@pytest.fixture
def browser(marketer: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(marketer)
    return client


def at(name: str, journey: Journey, **more: Any) -> str:
    return reverse(f"journeys:{name}", kwargs={"pk": journey.pk, **more})


@pytest.mark.django_db
def test_a_journey_is_drawn_tried_out_and_switched_on(browser: Client, channel: Channel) -> None:
    browser.post(reverse("journeys:new"), {"starter": "empty"})
    made = Journey.objects.get()
    assert "Add at least one step." in browser.get(at("detail", made)).content.decode()
    browser.post(at("settings", made), {"name": "Hello", "kind": "registered", "goal": ""})
    add = at("step-new", made)
    browser.post(f"{add}?at=0&kind=condition", {"title": "Gold?", **CONDITION})
    browser.post(f"{add}?at=1yes&kind=tag", {"tag": "seen"})
    browser.post(f"{add}?at=1&kind=wait", {"mode": "for", "number": "2", "unit": "days"})
    made.refresh_from_db()
    drawn = plan.read(made.design)
    assert (made.name, drawn.first, drawn.nodes[1].branches, drawn.nodes[2].next) == (
        "Hello",
        1,
        {"yes": 2},
        3,
    )
    browser.post(at("step-move", made, node=3), {"by": "-1"})
    made.refresh_from_db()
    assert plan.read(made.design).first == 3
    assert "Would enter" in browser.get(at("rehearsal", made)).content.decode()
    browser.post(at("activation", made))
    customer(tags=["gold"], created_at=later(0))
    running.go_on(made.pk)
    page = browser.get(at("detail", made)).content.decode()
    assert "1 here now" in page
    assert at("people", made, node=3) in page


@pytest.mark.django_db
def test_a_step_that_is_not_filled_in_says_so(browser: Client, channel: Channel, marketer: User) -> None:
    made = journey(design(wait(1)), marketer, on=False)
    add = at("step-new", made)
    texts = {"channel": channel.pk, "purpose": "marketing", "subject": "Hi", "body": "{{ secret }}"}
    for kind, sent in (
        ("wait", {"mode": "for"}),
        ("message", texts),
        ("condition", {"title": "?", "match": "all"}),
    ):
        assert browser.post(f"{add}?at=1&kind={kind}", sent).status_code == 422
    assert browser.get(f"{add}?at=9&kind=wait").status_code == 404
    again = {"id": 2, "kind": "again", "to": 1, "times": 2}
    services.draw(made, design(tag(1, "x"), again), before=made.design)
    assert "everything happens again at once" in browser.get(at("detail", made)).content.decode()


@pytest.mark.django_db
def test_two_who_draw_at_once_do_not_lose_a_step(browser: Client, marketer: User) -> None:
    made = journey(design(wait(1), wait(2)), marketer, on=False)
    seen = made.design
    browser.post(at("step-deletion", made, node=2))
    with pytest.raises(Refused):
        services.draw(made, design(wait(1)), before=seen)


@pytest.mark.django_db
def test_the_rule_by_which_one_leaves_is_obeyed(browser: Client, marketer: User) -> None:
    made = journey(design(wait(1), tag(2, "late")), marketer, on=False)
    browser.post(at("leaving", made), CONDITION)
    browser.post(at("activation", made))
    one = customer(tags=["gold"], created_at=later(0))
    running.go_on(made.pk)
    stepping.advance(made.pk, later(2))
    assert (Run.objects.get().reason, Step.objects.get().what) == ("rule", "rule")
    one.refresh_from_db()
    assert one.tags == ["gold"]


@pytest.mark.django_db
def test_colleagues_see_the_people_they_may_see(marketer: User) -> None:
    made = journey(design(wait(1)), marketer)
    seller = user(Role.SALES)
    mine = customer(name="Mine", owner=seller, created_at=later(0))
    customer(name="Hidden", created_at=later(0))
    running.go_on(made.pk)
    client = Client()
    client.force_login(seller)
    page = client.get(at("people", made, node=1)).content.decode()
    assert "Mine" in page
    assert "Hidden" not in page
    other = Run.objects.exclude(customer=mine).get()
    assert client.get(at("path", made, run_pk=other.pk)).status_code == 404
    assert client.post(at("activation", made)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_many_workers_let_everybody_in_once_and_make_each_step_once(marketer: User) -> None:
    made = journey(design(has_tag(1, "gold", [tag(2, "a")], [tag(3, "b")]), wait(4)), marketer)
    for number in range(12):
        customer(tags=["gold"] if number % 2 else [], created_at=later(0))

    def work() -> None:
        try:
            for _turn in range(4):
                running.go_on(made.pk)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert Run.objects.count() == 12
    assert sorted(Step.objects.values_list("node", flat=True)) == [1] * 12 + [2] * 6 + [3] * 6
