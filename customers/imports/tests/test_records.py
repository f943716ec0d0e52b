"""CSV of any quality as records: what cannot be a row comes as Broken, never silently."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.imports.records import LINE_LIMIT, Broken, Record, Records

CELLS = st.text(alphabet='ab,;"\n\r\t 漢é', max_size=8)


def records(text: str, delimiter: str = ",") -> list[Record]:
    return list(Records(io.StringIO(text, newline=""), delimiter))


def test_blank_lines_are_no_records() -> None:
    assert records("a,b\n\n1,2\r\n\r\n3,4") == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_old_and_mixed_line_ends() -> None:
    assert records("a,b\r1,2\r\n3,4\n") == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_cells_may_hold_lines_and_quotes() -> None:
    assert records('a,b\n"x\ny","say ""hi"""\n') == [["a", "b"], ["x\ny", 'say "hi"']]


def test_an_open_quote_does_not_swallow_the_rows_behind_it() -> None:
    rows = "".join(f"{number},name {number}\n" for number in range(5000))

    found = records(f'id,name\n7,"open\n{rows}')

    assert found[1] == Broken("broken_quote", ["7", '"open'])
    assert found[2:] == [[str(number), f"name {number}"] for number in range(5000)]


def test_an_open_quote_in_the_last_row_is_told() -> None:
    assert records('a,b\n1,2\n3,"x') == [["a", "b"], ["1", "2"], Broken("broken_quote", ["3", '"x'])]


def test_a_huge_cell_of_one_line_is_passed_over() -> None:
    found = records("a,b\n1," + "x" * (3 * LINE_LIMIT) + "\n2,ok\n")

    assert isinstance(found[1], Broken)
    assert found[1].reason == "cell_too_long"
    assert len("".join(found[1].cells)) < 1000
    assert found[2] == ["2", "ok"]


def test_a_huge_cell_of_many_lines_is_one_row() -> None:
    found = records('a,b,c\n1,"' + "only text\n" * 50_000 + '",x\n2,ok,y\n')

    assert [one.reason if isinstance(one, Broken) else one for one in found] == [
        ["a", "b", "c"],
        "cell_too_long",
        ["2", "ok", "y"],
    ]


def test_two_million_columns_are_one_broken_row() -> None:
    found = records("a,b\n" + "," * 2_000_000 + "\n1,2\n")

    assert [type(one) for one in found] == [list, Broken, list]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6), st.sampled_from(",;\t|"))
def test_what_was_written_well_is_read_as_it_was(rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)

    assert records(text.getvalue(), delimiter) == rows


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(st.text(alphabet='ab,"\n', max_size=60))
def test_any_text_ends_and_no_line_is_lost(text: str) -> None:
    found = records(text)

    kept = "".join("".join(one.cells if isinstance(one, Broken) else one) for one in found)
    assert sorted(set(kept) & {"a", "b"}) == sorted(set(text) & {"a", "b"})
