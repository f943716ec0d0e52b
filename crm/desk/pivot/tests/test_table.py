"""GET /pivot/, its records and its files."""

from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.db.models import CharField, Func, Value
from django.db.models.functions import Cast
from django.test import Client
from openpyxl import load_workbook

from crm.accounts import factories as people
from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.desk.pivot import counting, subjects
from crm.desk.pivot.subjects import DISTINCT, Measure
from customers import factories
from customers.models import Customer
from segments.models import Membership, Segment

pytestmark = pytest.mark.django_db
URL = "/pivot/"


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def values(response: Any) -> dict[Any, Any]:
    return dict(response.context["table"].counted.cells)


def test_the_page_opens_with_orders_by_month(as_marketer: Client, base: list[Customer]) -> None:
    response = as_marketer.get(URL)

    assert response.context["asked"].subject.key == "orders"
    text = response.content.decode()
    assert 'scope="row">2026-0' in text
    assert "pivot/records/?subject=orders" in text


def test_one_statement_counts_everything(
    as_marketer: Client, base: list[Customer], django_assert_max_num_queries: Any
) -> None:
    as_marketer.get(URL)
    with django_assert_max_num_queries(14) as captured:
        as_marketer.get(f"{URL}?subject=lines&rows=category&rows=channel&column=month&period=all")
    grouped = [one for one in captured.captured_queries if "GROUPING SETS" in one["sql"]]
    assert len(grouped) == 1


def test_each_sees_the_numbers_of_their_own_customers(
    base: list[Customer], seller: User, teams: list[Team], marketer: User
) -> None:
    query = f"{URL}?subject=customers&rows=team&column=&period=all"
    lead = people.user(Role.SERVICE, teams=(teams[1],))
    everybody = values(as_user(marketer).get(query))[(), None]
    own = values(as_user(seller).get(query))[(), None]
    ours = values(as_user(lead).get(query))

    assert everybody == len(base)
    assert own == Customer.objects.filter(owner=seller).count()
    assert ours[(), None] == Customer.objects.filter(team=teams[1]).count()
    assert {path for path, _column in ours} == {(), (str(teams[1].pk),)}


def test_a_stranger_gets_404(base: list[Customer]) -> None:
    stranger = as_user(people.user(Role.AUDITOR))
    for url in (URL, f"{URL}records/", f"{URL}file/csv/"):
        assert stranger.get(url).status_code == 404


def test_who_may_not_export_gets_no_file() -> None:
    service = as_user(people.user(Role.SERVICE))
    assert service.get(URL).status_code == 200
    assert service.get(f"{URL}file/csv/").status_code == 404


def test_a_segment_narrows_and_needs_its_right(
    as_marketer: Client, base: list[Customer], marketer: User
) -> None:
    segment = Segment.objects.create(name="Few", created_by=marketer)
    Membership.objects.create(segment=segment, customer=base[0])
    query = f"{URL}?subject=customers&rows=kind&column=&segment={segment.pk}"

    assert values(as_marketer.get(query))[(), None] == 1
    assert as_user(people.user(Role.SERVICE)).get(query).status_code == 400


def test_conditions_of_the_customer_list_narrow_it(as_marketer: Client, base: list[Customer]) -> None:
    rule = '{"match":"all","rules":[{"fact":"profile.city","op":"any_of","value":["Wuhan"]}]}'
    response = as_marketer.get(URL, {"subject": "customers", "rows": "city", "column": "", "rule": rule})
    assert {path for path, _column in values(response)} == {(), ("Wuhan",)}


def test_cells_lead_to_the_customer_list(as_marketer: Client, base: list[Customer]) -> None:
    page = as_marketer.get(f"{URL}?subject=customers&rows=city&column=kind&period=all")
    table = page.context["table"]
    links = [part.split('"')[0] for part in page.content.decode().split('<a href="')]
    column = next(one for one in table.columns if table.value(("Wuhan",), one))
    cell = unescape(next(one for one in links if "Wuhan" in one and f"kind%3A{column}" in one))

    listing = as_marketer.get(cell).context["listing"]

    assert {one.city for one in listing.page.rows} == {"Wuhan"}
    assert len(listing.page.rows) == table.value(("Wuhan",), column)
    assert ": Wuhan" in listing.chips[0].label


def test_records_are_the_orders_of_a_cell(as_marketer: Client, base: list[Customer]) -> None:
    table = as_marketer.get(f"{URL}?measure=orders&rows=city&column=channel&period=all").context["table"]
    response = as_marketer.get(
        f"{URL}records/?subject=orders&measure=orders&period=all&at=city:上海&at=channel:web"
    )

    number = table.value(("上海",), "web")
    assert len(response.context["page"].rows) == number
    assert response.context["number"] == str(number)


def test_records_show_nobody_elses_customer(base: list[Customer], seller: User) -> None:
    for subject in ("orders", "lines", "touches"):
        page = as_user(seller).get(f"{URL}records/?subject={subject}&period=all").context["page"]
        assert page.rows
        assert {one.customer.owner_id for one in page.rows} == {seller.pk}


def test_what_takes_too_long_is_stopped_and_says_so(
    as_marketer: Client, base: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Cast(Func(Value(0.05), function="pg_sleep"), CharField())
    subjects.add_measure("customers", Measure("slow", "Slow", "Sleeps", DISTINCT, slow))
    monkeypatch.setattr(counting, "MILLISECONDS", 30)
    try:
        asked = f"{URL}?subject=customers&measure=slow&rows=kind"
        response = as_marketer.get(asked, headers={"accept-language": "en"})
        file = as_marketer.get(f"{URL}file/xlsx/?subject=customers&measure=slow&rows=kind")
    finally:
        del subjects.all_for(people.user(Role.MARKETING))["customers"].measures["slow"]

    assert "Choose a shorter period" in response.content.decode()
    assert response.status_code == 200
    assert file.status_code == 409


def test_files_hold_the_same_numbers_and_no_formulas(as_marketer: Client, base: list[Customer]) -> None:
    query = "subject=lines&measure=quantity&rows=category&column=channel&period=all"
    table = as_marketer.get(f"{URL}?{query}").context["table"]

    answer: Any = as_marketer.get(f"{URL}file/csv/?{query}")
    csv = b"".join(answer.streaming_content).decode("utf-8-sig")
    book = load_workbook(BytesIO(as_marketer.get(f"{URL}file/xlsx/?{query}").content))

    assert '"\'=1+1"' in csv
    sheet = [list(row) for row in book.worksheets[0].iter_rows()]
    assert [cell.value for cell in sheet[-1]][1:] == [
        *(table.value((), one) for one in table.columns),
        table.value(()),
    ]
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}
    assert any(cell.value == "=1+1" for row in sheet for cell in row)
    assert AuditEntry.objects.filter(action="pivot.exported").count() == 2


EVIL = [
    "'; DROP TABLE customers_customer; --",
    "1) OR 1=1 --",
    "(SELECT pg_sleep(9))",
    "customer__owner__password",
    "owner__password",
    "pk); SELECT 1; --",
    '"; --',
    "month' || version() || '",
    "%s",
    "%(x)s",
    "{0.__class__}",
    "\\",
    "__class__",
    "d0",
    "m",
    "\x1f",
    "😀" * 300,
]
NAMES = [
    "subject",
    "measure",
    "rows",
    "column",
    "period",
    "segment",
    "sort",
    "top",
    "share",
    "chart",
    "rule",
    "at",
]


@pytest.mark.parametrize("parameter", NAMES)
def test_no_part_of_an_address_is_ever_run(as_marketer: Client, base: list[Customer], parameter: str) -> None:
    for evil in EVIL:
        query = {"rows": "kind"} | {parameter: evil}
        for path in ("", "records/", "file/csv/"):
            answers = as_marketer.get(f"{URL}{path}", query).status_code
            laid_out = parameter in ("rows", "column", "sort", "top", "share", "chart")
            assert answers == (200 if path == "records/" and laid_out else 400), (path, evil)


def test_values_in_an_address_are_only_compared(as_marketer: Client, base: list[Customer]) -> None:
    for evil in EVIL[:-1]:
        for key in ("city", "kind", "stage", "source"):
            response = as_marketer.get(URL, {"subject": "customers", "rows": "kind", "at": f"{key}:{evil}"})
            assert response.status_code == 200
            assert not response.context["table"].rows
        for key in ("month", "team", "hour", "day", "quarter"):
            query = {"subject": "customers", "rows": "kind", "at": f"{key}:{evil}"}
            assert as_marketer.get(URL, query).status_code == 400
    assert Customer.objects.count() == len(base)


def test_a_damaged_cell_does_not_open_a_list(as_marketer: Client) -> None:
    for evil in ("subject=nothing", "subject=orders&at=password:1", "subject=orders&at=month:soon"):
        assert as_marketer.get("/customers/", {"cell": evil}).status_code == 400


def test_words_around_a_value_are_escaped(as_marketer: Client) -> None:
    factories.customer(city="<script>alert(1)</script>")
    page = as_marketer.get(f"{URL}?subject=customers&rows=city&column=").content.decode()
    assert "<script>alert" not in page
