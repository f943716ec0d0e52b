"""Erasing a person: nothing that names them stays anywhere, and nothing that counts is lost."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import DataError, IntegrityError, InternalError, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from channels.consent import services as consent
from channels.consent import suppression
from channels.consent.gate import Question, Reason, verdict_on
from channels.consent.models import Purpose, Suppression
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import BadInput, Refused
from crm.tests.access.world import build
from customers import factories
from customers.files.models import Attachment
from customers.identity.models import Identity
from customers.imports.models import ImportProblem, Trace
from customers.models import Customer
from customers.orders.models import Order, Rollup
from customers.privacy import erasing, finishing, journal, replaying, services
from customers.privacy.models import Erasure, Protection, SubjectRequest
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _journal(settings: Any, tmp_path: Path) -> None:
    settings.ERASURE_JOURNAL = str(tmp_path / "erasures.jsonl")
    settings.ERASURE_NEEDS_TWO = False


@pytest.fixture
def operator() -> User:
    return people.user(Role.OPERATIONS)


def somebody() -> Customer:
    return factories.customer(name="Erase Me", email="erase@me.test", phone="+8613912345678")


def everything() -> str:
    """All rows of all tables, as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        texts = []
        for table in tables:
            cursor.execute(f'SELECT string_agg("{table}"::text, chr(10)) FROM "{table}"')
            texts.append(f"{table}: {cursor.fetchone()[0] or ''}")
    return "\n".join(texts)


@pytest.mark.slow
def test_nothing_that_names_them_is_left_in_any_table(operator: User) -> None:
    world = build()
    one = world.customers["own"]
    file = factories.import_job(by=operator, status="done", sample=[[one.email]])
    ImportProblem.objects.create(job=file, line=1, reason="empty", cells=[f"x {one.email}"])
    kept = [[one.pk, {"city": ["CANARY", one.city]}], [0, {"city": ["kept", "as it is"]}]]
    Trace.objects.create(job=file, chunk=0, at=timezone.now(), table="customers_customer", changed=kept)
    canary = f"CANARY-{one.pk}-"
    assert canary in everything()
    # Who may be the same is somebody else until they are joined, and has a name of their own.
    Customer.objects.filter(name=f"{canary}twin").update(name="Twin")
    services.ask_erasure(one, one.name, "request", by=operator)
    left = [line for line in everything().splitlines() if canary in line or one.email in line]
    # The number under which the order stands in the accounts is the accounts', not the person's.
    assert [line.replace(f"{canary}order", "") for line in left if f"{canary}order" not in line] == []
    assert one.phone not in everything()
    assert Trace.objects.get().changed == kept[1:]


def test_orders_money_and_counts_stay(operator: User) -> None:
    one, other = somebody(), factories.customer()
    for customer in (one, other):
        factories.order(customer, amount=150)
        factories.entry(customer, summary="Bought shoes", body="size 42")
    Rollup.objects.filter(customer=one).update(
        orders=1, days=1, total=150, first_order_at=timezone.now(), last_order_at=timezone.now()
    )

    def totals() -> tuple[Any, ...]:
        sums = Order.objects.aggregate(Sum("amount"))["amount__sum"]
        return Customer.objects.count(), Order.objects.count(), sums, Rollup.objects.aggregate(Sum("total"))

    before, touches = totals(), Entry.objects.filter(customer=one).count()
    services.ask_erasure(one, "Erase Me", "request", by=operator)
    assert totals() == before
    assert Entry.objects.filter(customer=one).count() == touches + 1  # that it was erased
    assert Entry.objects.get(customer=other).body == "size 42"


def test_another_name_than_the_customers_erases_nobody(operator: User) -> None:
    one = somebody()
    with pytest.raises(BadInput):
        services.ask_erasure(one, "erase me", "request", by=operator)
    one.refresh_from_db()
    assert (one.name, Erasure.objects.count()) == ("Erase Me", 0)


def test_two_people_are_needed_where_the_company_says_so(operator: User, settings: Any) -> None:
    settings.ERASURE_NEEDS_TWO = True
    one = somebody()
    services.ask_erasure(one, one.name, "request", by=operator)
    with pytest.raises(Refused):
        services.approve_erasure(one, by=operator)
    one.refresh_from_db()
    assert one.name == "Erase Me"
    services.approve_erasure(one, by=people.user(Role.MANAGER))
    one.refresh_from_db()
    assert one.email == ""


def test_nobody_approves_their_own_wish_not_even_in_sql(operator: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.create(customer=somebody(), asked_by=operator, approved_by=operator)


def test_an_erasure_is_asked_for_once_and_done_once(operator: User, settings: Any) -> None:
    settings.ERASURE_NEEDS_TWO = True
    one = somebody()
    services.ask_erasure(one, one.name, "request", by=operator)
    with pytest.raises(Refused):
        services.ask_erasure(one, one.name, "request", by=operator)
    services.approve_erasure(one, by=people.user(Role.MANAGER))
    with pytest.raises(Refused):
        services.ask_erasure(one, one.name, "request", by=operator)


def test_open_requests_are_closed_with_it(operator: User) -> None:
    one = somebody()
    asked = services.take_request(one, {"kind": "erasure", "law": "gdpr", "proof": "called"}, by=operator)
    services.ask_erasure(one, one.name, "request", by=operator)
    asked.refresh_from_db()
    assert (asked.status, asked.handled_by, asked.proof) == (SubjectRequest.Status.DONE, operator, "")


def test_a_later_import_does_not_bring_the_mail_back(operator: User) -> None:
    one = somebody()
    services.ask_erasure(one, one.name, "request", by=operator)
    again = factories.customer(email="erase@me.test")
    consent.grant(again, Purpose.MARKETING, "email", source="import")
    question = Question("email", Purpose.MARKETING, timezone.now())
    assert verdict_on(again, question) == Reason.SUPPRESSED
    assert "erase@me.test" not in Suppression.objects.values_list("value_hash", flat=True)


def test_an_address_that_the_family_shares_stays_open_to_them(operator: User) -> None:
    one, sister = somebody(), factories.customer(email="erase@me.test")
    factories.identity(one, Identity.Kind.EMAIL, "erase@me.test")
    services.ask_erasure(one, one.name, "request", by=operator)
    listed = Suppression.objects.filter(kind="email", value_hash=suppression.hash_of("erase@me.test"))
    assert not listed.exists()
    sister.refresh_from_db()
    assert (Identity.objects.count(), sister.email) == (0, "erase@me.test")


def test_stored_files_go_too(operator: User) -> None:
    one = somebody()
    name = default_storage.save("attachments/test-contract", ContentFile(b"secret"))
    Attachment.objects.create(customer=one, name="c.pdf", file=name, size=6, media_type="x", digest="d")
    asked = services.ask_erasure(one, one.name, "request", by=operator)
    assert default_storage.exists(name)  # not before the transaction has ended
    finishing.finish(asked.pk)
    assert not default_storage.exists(name)
    assert list(Erasure.objects.values_list("leftovers", flat=True)) == [[]]


def test_a_crash_after_the_erasure_is_made_good_by_the_sweep(operator: User) -> None:
    one = somebody()
    services.ask_erasure(one, one.name, "request", by=operator)
    assert not journal.path().exists()
    finishing.sweep()
    finishing.sweep()
    (line,) = journal.lines(journal.path())
    assert line.customer == one.pk
    assert "Erase" not in journal.path().read_text()


def test_a_restored_backup_is_erased_again(operator: User, capsys: Any) -> None:
    one, other = somebody(), factories.customer(name="Stays")
    asked = services.ask_erasure(one, one.name, "request", by=operator)
    finishing.finish(asked.pk)
    # The backup knows nothing of it.
    Erasure.objects.all().delete()
    Protection.objects.all().delete()
    Customer.objects.filter(pk=one.pk).update(name="Erase Me", email="erase@me.test")
    journal.add(journal.Line(other.pk, "0" * 64, ""))
    call_command("privacy", "replay", "--dry-run")
    assert "1 would be erased again, 0 are erased already, 1 are not" in capsys.readouterr().out
    call_command("privacy", "replay")
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.email, other.name) == ("", "Stays")
    assert replaying.replay(journal.path()).already == 1


def test_the_journal_survives_a_line_cut_off_by_a_crash() -> None:
    journal.add(journal.Line(1, "m", ""))
    with journal.path().open("a") as file:
        file.write('{"customer": 2, "ma')
    assert [line.customer for line in journal.lines(journal.path())] == [1]


def test_the_key_of_the_journal_may_be_replaced(settings: Any) -> None:
    one = somebody()
    mark = erasing.mark_of(one)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert erasing.is_marked(one, mark)
    settings.SECRET_KEY_FALLBACKS = []
    assert not erasing.is_marked(one, mark)


def test_the_audit_says_that_it_was_done_and_names_nobody(operator: User) -> None:
    one = somebody()
    services.ask_erasure(one, one.name, "request", by=operator)
    entries = AuditEntry.objects.filter(action__startswith="privacy.")
    assert set(entries.values_list("action", flat=True)) == {"privacy.erasure_asked", "privacy.erased"}
    assert all("Erase Me" not in str(entry.detail) and "@" not in str(entry.detail) for entry in entries)


def test_the_ledger_stays_closed_to_everybody_else(operator: User) -> None:
    one = somebody()
    entry = consent.grant(one, Purpose.MARKETING, "email", source="shop", evidence={"form": "signed by hand"})
    services.ask_erasure(one, one.name, "request", by=operator)
    entry.refresh_from_db()
    assert (entry.evidence, entry.state) == ({}, "granted")
    changes: tuple[dict[str, Any], ...] = ({"state": "withdrawn"}, {"evidence": {}})
    for change in changes:
        with pytest.raises((InternalError, DataError)), transaction.atomic():
            type(entry).objects.filter(pk=entry.pk).update(**change)
