"""GET and POST /rfm/rules/, POST /rfm/rules/trials/, GET /rfm/rules/trials/7/"""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from segments.factories import buyer, scored
from segments.scoring import rfm, running, simulating
from segments.scoring.models import Policy, Score, ScoringRun, Trial
from segments.scoring.ruling import Rules

pytestmark = pytest.mark.django_db
URL, TRIALS = "/rfm/rules/", "/rfm/rules/trials/"
EN = {"accept-language": "en"}


def typed(**changed: Any) -> dict[str, Any]:
    fields = {
        "method": "quantiles",
        "new_within": 60,
        "loyal_from": 4,
        "won_back_for": 90,
        "risk_after": 180,
        "dormant_after": 365,
        "lost_after": 730,
        "based_on": 0,
    }
    bands = {
        f"{name}_{score}": value
        for name, values in (
            ("recency", (30, 90, 180, 365)),
            ("frequency", (8, 5, 3, 2)),
            ("monetary", (5000, 1000, 500, "99.50")),
        )
        for score, value in zip((5, 4, 3, 2), values, strict=True)
    }
    return fields | bands | changed


def tried(client: Client, **changed: Any) -> Any:
    assert client.post(TRIALS, typed(**changed)).status_code == 302
    trial = Trial.objects.latest("pk")
    simulating.run(trial.pk)
    return client.get(f"{TRIALS}{trial.pk}/", headers=EN)


def test_saving_makes_a_version_and_scores_by_it(as_marketer: Client, marketer: User) -> None:
    buyer(days_ago=40)
    answer = as_marketer.post(URL, typed(risk_after=30, note="Shorter"))
    assert answer["Location"] == "/rfm/"
    running.sweep()
    assert Score.objects.get().stage == "risk"
    run = ScoringRun.objects.get()
    assert run.policy
    assert (run.policy.number, run.policy.note, run.policy.made_by) == (1, "Shorter", marketer)
    assert run.params["risk_after"] == 30
    assert AuditEntry.objects.filter(action="scoring.rules_saved").exists()
    assert "Rules version 1" in as_marketer.get("/rfm/", headers=EN).content.decode()


def test_a_run_keeps_its_version_when_the_rules_change(as_marketer: Client) -> None:
    buyer()
    first = scored()
    as_marketer.post(URL, typed())
    as_marketer.post(URL, typed(based_on=1))
    first.refresh_from_db()
    assert first.policy is None
    assert list(Policy.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_rules_saved_while_a_scoring_runs_are_scored_by_after_it(as_marketer: Client) -> None:
    buyer(days_ago=40)
    run = running.queue(by=None)
    assert run
    as_marketer.post(URL, typed(risk_after=30))
    ScoringRun.objects.filter(pk=run.pk).update(status="done", as_of=run.as_of)
    running.sweep()
    assert ScoringRun.objects.latest("pk").params["risk_after"] == 30


def test_who_edits_an_old_version_is_told(as_marketer: Client) -> None:
    as_marketer.post(URL, typed())
    assert as_marketer.post(URL, typed()).status_code == 409
    assert Policy.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"dormant_after": 180}, "dormant_after"),
        ({"lost_after": 100}, "lost_after"),
        ({"won_back_for": 366}, "won_back_for"),
        ({"risk_after": ""}, "risk_after"),
        ({"method": "bands", "recency_4": 30}, "recency_4"),
        ({"method": "bands", "frequency_5": 5}, "frequency_5"),
        ({"method": "bands", "monetary_3": ""}, "monetary_3"),
        ({"by_category": "on", "dormant_times": 6, "lost_times": 9}, "risk_times"),
        ({"by_category": "on", "risk_times": 3, "dormant_times": 2, "lost_times": 9}, "dormant_times"),
        ({"window": 0}, "window"),
    ],
)
def test_rules_that_make_no_sense_are_refused_at_their_field(
    as_marketer: Client, changed: dict[str, Any], field: str
) -> None:
    answer = as_marketer.post(URL, typed(**changed))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Policy.objects.exists()


def test_bands_are_kept_as_they_were_typed(as_marketer: Client) -> None:
    buyer(days_ago=30, days=2, total=5000)
    as_marketer.post(URL, typed(method="bands", window=12))
    rules = Rules.from_json(Policy.objects.get().rules)
    assert (rules.recency, rules.frequency, rules.window) == ((366, 181, 91, 31), (1, 2, 4, 7), 12)
    shown = as_marketer.get(URL).context["form"].initial
    assert {name: shown[name] for name in typed() if name[-1] in "2345"} == {
        name: pytest.approx(float(value)) for name, value in typed().items() if name[-1] in "2345"
    }


def test_a_trial_says_exactly_what_saving_and_scoring_do(as_marketer: Client) -> None:
    for number in range(30):
        buyer(days_ago=number * 13, days=number % 5 + 1, total=number * 100 % 1700)
    scored()
    before = dict(Score.objects.values_list("pk", "stage"))
    rules = {"method": "bands", "risk_after": 60, "dormant_after": 120, "lost_after": 300}
    page = tried(as_marketer, **rules)
    assert dict(Score.objects.values_list("pk", "stage")) == before
    as_marketer.post(URL, typed(**rules))
    running.sweep()
    expected: dict[tuple[str, str], int] = {}
    for pk, stage in Score.objects.values_list("pk", "stage"):
        expected[before[pk], stage] = expected.get((before[pk], stage), 0) + 1
    result = Trial.objects.get().result
    assert {(row[0], row[1]): row[2] for row in result["stage"]} == expected
    group_moves = sum(row[2] for row in result["group"] if row[0] != row[1])
    assert group_moves == ScoringRun.objects.latest("pk").moved
    assert page.context["moved"] == sum(n for (old, new), n in expected.items() if old != new)


def test_a_trial_names_only_customers_one_may_see(as_marketer: Client) -> None:
    one = buyer(days_ago=40, name="Mei Lin")
    scored()
    page = tried(as_marketer, risk_after=30)
    assert "Mei Lin" in page.content.decode()
    assert [move.customers for move in page.context["moving"]] == [1]
    type(one).objects.filter(pk=one.pk).update(deleted_at=timezone.now())
    assert "Mei Lin" not in as_marketer.get(page.request["PATH_INFO"]).content.decode()


def test_a_trial_that_changes_nothing_says_so(as_marketer: Client) -> None:
    buyer()
    scored()
    assert "Nobody would move" in tried(as_marketer).content.decode()


def test_a_waiting_trial_is_asked_for_again_and_found_by_the_sweep(as_marketer: Client) -> None:
    as_marketer.post(TRIALS, typed())
    trial = Trial.objects.get()
    part = as_marketer.get(f"{TRIALS}{trial.pk}/", headers={"HX-Request": "true"})
    assert b"every 1s" in part.content
    simulating.sweep()
    trial.refresh_from_db()
    assert trial.finished_at
    assert not trial.error


def test_a_trial_that_fails_again_and_again_is_given_up(as_marketer: Client) -> None:
    Trial.objects.create(rules={"method": "of another version"})
    for _attempt in range(3):
        with pytest.raises(ValueError, match="another version"):
            simulating.sweep()
        Trial.objects.update(lease_until=None)
    simulating.sweep()
    assert Trial.objects.get().error
    Trial.objects.update(rules={})
    assert (
        "could not be tried out"
        in as_marketer.get(f"{TRIALS}{Trial.objects.get().pk}/", headers=EN).content.decode()
    )


def test_a_run_does_not_sweep_the_draft_of_a_trial_away() -> None:
    assert not rfm.TRIALS.startswith(rfm.DRAFTS)


def test_only_who_configures_scores_sees_the_rules(as_seller: Client, as_stranger: Client) -> None:
    trial = Trial.objects.create(finished_at="2026-01-01T00:00Z", result={"stage": [], "group": []})
    for client in (as_seller, as_stranger):
        assert client.get(URL).status_code == 404
        assert client.post(URL, typed()).status_code == 404
        assert client.post(TRIALS, typed()).status_code == 404
        assert client.get(f"{TRIALS}{trial.pk}/").status_code == 404


def test_the_pages_cost_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    client.force_login(people.user(Role.OPERATIONS))
    buyer(days_ago=40)
    scored()
    address = tried(client, risk_after=30).request["PATH_INFO"]
    for url in (URL, address):
        with django_assert_max_num_queries(8):
            client.get(url)
