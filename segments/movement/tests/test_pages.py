"""GET /rfm/movement/ and /rfm/movement/customers/, POST /rfm/movement/segments/ and /rfm/movement/watch/"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts.models import User
from customers.models import Customer
from customers.orders.models import Rollup
from segments.factories import buyer, score, scored
from segments.models import Segment
from segments.movement import digesting
from segments.movement.models import Change, Month, Snapshot, Watch
from segments.scoring.models import Score, ScoringRun

pytestmark = pytest.mark.django_db
URL, WHO = "/rfm/movement/", "/rfm/movement/customers/"
EN = {"accept-language": "en"}
FIRST, SECOND = "2026-02-01", "2026-03-01"


def stood(customer: Customer, month: str, stage: str, group: str = "loyal") -> None:
    Month.objects.get_or_create(month=month, defaults={"as_of": timezone.now(), "taken_at": timezone.now()})
    total = Rollup.objects.get(pk=customer.pk).total
    Snapshot.objects.create(month=month, customer=customer, stage=stage, group=group, scores=333, total=total)


def moved(**fields: Any) -> Customer:
    """Loyal in February, at risk in March and now."""
    one = buyer(total=500, **fields)
    stood(one, FIRST, "loyal", "champion")
    stood(one, SECOND, "risk", "risk")
    score(one, stage="risk", group="risk")
    return one


@pytest.fixture(autouse=True)
def run(db: None) -> ScoringRun:
    return ScoringRun.objects.create(status="done", finished_at=timezone.now())


def test_the_chart_and_the_table_lead_to_who_moved(as_marketer: Client) -> None:
    one = moved(name="Mei Lin")
    page = as_marketer.get(URL, {"since": FIRST, "until": SECOND}, headers=EN)
    [flow] = page.context["flows"]
    assert (flow.before.key, flow.after.key, flow.customers, flow.money) == ("loyal", "risk", 1, 500)
    assert page.context["totals"] == {"moved": 1, "slipped": 1, "at_stake": 500, "back": 0}
    text = page.content.decode()
    assert "ch-sankey" in text
    assert text.count(flow.url.replace("&", "&amp;")) == 2
    assert [row.customer for row in as_marketer.get(flow.url).context["rows"]] == [one]


def test_groups_money_and_who_stayed_can_be_shown(as_marketer: Client) -> None:
    moved()
    still = buyer()
    stood(still, FIRST, "active", "promising")
    stood(still, SECOND, "active", "promising")
    asked = {"since": FIRST, "until": SECOND, "by": "group", "show": "money", "everybody": "on"}
    page = as_marketer.get(URL, asked, headers=EN)
    assert [(one.before.key, one.after.key) for one in page.context["flows"]] == [("champion", "risk")]
    assert "ch-stays" in page.content.decode()


def test_whoever_came_or_went_is_told_apart(as_marketer: Client) -> None:
    came, went = buyer(), buyer()
    stood(went, FIRST, "lost", "lost")
    stood(came, SECOND, "new", "new")
    page = as_marketer.get(URL, {"since": FIRST, "until": SECOND})
    flows = {(one.before.key, one.after.key): one.url for one in page.context["flows"]}
    assert set(flows) == {("", "new"), ("lost", "")}
    assert [row.customer for row in as_marketer.get(flows["", "new"]).context["rows"]] == [came]
    assert [row.customer for row in as_marketer.get(flows["lost", ""]).context["rows"]] == [went]


def test_the_list_says_since_when_and_why(as_marketer: Client, run: ScoringRun) -> None:
    one = moved()
    Change.objects.create(
        customer=one,
        kind="stage",
        at=timezone.now(),
        before="loyal",
        after="risk",
        cause="time",
        scores_after=222,
        total=500,
        run=run,
    )
    asked = {"since": FIRST, "before": "loyal", "after": "risk"}
    text = as_marketer.get(WHO, asked, headers=EN).content.decode()
    assert "Without a new order" in text
    assert "The last order is more than 180 days ago." in text
    panel = as_marketer.get(f"/customers/{one.pk}/panels/moves/", headers=EN)
    assert "The last order is more than 180 days ago." in panel.content.decode()


def test_a_seller_sees_only_the_own_customers(as_seller: Client, seller: User) -> None:
    mine, _other = moved(owner=seller), moved()
    asked = {"since": FIRST, "until": SECOND}
    assert [one.customers for one in as_seller.get(URL, asked).context["flows"]] == [1]
    rows = as_seller.get(WHO, asked | {"before": "loyal", "after": "risk"}).context["rows"]
    assert [row.customer for row in rows] == [mine]


def test_who_is_gone_is_in_no_flow(as_marketer: Client) -> None:
    moved(deleted_at=timezone.now())
    assert as_marketer.get(URL, {"since": FIRST, "until": SECOND}).context["flows"] == []


@pytest.mark.parametrize(
    "asked",
    [{}, {"before": "champion", "after": "risk"}, {"before": "loyal", "after": "risk", "cursor": "x"}],
)
def test_an_address_that_names_no_move_is_refused(as_marketer: Client, asked: dict[str, str]) -> None:
    moved()
    assert as_marketer.get(WHO, asked).status_code == 400


def test_damaged_periods_fall_back_to_the_newest_month(as_marketer: Client) -> None:
    moved()
    page = as_marketer.get(URL, {"since": "soon", "until": "1999-01-01", "by": "x"})
    assert (page.context["between"].since, page.context["between"].until) == (date(2026, 3, 1), None)


def test_a_base_without_months_says_so(as_marketer: Client) -> None:
    assert "No month is kept yet" in as_marketer.get(URL, headers=EN).content.decode()


def slipped(number: int) -> None:
    for _number in range(number):
        one = buyer(days_ago=300, days=4, total=500)
        score(one, stage="risk", previous_stage="loyal", stage_since=timezone.now(), group="lost")
    digesting.sweep()


def test_alerts_stand_on_the_page_and_at_home_and_become_segments(as_marketer: Client) -> None:
    moved()
    slipped(6)
    for url in (URL, "/"):
        text = as_marketer.get(url, headers=EN).content.decode()
        assert "6 customers slipped from “Loyal” to “At risk” this week" in text
    alert = as_marketer.get(URL).context["alerts"][0]
    assert as_marketer.get(alert.url).context["page"].rows
    answer = as_marketer.post(f"{URL}segments/", {"kind": "stage", "before": "loyal", "after": "risk"})
    assert answer["Location"] == f"/segments/{Segment.objects.get().pk}/"
    wrong = {"kind": "stage", "before": "loyal", "after": "lost"}
    assert as_marketer.post(f"{URL}segments/", wrong).status_code == 404


def test_the_threshold_is_set_by_who_configures_scores(as_marketer: Client, as_seller: Client) -> None:
    assert as_seller.post(f"{URL}watch/", {"customers": 1, "money": 0}).status_code == 404
    assert as_marketer.post(f"{URL}watch/", {"customers": 50, "money": "1000.50"}).status_code == 302
    assert as_marketer.post(f"{URL}watch/", {"customers": "-1", "money": 0}).status_code == 400
    watch = Watch.objects.get()
    assert (watch.customers, str(watch.money)) == (50, "1000.50")


def test_segments_can_ask_for_what_was_before(as_marketer: Client) -> None:
    from segments import rules

    one, other = buyer(), buyer()
    score(one, stage="risk", previous_stage="loyal", stage_since=timezone.now() - timedelta(days=3))
    score(other, stage="risk", previous_stage="active", stage_since=timezone.now() - timedelta(days=30))
    asked = [
        {"fact": "scores.stage_since", "op": "within", "value": 7},
        {"fact": "scores.previous_stage", "op": "any_of", "value": ["loyal"]},
    ]
    for rule in asked:
        found = rules.members(rules.parse({"match": "all", "rules": [rule]}))
        assert list(found) == [one]


def test_strangers_get_404(as_stranger: Client) -> None:
    moved()
    for url in (URL, f"{WHO}?before=loyal&after=risk"):
        assert as_stranger.get(url).status_code == 404


def test_the_page_costs_few_queries(as_marketer: Client, django_assert_max_num_queries: Any) -> None:
    moved()
    scored()
    digesting.sweep()
    as_marketer.get(URL)
    with django_assert_max_num_queries(8):
        as_marketer.get(URL)
    assert Score.objects.exists()
