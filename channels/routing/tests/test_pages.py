"""The pages on which rules are written, tried out and put to use."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from channels.inbox.models import Conversation
from channels.routing import services, simulating
from channels.routing.models import Capacity, Department, Rule, RuleSet, Simulation
from channels.routing.tests.conftest import Desk
from channels.standards.models import Calendar
from channels.standards.tests.talking import hear
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.factories import customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(db: None) -> User:
    return people.user(Role.OPERATIONS)


@pytest.fixture
def page(boss: User) -> Client:
    client = Client()
    client.force_login(boss)
    return client


@pytest.fixture
def draft(boss: User) -> RuleSet:
    return services.begin_draft(services.active(), by=boss)


def test_a_rule_is_written_read_in_plain_words_and_put_to_use(
    desk: Desk, page: Client, draft: RuleSet
) -> None:
    answer = page.post(
        reverse("routing:rule-new", args=[draft.pk]),
        {
            "name": "Refunds",
            "team": desk.team.pk,
            "priority": 4,
            "tags": "money, \x00angry",
            "prefers": ["owner"],
            "spread": "least",
            "enabled": "on",
            "if-words": "退款\nrefund",
            "if-kinds": ["email"],
            "if-hours": f"{Calendar.objects.get().pk}:closed",
            "if-returning": "yes",
            "if-unsure": "",
        },
    )
    assert answer.status_code == 302, answer.context["asked"].errors or answer.context["form"].errors
    rule = draft.rules.get()
    assert rule.conditions == {
        "words": ["退款", "refund"],
        "kinds": ["email"],
        "hours": {"calendar": Calendar.objects.get().pk, "open": False},
        "returning": True,
    }
    assert rule.tags == ["money", "angry"]
    shown = page.get(reverse("routing:version", args=[draft.pk])).content.decode()
    assert "退款" in shown
    assert desk.team.name in shown
    assert page.get(reverse("routing:rule", args=[rule.pk])).status_code == 200
    page.post(reverse("routing:activation", args=[draft.pk]), {"note": "Refunds first"})
    assert services.active().note == "Refunds first"


@pytest.mark.parametrize(
    "typed",
    [
        {"name": ""},
        {"team": "99999"},
        {"spread": "everybody"},
        {"if-kinds": ["carrier pigeon"]},
        {"if-words": "x" * 60},
        {"if-hours": "99:open"},
        {"tags": ",".join(map(str, range(20)))},
    ],
)
def test_a_rule_that_makes_no_sense_is_not_saved(page: Client, draft: RuleSet, typed: dict[str, Any]) -> None:
    sent = {"name": "Rule", "spread": "least", **typed}
    assert page.post(reverse("routing:rule-new", args=[draft.pk]), sent).status_code == 422
    assert not draft.rules.exists()


def test_rules_move_by_buttons(page: Client, draft: RuleSet, boss: User) -> None:
    first, _second = (services.save_rule(Rule(name=one), draft, by=boss) for one in "ab")
    page.post(reverse("routing:rule-place", args=[first.pk]), {"place": 2})
    assert [one.name for one in draft.rules.order_by("position")] == ["b", "a"]
    page.post(reverse("routing:rule-deletion", args=[first.pk]))
    assert draft.rules.count() == 1


def test_the_rules_in_use_offer_a_draft(page: Client) -> None:
    active = services.active()
    assert reverse("routing:drafts", args=[active.pk]) in page.get(reverse("routing:rules")).content.decode()
    page.post(reverse("routing:drafts", args=[active.pk]))
    assert services.draft() is not None
    assert page.get(reverse("routing:versions")).status_code == 200


def test_a_simulation_is_asked_for_watched_and_read(
    desk: Desk, page: Client, draft: RuleSet, boss: User
) -> None:
    services.save_rule(Rule(name="All", priority=4), draft, by=boss)
    hear(customer(name="Wang Fang"), desk.channel)
    answer = page.post(reverse("routing:simulate", args=[draft.pk]), {"days": 7})
    url = answer.headers["Location"]
    assert "hx-trigger" in page.get(url).content.decode()
    simulating.run(Simulation.objects.get().pk)
    done = page.get(url)
    assert "Wang Fang" in done.content.decode()
    assert done.context["changed"]["priority"] == 1
    assert "Wang Fang" not in page.get(url + "?what=team").content.decode()
    assert page.get(url + "?what=nonsense").status_code == 200
    assert page.get(reverse("routing:simulations")).status_code == 200


def test_a_manager_sees_only_conversations_of_their_own(desk: Desk, draft: RuleSet, boss: User) -> None:
    services.save_rule(Rule(name="All", priority=4), draft, by=boss)
    hear(customer(name="Wang Fang"), desk.channel)
    made = services.simulate(draft, by=boss)
    simulating.run(made.pk)
    stranger = Client()
    stranger.force_login(people.user(Role.MANAGER, teams=(people.team(),)))
    shown = stranger.get(reverse("routing:simulation", args=[made.pk])).content.decode()
    assert "Wang Fang" not in shown


def test_a_simulation_page_does_not_ask_per_row(
    desk: Desk, page: Client, draft: RuleSet, boss: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    services.save_rule(Rule(name="All", priority=4), draft, by=boss)
    Conversation.objects.bulk_create(
        Conversation(customer=customer(), channel=desk.channel, kind="email") for _turn in range(20)
    )
    made = services.simulate(draft, by=boss)
    simulating.run(made.pk)
    with django_assert_max_num_queries(14):
        page.get(reverse("routing:simulation", args=[made.pk]))


def test_people_have_a_capacity(
    desk: Desk, page: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    with django_assert_max_num_queries(16):
        shown = page.get(reverse("routing:people")).content.decode()
    assert "Ann" in shown
    page.post(reverse("routing:capacity", args=[desk.ann.pk]), {"most": 5})
    assert Capacity.objects.get(user=desk.ann).most == 5
    page.post(reverse("routing:capacity", args=[desk.ann.pk]), {"most": 9999})
    assert Capacity.objects.get(user=desk.ann).most == 5


def test_a_department_is_set_up(desk: Desk, page: Client) -> None:
    url = reverse("routing:department", args=[desk.team.pk])
    other = people.team()
    calendar = Calendar.objects.get()
    sent: dict[str, Any] = {
        "calendar": calendar.pk,
        "away_minutes": 10,
        "waiting_minutes": 30,
        "overflow": other.pk,
    }
    sent |= {"overflow": other.pk, "answers": "on", "answer_zh": "我们下班了。", "answer_en": ""}
    assert page.post(url, sent).status_code == 302
    assert Department.objects.get(team=desk.team).overflow == other
    assert page.get(url).status_code == 200
    for wrong in ({"overflow": ""}, {"calendar": ""}, {"answer_zh": ""}, {"overflow": desk.team.pk}):
        assert page.post(url, {**sent, **wrong}).status_code == 422, wrong


def test_somebody_who_may_only_look_finds_no_buttons(draft: RuleSet) -> None:
    client = Client()
    client.force_login(people.user(Role.MANAGER))
    shown = client.get(reverse("routing:version", args=[draft.pk])).content.decode()
    assert reverse("routing:activation", args=[draft.pk]) not in shown
    assert client.post(reverse("routing:activation", args=[draft.pk])).status_code == 404


def test_others_find_nothing(draft: RuleSet) -> None:
    client = Client()
    client.force_login(people.user(Role.SERVICE))
    assert client.get(reverse("routing:rules")).status_code == 404
