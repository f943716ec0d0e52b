"""GET /predictions/, POST /predictions/runs/, the panel, the columns, the filter and the facts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts.models import User
from customers import factories as customers
from customers.models import Customer
from segments import rules
from segments.factories import buyer, predicted, prediction, scored
from segments.predicting import running
from segments.predicting.models import Model, PredictionRun

pytestmark = pytest.mark.django_db
URL = "/predictions/"
EN = {"accept-language": "en"}
HTMX = {"HX-Request": "true", "accept-language": "en"}
HOLDOUT = {
    "days": 90,
    "customers": 500,
    "inside": 0.84,
    "orders": {
        "model": {"rmse": 1.5, "mae": 0.8, "total": 900.0, "actual": 1000.0},
        "own_rate": {"rmse": 2.5, "mae": 0.9, "total": 1500.0, "actual": 1000.0},
    },
    "money": {"model": {"rmse": 15.0, "mae": 8.0, "total": 900.0, "actual": 1000.0}},
    "tenths": [{"customers": 50, "forecast": place / 10, "actual": place / 11} for place in range(10)],
}
PARAMS = {"r": 0.24, "alpha": 4.4, "a": 0.79, "b": 2.4, "p": 6.2, "q": 3.7, "gamma": 15.4}
DATA = {"customers": 900, "repeat_buyers": 400, "purchases": 3000, "likeness": 0.1} | {
    "from": "2025-01-01",
    "until": "2026-11-23",
}


def fitted(**fields: object) -> Model:
    defaults = {"kind": "value", "method": "bgnbd", "status": "published", "params": PARAMS} | {
        "fitted_on": DATA,
        "holdout": HOLDOUT,
    }
    return Model.objects.create(**{**defaults, **fields})


def panel(client: Client, customer: Customer) -> str:
    return client.get(f"/customers/{customer.pk}/panels/outlook/", headers=HTMX).content.decode()


def test_a_base_never_predicted_is_told_what_comes(as_marketer: Client) -> None:
    page = as_marketer.get(URL, headers=EN).content.decode()
    assert "Nothing predicted yet" in page
    assert "Recompute now" in page


def test_a_rule_of_thumb_is_called_one(as_marketer: Client) -> None:
    buyer()
    predicted()
    page = as_marketer.get(URL, headers=EN).content.decode()
    assert page.count("a rule of thumb serves") == 2


def test_errors_stand_beside_simple_forecasts(as_marketer: Client) -> None:
    predicted()
    fitted()
    response = as_marketer.get(URL, headers=EN)
    orders, _money = response.context["worth"].errors
    model, own_rate, came = orders[2]
    assert (model.cells, model.is_best) == (("1.500", "0.800", "900", "-10%"), True)
    assert (own_rate.cells[3], own_rate.is_best) == ("+50%", False)
    assert came.cells[2] == "1,000"
    assert len(response.context["worth"].calibration.rows) == 10
    assert "84.0%" in response.content.decode()


def test_a_refused_fit_is_shown_with_its_reason(as_marketer: Client) -> None:
    predicted()
    fitted()
    fitted(status="refused", why="worse")
    page = as_marketer.get(URL, headers=EN).content.decode()
    assert "was refused: It did worse" in page


def test_sums_are_for_those_who_see_everybody(as_marketer: Client, as_seller: Client) -> None:
    buyer(days_ago=10)
    predicted()
    assert "Expected value of 12 months" in as_marketer.get(URL, headers=EN).content.decode()
    assert "Expected value of 12 months" not in as_seller.get(URL, headers=EN).content.decode()


def test_recomputing_starts_and_shows_its_progress(as_marketer: Client) -> None:
    buyer()
    assert as_marketer.post(f"{URL}runs/")["Location"] == URL
    run = PredictionRun.objects.get()
    assert f'hx-get="/predictions/runs/{run.pk}/"' in as_marketer.get(URL).content.decode()
    running.run(run.pk)
    answer = as_marketer.get(f"{URL}runs/{run.pk}/", headers=HTMX)
    assert answer["HX-Refresh"] == "true"
    assert as_marketer.get(f"{URL}runs/{run.pk}/")["Location"] == URL


def test_who_may_not_configure_gets_404(as_seller: Client, as_stranger: Client) -> None:
    assert as_seller.post(f"{URL}runs/").status_code == 404
    assert as_stranger.get(URL).status_code == 404


def test_the_panel_says_what_and_why(as_marketer: Client) -> None:
    one = buyer(days_ago=40, days=3, total=300, first_days_ago=140)
    predicted()
    prediction_of = one.prediction
    type(prediction_of).objects.filter(pk=one.pk).update(
        reasons="Lfn", lapse_risk=66, value=140, value_low=20, value_high=400
    )
    text = panel(as_marketer, one)
    for said in ("¥140", "between ¥20 and ¥400", "66 %", "Last order 40 days ago", "Orders on 3 days so far"):
        assert said in text
    assert text.index("Speaks for leaving") < text.index("Last order 40") < text.index("Speaks for staying")
    assert "rule of thumb" in text


def test_the_head_of_the_page_says_the_same_risk(as_marketer: Client) -> None:
    one = buyer(days_ago=10)
    scored()
    assert ">High</dd>" in as_marketer.get(f"/customers/{one.pk}/", headers=EN).content.decode()
    prediction(one, lapse_risk=85)
    assert ">85 %</dd>" in as_marketer.get(f"/customers/{one.pk}/", headers=EN).content.decode()


def test_who_never_bought_has_an_engagement_only(as_marketer: Client) -> None:
    one = customers.customer()
    nothing = dict.fromkeys(("lapse_risk", "value", "expected_orders", "per_order", "spent", "potential"))
    prediction(one, engagement=23, **nothing)
    text = panel(as_marketer, one)
    assert "Engagement 23 of 100" in text
    assert "Risk" not in text


def test_the_list_shows_and_sorts_by_value(as_marketer: Client) -> None:
    for name, value, risk in (("Small", 5, 85), ("Large", 900, 12)):
        prediction(buyer(name=name), value=value, lapse_risk=risk)
    page = as_marketer.get("/customers/?sort=-value&col=value&col=lapse_risk", headers=EN).content.decode()
    assert page.index("Large") < page.index("Small")
    assert "¥900" in page
    assert '<span class="bad">85 %</span>' in page
    page = as_marketer.get("/customers/?risk=8&risk=9", headers=EN).content.decode()
    assert "Small" in page
    assert "Large" not in page


@pytest.mark.parametrize(
    ("fact", "op", "value"),
    [
        ("predictions.lapse_risk", "at_least", 80),
        ("predictions.value", "at_most", "10"),
        ("predictions.expected_orders", "at_most", "1.5"),
        ("predictions.potential", "between", ["-10", "0"]),
        ("predictions.engagement", "is", 7),
    ],
)
def test_segments_may_ask_for_predictions(marketer: User, fact: str, op: str, value: object) -> None:
    leaving = buyer()
    prediction(leaving, lapse_risk=85, value=5, expected_orders=1, potential=-5, engagement=7)
    prediction(buyer())
    buyer()
    rule = rules.parse({"match": "all", "rules": [{"fact": fact, "op": op, "value": value}]}, marketer)
    assert list(rules.narrow(Customer.objects.all(), rule)) == [leaving]


def test_the_card_costs_few_queries(as_marketer: Client, django_assert_max_num_queries: object) -> None:
    predicted()
    fitted()
    as_marketer.get(URL)
    with django_assert_max_num_queries(11):  # type: ignore[operator]
        as_marketer.get(URL)
    assert timezone.now() - PredictionRun.objects.get().as_of < timedelta(minutes=5)
