"""GET /rfm/, POST /rfm/runs/, GET /rfm/runs/7/"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from segments.factories import buyer, scored
from segments.scoring import report, running
from segments.scoring.models import ScoringRun

pytestmark = pytest.mark.django_db
URL = "/rfm/"
EN = {"accept-language": "en"}
HTMX = {"HX-Request": "true"}


def cell(response: Any, name: str) -> report.Cell:
    rows: list[tuple[str, list[report.Cell]]] = response.context["heat"]
    return next(one for _row, cells in rows for one in cells if one.name == name)


def test_the_grid_counts_customers_and_leads_to_them(as_marketer: Client) -> None:
    buyer(days_ago=1, days=9, total=900)
    buyer(days_ago=300, days=1, total=10)
    scored()
    response = as_marketer.get(URL)
    best = cell(response, "R3 F3")
    assert (best.text, best.url) == ("1", "/customers/?r=3&f=3")
    assert sum(row.tally.customers for row in response.context["groups"]) == 2


def test_the_grid_can_show_money(as_marketer: Client) -> None:
    buyer(total=900)
    scored()
    assert cell(as_marketer.get(URL, {"show": "money"}), "R1 F1").text == "900"


def test_shares_add_up(as_marketer: Client) -> None:
    for number in range(1, 8):
        buyer(days_ago=number * 20, days=number, total=number * 100)
    scored()
    groups = as_marketer.get(URL).context["groups"]
    assert sum(row.share for row in groups) == pytest.approx(1)
    assert sum(row.money_share for row in groups) == pytest.approx(1)


def test_a_seller_sees_only_the_own_customers(as_seller: Client, seller: User) -> None:
    buyer(total=10, owner=seller)
    buyer(total=999)
    scored()
    summary = as_seller.get(URL).context["summary"]
    assert (summary.total.customers, summary.total.money) == (1, 10)


def test_a_part_is_counted_anew_with_each_run(as_seller: Client, seller: User) -> None:
    for customers in (1, 2):
        buyer(owner=seller)
        scored()
        assert as_seller.get(URL).context["summary"].total.customers == customers


def test_what_one_was_told_is_not_told_to_others(as_seller: Client, seller: User) -> None:
    buyer(owner=seller)
    scored()
    as_seller.get(URL)
    as_seller.force_login(people.user(Role.SALES))
    assert as_seller.get(URL).context["summary"].total.customers == 0


def test_a_manager_sees_prospects_of_the_own_teams(client: Client) -> None:
    team = people.team()
    manager = people.user(Role.MANAGER, teams=(team,))
    buyer(team=team)
    client.force_login(manager)
    scored()
    assert client.get(URL).context["summary"].stages["prospect"].customers == 0


def test_a_base_never_scored_is_invited_to_be(as_marketer: Client) -> None:
    assert "Nobody is scored yet" in as_marketer.get(URL, headers=EN).content.decode()


def test_a_base_without_orders_says_so(as_marketer: Client) -> None:
    scored()
    assert "No purchases to score" in as_marketer.get(URL, headers=EN).content.decode()


def test_it_costs_few_queries(as_marketer: Client, django_assert_max_num_queries: object) -> None:
    buyer()
    scored()
    as_marketer.get(URL)
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        as_marketer.get(URL)


def test_groups_are_followed_week_by_week(as_marketer: Client) -> None:
    buyer()
    first = scored()
    ScoringRun.objects.filter(pk=first.pk).update(as_of=timezone.now() - timedelta(days=8))
    scored()
    assert as_marketer.get(URL).context["history"].rows


def test_scoring_starts_and_shows_its_progress(as_marketer: Client) -> None:
    buyer()
    assert as_marketer.post("/rfm/runs/")["Location"] == URL
    run = ScoringRun.objects.get()
    page = as_marketer.get(URL).content.decode()
    assert f'hx-get="/rfm/runs/{run.pk}/"' in page
    answer = as_marketer.get(f"/rfm/runs/{run.pk}/", headers=HTMX)
    assert b"every 1s" in answer.content
    running.run(run.pk)
    answer = as_marketer.get(f"/rfm/runs/{run.pk}/", headers=HTMX)
    assert b"every 1s" not in answer.content
    assert answer["HX-Refresh"] == "true"


def test_a_second_start_is_refused(as_marketer: Client) -> None:
    as_marketer.post("/rfm/runs/")
    assert as_marketer.post("/rfm/runs/").status_code == 409


def test_progress_without_htmx_leads_to_the_page(as_marketer: Client) -> None:
    assert as_marketer.get(f"/rfm/runs/{scored().pk}/")["Location"] == URL


def test_a_failed_run_is_shown(as_marketer: Client) -> None:
    buyer()
    scored()
    ScoringRun.objects.create(status="failed")
    assert "was given up" in as_marketer.get(URL, headers=EN).content.decode()


def test_who_may_not_score_gets_404(as_seller: Client, as_stranger: Client) -> None:
    assert as_seller.post("/rfm/runs/").status_code == 404
    for url in (URL, f"/rfm/runs/{scored().pk}/"):
        assert as_stranger.get(url).status_code == 404


@pytest.mark.parametrize(
    ("cutoffs", "expected"),
    [
        (
            [438, 252, 132, 50],
            ["0 to 49 days", "50 to 131 days", "132 to 251 days", "252 to 437 days", "438 days or more"],
        ),
        ([9, 0, 0, 0], ["–", "–", "–", "0 to 8 days", "9 days or more"]),
    ],
)
def test_bands_say_which_values_make_a_score(cutoffs: list[int], expected: list[str]) -> None:
    with translation.override("en"):
        bands = report.bands(
            {"recency": cutoffs, "frequency": [1, 1, 2, 3], "monetary": ["1", "1", "2.50", "9"]}
        )
    assert [band.recency for band in bands] == expected
    assert [band.frequency for band in bands] == ["4 or more", "3", "2", "–", "1"]
    assert [band.monetary for band in bands] == [
        "more than ¥9",
        "¥2.51 to ¥9",
        "¥1.01 to ¥2.50",
        "–",
        "up to ¥1",
    ]
