"""GET /tasks/calendar/ and the feed for calendar programs."""

from datetime import date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from crm.accounts.models import User
from customers import factories
from customers.tasks import calendars, feeds

pytestmark = pytest.mark.django_db
URL = "/tasks/calendar/"


@pytest.fixture(autouse=True)
def _forget_limits() -> None:
    cache.clear()


def path_of(user: User) -> str:
    return "/calendars/" + feeds.address(feeds.make(user)).rpartition("/")[2]


def test_a_month_shows_whole_weeks(seller: User) -> None:
    factories.task(seller, title="first", due_on=date(2026, 11, 1))
    month = calendars.of(seller, seller, "month", "2026-11-22")

    assert len(month.weeks) == 6
    assert (month.weeks[0][0].day, month.weeks[-1][-1].day) == (date(2026, 10, 26), date(2026, 12, 6))
    assert [task.title for task in month.weeks[0][6].entries] == ["first"]
    assert (month.before, month.after) == (date(2026, 10, 1), date(2026, 12, 1))


def test_open_tasks_can_be_moved_to_days_to_come(as_seller: Client, seller: User) -> None:
    factories.task(seller, title="Open")
    factories.task(seller, title="Done", state="done", closed_at=timezone.now(), closed_by=seller)
    today = timezone.localdate()
    text = as_seller.get(URL, {"on": str(today), "span": "week"}).content.decode()

    assert text.count("data-card") == 1
    assert f'data-drop="{today}"' in text
    assert f'data-drop="{today - timedelta(days=1)}"' not in text
    assert text.count("data-drop=") == 7 - today.weekday()


def test_a_busy_day_says_how_much_more_there_is(as_seller: Client, seller: User) -> None:
    for _number in range(7):
        factories.task(seller)

    assert "3 more" in as_seller.get(URL).content.decode()


def test_the_page_shows_a_colleagues_calendar_to_their_manager_only(
    client: Client, seller: User, colleague: User, manager: User
) -> None:
    factories.task(seller, title="Visit the mill")
    client.force_login(manager)
    assert "Visit the mill" in client.get(URL, {"who": str(seller.pk), "span": "week"}).content.decode()
    client.force_login(colleague)
    assert client.get(URL, {"who": seller.pk}).status_code == 400


@pytest.mark.parametrize(
    "query", [{"on": "2026-02-30"}, {"on": "9999-12-31"}, {"span": "year"}, {"who": "all"}]
)
def test_odd_addresses_are_refused(as_seller: Client, query: dict[str, str]) -> None:
    assert as_seller.get(URL, query).status_code == 400


def test_the_calendar_costs_few_queries(
    as_seller: Client, seller: User, django_assert_max_num_queries: object
) -> None:
    for _number in range(5):
        factories.task(seller, customer=factories.customer(owner=seller))
    as_seller.get(URL)
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        as_seller.get(URL)


def test_a_calendar_program_gets_the_tasks_without_a_session(client: Client, seller: User) -> None:
    ten = timezone.make_aware(datetime.combine(timezone.localdate(), datetime.min.time().replace(hour=10)))
    customer = factories.customer(owner=seller, name="Very Secret")
    title = "Visit; bring, the 咖啡" + "豆" * 40
    factories.task(seller, title=title, customer=customer, due_at=ten, remind_before=10, remind_at=ten)
    factories.task(seller, title="All day")
    response = client.get(path_of(seller))
    text = response.content.decode()

    assert response["Content-Type"].startswith("text/calendar")
    assert max(len(line) for line in response.content.split(b"\r\n")) <= 75
    unfolded = text.replace("\r\n ", "")
    assert "SUMMARY:Visit\\; bring\\, the 咖啡" + "豆" * 40 in unfolded
    assert f"DTSTART;VALUE=DATE:{timezone.localdate():%Y%m%d}" in unfolded
    assert "TRIGGER:-PT10M" in unfolded
    assert "Very Secret" not in text


def test_a_feed_ends(client: Client, as_seller: Client, seller: User) -> None:
    old = path_of(seller)
    as_seller.post("/tasks/calendar/address/")
    assert client.get(old).status_code == 404
    new = "/calendars/" + feeds.address(feeds.of(seller)).rpartition("/")[2]  # type: ignore[arg-type]
    assert client.get(new).status_code == 200
    as_seller.post("/tasks/calendar/address/ending/")
    assert client.get(new).status_code == 404


def test_a_feed_of_somebody_who_left_or_a_forged_one_is_nothing(client: Client, seller: User) -> None:
    path = path_of(seller)
    seller.is_active = False
    seller.save()

    assert client.get(path).status_code == 404
    assert client.get(path.replace(".ics", "x.ics")).status_code == 404
    assert client.get("/calendars/nonsense.ics").status_code == 404


def test_done_tasks_stay_in_the_calendar(as_seller: Client, seller: User) -> None:
    factories.task(seller, title="Old", state="done", closed_at=timezone.now(), closed_by=seller)
    factories.task(seller, title="Gone", state="cancelled", closed_at=timezone.now(), closed_by=seller)
    factories.task(seller, title="Next", due_on=timezone.localdate() + timedelta(days=1))
    text = as_seller.get(URL, {"span": "month"}).content.decode()

    assert ("Old" in text, "Gone" in text) == (True, False)
