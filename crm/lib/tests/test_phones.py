"""Phone numbers as E.164."""

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.lib import phones
from crm.lib.reading import REASONS, Unreadable


@pytest.mark.parametrize(
    "text",
    ["13800138000", "138 0013 8000", "138-0013-8000", "+86 13800138000", "0086-13800138000", "8613800138000",
     "１３８００１３８０００", "13800138000.0", " 13800138000 "],
)  # fmt: skip
def test_a_chinese_mobile_is_one_number_however_it_is_written(text: str) -> None:
    assert phones.normalise(text) == "+8613800138000"


@pytest.mark.parametrize(
    "text",
    [
        "+862161504081",
        "+86 10-6552 9988",
        "+86 571 8765 4321",
        "+864001234567",
        "+86 013800138000",
        "862161504081",
    ],
)
def test_the_short_way_agrees_with_the_library(text: str) -> None:
    assert phones.normalise(text) == phones._normalise(text, "CN")


def test_foreign_numbers_keep_their_country() -> None:
    assert phones.normalise("+49 30 901820") == "+4930901820"
    assert phones.normalise("(415) 555-2671", region="US") == "+14155552671"


@override_settings(DEFAULT_REGION="US")
def test_the_region_decides_about_numbers_without_a_country() -> None:
    assert phones.normalise("13105551234") == "+13105551234"


def test_a_cell_may_hold_several() -> None:
    assert phones.normalise_all("13800138000 / 010-88886666") == ("+8613800138000", "+861088886666")
    assert phones.normalise_all("13800138000；13800138000") == ("+8613800138000",)
    assert phones.normalise_all("无") == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12345", "bad_phone"),
        ("1.38E+10", "rounded_number"),
        ("call me", "bad_phone"),
        ("1" * 5000, "bad_phone"),
    ],
)
def test_what_is_no_number_says_why(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        phones.normalise_all(text)
    assert refused.value.code == reason


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_numbers_or_has_a_reason(text: str) -> None:
    try:
        found = phones.normalise_all(text)
    except Unreadable as problem:
        reason = problem.code
    else:
        reason = ""
        assert all(number.startswith("+") and len(number) <= 16 for number in found)
    assert not reason or reason in REASONS
