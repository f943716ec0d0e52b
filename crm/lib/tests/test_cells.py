"""Cells no spreadsheet takes for a formula, and the way back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.lib import cells

HOSTILE = st.text(alphabet="=+-@\t\r\n＝＋－＠' ab1\"", max_size=12)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(HOSTILE)
def test_no_cell_begins_a_formula(text: str) -> None:
    assert cells.safe(text).lstrip(" ")[:1] not in cells.DANGEROUS or not text


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(HOSTILE.filter(lambda text: not text.startswith('="')))
def test_what_was_made_safe_comes_back(text: str) -> None:
    assert cells.plain(cells.safe(text)) == text


def test_leading_zeros_that_programs_protect_are_kept() -> None:
    assert cells.plain('="00123"') == "00123"
    assert cells.plain("'+8613800138000") == "+8613800138000"
    assert cells.plain("'tis") == "'tis"
