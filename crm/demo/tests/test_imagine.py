"""The demo as numbers, before anything is written."""

from datetime import datetime, timedelta, timezone

import numpy as np
import phonenumbers
import pytest

from crm.demo import buying, company, knowing, naming, owning, people, seasons, touching
from crm.demo.people import NONE

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=8)))
CALENDAR = seasons.calendar(NOW)
MANY = 20_000
DAY = seasons.DAY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def everybody() -> people.People:
    return people.meet(MANY, 3, CALENDAR)


@pytest.fixture(scope="module")
def bought(everybody: people.People) -> buying.Orders:
    return buying.buy(everybody, MANY * 10, 3, CALENDAR)[0]


def staff() -> company.Staff:
    users = {username: number for number, (username, *_) in enumerate(company.PEOPLE, 1)}
    teams = {name: number for number, name in enumerate([company.HEADQUARTERS, *company.TEAMS], 1)}
    sellers = {name: [users["hejun"], users["olivia"]] for name in teams}
    return company.Staff(teams, users, sellers)


def test_the_same_seed_meets_the_same_people(everybody: people.People) -> None:
    again = people.meet(MANY, 3, CALENDAR)
    other = people.meet(MANY, 4, CALENDAR)
    assert (again.phone == everybody.phone).all()
    assert (other.phone != everybody.phone).any()


def test_people_come_in_the_promised_shares(everybody: people.People) -> None:
    persons = ~everybody.company
    assert everybody.company.mean() == pytest.approx(0.15, abs=0.01)
    assert (persons & everybody.western).mean() == pytest.approx(0.2, abs=0.02)
    assert (persons & ~everybody.western).mean() == pytest.approx(0.65, abs=0.02)


def test_rows_are_in_order_of_coming(everybody: people.People) -> None:
    assert (np.diff(everybody.created) >= 0).all()
    assert everybody.created[-1] <= CALENDAR.until


def test_a_copy_points_to_the_person_it_is_a_copy_of(everybody: people.People) -> None:
    copies = np.flatnonzero(everybody.truth != np.arange(MANY))
    meant = everybody.truth[copies]
    assert len(copies) == int(MANY * people.COPIES)
    assert (everybody.truth[meant] == meant).all()
    assert (everybody.family[copies] == everybody.family[meant]).all()
    reachable = (everybody.phone[copies] > 0) | (everybody.mail_of[copies] != NONE)
    assert reachable.mean() > 0.97


def test_households_share_phones_and_mailboxes(everybody: people.People) -> None:
    originals = everybody.truth == np.arange(MANY)
    phones = everybody.phone[originals & (everybody.phone > 0)]
    assert 0.02 < 1 - len(np.unique(phones)) / len(phones) < 0.2
    mails = everybody.mail_of[originals & (everybody.mail_of != NONE)]
    assert len(np.unique(mails)) < len(mails)


def test_companies_have_contacts(everybody: people.People) -> None:
    employers = everybody.employer[everybody.employer != NONE]
    assert everybody.company[employers].all()
    assert len(np.unique(employers)) > 0.9 * (everybody.company & (everybody.truth == np.arange(MANY))).sum()


def test_phone_numbers_are_numbers_that_could_be(everybody: people.People) -> None:
    some = naming.phone_numbers(everybody, np.arange(500))
    parsed = [phonenumbers.parse(number) for number in some if number]
    assert all(map(phonenumbers.is_valid_number, parsed))


def test_no_mail_can_leave_for_a_stranger(everybody: people.People) -> None:
    mails = {mail for mail in naming.mail_addresses(everybody, np.arange(MANY)) if mail}
    assert all(mail.endswith(".example") for mail in mails)
    assert len(mails) > MANY / 2


def test_exactly_the_asked_number_of_orders_is_placed(bought: buying.Orders) -> None:
    assert len(bought) == MANY * 10
    assert (np.diff(bought.placed) >= 0).all()
    assert (bought.refunded <= bought.amount).all()
    assert (bought.amount > 0).all()


def test_nobody_buys_before_they_come(everybody: people.People, bought: buying.Orders) -> None:
    assert (bought.placed >= everybody.created[bought.customer]).all()
    assert bought.placed[-1] <= CALENDAR.until


def test_buying_is_uneven_and_some_never_do(bought: buying.Orders) -> None:
    orders = np.bincount(bought.customer, minlength=MANY)
    assert 0.1 < (orders == 0).mean() < 0.25
    assert orders.var() > 5 * orders.mean()


def test_the_year_has_its_festivals(bought: buying.Orders) -> None:
    days = (bought.placed - CALENDAR.start) // DAY
    per_day = np.bincount(days)
    singles_day = (datetime(2026, 11, 11, tzinfo=NOW.tzinfo).timestamp() - CALENDAR.start) // DAY
    new_year = (datetime(2026, 2, 18, tzinfo=NOW.tzinfo).timestamp() - CALENDAR.start) // DAY
    around = slice(int(singles_day) - 20, int(singles_day) - 12)
    assert per_day[int(singles_day)] > 3 * per_day[around].mean()
    assert per_day[int(new_year)] < 0.5 * per_day[int(new_year) + 20]


@pytest.mark.parametrize(("orders", "touches"), [(0, 0), (0, 50), (3, 50), (500, 7)])
def test_any_number_of_orders_and_touches_is_met(orders: int, touches: int) -> None:
    few = people.meet(40, 1, CALENDAR)
    made, _lines = buying.buy(few, orders, 1, CALENDAR)
    owners = owning.hand_out(few, 1, staff()).owner
    told = touching.touch(few, made, touches, 1, CALENDAR, owners, staff())
    assert (len(made), len(told)) == (orders, touches)


def test_touches_stay_within_the_story(everybody: people.People, bought: buying.Orders) -> None:
    owners = owning.hand_out(everybody, 3, staff()).owner
    told = touching.touch(everybody, bought, MANY * 10, 3, CALENDAR, owners, staff())
    assert (np.diff(told.at) >= 0).all()
    assert told.at[-1] <= CALENDAR.until
    assert (told.at >= everybody.created[told.customer]).all()
    assert (told.order != NONE).mean() == pytest.approx(touching.ORDERS)


def test_most_allow_mail_and_some_take_it_back(everybody: people.People) -> None:
    ledger = knowing.allow(everybody, 3, CALENDAR)
    with_mail = (everybody.mail_of != NONE).sum()
    first = ledger.granted & (ledger.permission == 0)
    assert first.sum() / with_mail == pytest.approx(0.7, abs=0.02)
    assert 0.05 < (~ledger.granted[ledger.current]).mean() < 0.12
    withdrawn = ledger.current[~ledger.granted[ledger.current]]
    assert set(withdrawn) == set(np.flatnonzero(~ledger.granted))
