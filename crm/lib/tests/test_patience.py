from contextlib import suppress

import pytest
from django.db import Error, InternalError, connection, transaction

from crm.accounts import factories
from crm.accounts.models import User
from crm.lib.patience import TooSlow, at_most, expected, insist, will_pass

pytestmark = pytest.mark.django_db


def sleep(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def hire_slowly() -> None:
    factories.user()
    sleep(1)


def hurry_and_sleep() -> None:
    with at_most(20):
        sleep(0)
    sleep(1)


def test_a_statement_that_takes_too_long_is_given_up_and_nothing_else() -> None:
    kept = factories.user()
    with pytest.raises(TooSlow), at_most(10):
        hire_slowly()
    assert User.objects.get() == kept


def test_what_comes_after_may_take_its_time() -> None:
    with at_most(10):
        sleep(0)
    sleep(0.05)


def test_less_patience_within_does_not_end_the_patience_around() -> None:
    with pytest.raises(TooSlow), at_most(50):
        hurry_and_sleep()


def test_other_failures_stay_what_they_are() -> None:
    with pytest.raises(ZeroDivisionError), at_most(1000):
        raise ZeroDivisionError


def test_more_is_expected_of_all_than_of_some() -> None:
    for _number in range(20):
        factories.user()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user")
    assert expected(User.objects.all()) == 20
    assert expected(User.objects.filter(username="nobody")) == 1


@pytest.mark.django_db(transaction=True)
def test_running_out_of_time_with_the_last_row_leaves_the_connection_whole() -> None:
    """PostgreSQL may notice it when the answer is out already, while it waits for what comes next."""
    for number in range(300):
        with suppress(TooSlow), at_most(3 + number % 6), connection.cursor() as cursor:
            cursor.execute("SELECT %s, other FROM generate_series(1, 20000) AS other", [number])
            cursor.fetchall()
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", [number])
            assert cursor.fetchone() == (number,)


def read_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")


@pytest.mark.django_db(transaction=True)
def test_what_nobody_else_knows_is_written_once_there_is_room_again() -> None:
    tries = []

    @transaction.atomic
    def write() -> None:
        tries.append(1)
        if len(tries) < 3:
            read_only()
        factories.user(username="known")

    insist(write, "somebody")
    assert (len(tries), User.objects.get().username) == (3, "known")


@pytest.mark.django_db(transaction=True)
def test_what_will_never_be_right_is_not_tried_again() -> None:
    tries = []

    def write() -> None:
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing")

    with pytest.raises(Error):
        insist(write, "nothing")
    assert len(tries) == 1


def test_within_a_transaction_nothing_is_waited_for() -> None:
    def write() -> None:
        read_only()
        factories.user()

    with pytest.raises(InternalError) as caught, transaction.atomic():
        insist(write, "somebody")
    assert will_pass(caught.value)
