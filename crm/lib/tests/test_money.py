"""Amounts as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.lib import money
from crm.lib.reading import REASONS, Unreadable

AMOUNTS = st.decimals(min_value=0, max_value=money.LARGEST, places=2, allow_nan=False)
WAYS = [
    lambda value: f"{value:.2f}",
    lambda value: f"{value:,.2f}",
    lambda value: f"¥{value:,.2f}",
    lambda value: f"{value:.2f}元",
    lambda value: f"{value:,.2f} EUR",
    lambda value: f"{value:,.2f}".translate(str.maketrans(",.", ".,")),
    lambda value: f"{value:,.2f}".replace(",", " "),
    lambda value: f"{value:,.2f}".replace(",", "'"),
]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(AMOUNTS, st.sampled_from(WAYS))
def test_however_an_amount_is_written_it_is_the_same(value: Decimal, way: object) -> None:
    found = money.amount(way(value))  # type: ignore[operator]

    assert found is not None
    assert found[0] == value


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_an_amount_or_has_a_reason(text: str) -> None:
    try:
        found = money.amount(text)
    except Unreadable as problem:
        reason = problem.code
    else:
        reason = ""
        assert found is None or 0 <= found[0] <= money.LARGEST
    assert not reason or reason in REASONS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("¥1,234.50", (Decimal("1234.50"), "CNY")),
        ("￥1234.5", (Decimal("1234.50"), "CNY")),
        ("US$ 12", (Decimal(12), "USD")),
        ("1.234,50", (Decimal("1234.50"), "")),
        ("1,234", (Decimal(1234), "")),
        ("29.330000000000002", (Decimal("29.33"), "")),
        ("0.125", (Decimal("0.13"), "")),
        ("-0.00", (Decimal(0), "")),
        ("", None),
        ("-", None),
    ],
)
def test_amounts(text: str, expected: tuple[Decimal, str] | None) -> None:
    assert money.amount(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.234", "ambiguous_amount"),
        ("-12", "negative_amount"),
        ("(12.00)", "negative_amount"),
        ("1.5E+5", "rounded_number"),
        ("9" * 5000, "too_large"),
        ("1000000000000", "too_large"),
        ("twelve", "bad_amount"),
        ("1,2345", "bad_amount"),
        ("NaN", "bad_amount"),
        ("#VALUE!", "formula_error"),
    ],
)
def test_what_is_no_amount_says_why(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        money.amount(text)
    assert refused.value.code == reason


@pytest.mark.parametrize(
    ("text", "code"), [("cny", "CNY"), ("¥", "CNY"), ("元", "CNY"), ("CHF", "CHF"), ("", "")]
)
def test_currencies(text: str, code: str) -> None:
    assert money.currency(text) == code


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        money.currency("coins")
    assert refused.value.code == "bad_currency"
