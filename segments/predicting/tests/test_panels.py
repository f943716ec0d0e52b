"""What stands on a customer's page about their future."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from customers.orders.models import Rollup
from segments.predicting import panels
from segments.predicting.models import Prediction, PredictionRun


@pytest.mark.parametrize(
    ("language", "rhythm", "only_once"),
    [
        ("en", "Usually every 30 days, now 45 days since the last", "Bought once only"),
        ("zh-hans", "通常每 30 天下单一次，距上次已 45 天", "只买过一次"),
    ],
)
def test_every_reason_is_said_with_the_customers_own_figures(
    language: str, rhythm: str, only_once: str
) -> None:
    now = timezone.now()
    rollup = Rollup(
        days=4,
        total=Decimal(400),
        first_order_at=now - timedelta(days=135),
        last_order_at=now - timedelta(days=45),
    )
    with translation.override(language):
        told = panels.sentences(Prediction(recent=2), rollup, PredictionRun(as_of=now))
        once = panels.sentences(Prediction(recent=0), Rollup(days=1, total=Decimal(1)), None)
    assert (told["R"], once["R"]) == (rhythm, only_once)
    assert not [words for words in [*told.values(), *once.values()] if "%(" in words]
