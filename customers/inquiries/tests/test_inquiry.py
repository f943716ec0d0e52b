"""Asking for a part in somebody's customer, answering, and what happens when nobody does."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.desk.notices.models import Notice
from crm.lib.errors import Refused
from customers import factories
from customers.inquiries import deadlines, services
from customers.inquiries.models import Check, Inquiry
from customers.inquiries.sweeping import sweep
from customers.inquiries.tests.conftest import CANARY
from customers.models import Customer, Share
from customers.privacy import erasing
from customers.record.models import Change
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
URL = "/customers/check/"
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)


def asked(customer: Customer, asker: User, wish: str = "cooperate") -> Inquiry:
    return services.ask(factories.match(customer, asker), wish=wish, note="We met.", by=asker)


def late(customer: Customer, asker: User) -> Inquiry:
    return factories.inquiry(customer, asker, asked_at=LONG_AGO, due_at=LONG_AGO + timedelta(days=2))


def test_the_owner_is_asked_and_told(as_asker: Client, asker: User, owner: User, hidden: Customer) -> None:
    match = factories.match(hidden, asker)

    response = as_asker.post(f"{URL}matches/{match.key}/inquiries/", {"wish": "take_over", "note": "We met."})

    assert response.status_code == 302
    inquiry = Inquiry.objects.get()
    assert (inquiry.customer, inquiry.asked_by, inquiry.passed_on_at) == (hidden, asker, None)
    notice = Notice.objects.visible_to(owner).get()
    assert (notice.reason, notice.entry.kind) == ("asked", "inquiry.asked")


def test_who_asks_still_sees_nothing_of_the_customer(as_asker: Client, asker: User, hidden: Customer) -> None:
    inquiry = asked(hidden, asker)

    for page in ("inquiries/", f"inquiries/{inquiry.pk}/"):
        text = as_asker.get(URL + page).content.decode()
        assert CANARY not in text
        assert "Owner" not in text
        assert f"/customers/{hidden.pk}/" not in text
    assert as_asker.get(f"/customers/{hidden.pk}/").status_code == 404


def test_a_stranger_gets_nowhere(as_asker: Client, owner: User, asker: User, hidden: Customer) -> None:
    other = people.user(Role.SALES)
    inquiry = factories.inquiry(hidden, other)
    match = factories.match(hidden, other)

    assert as_asker.get(f"{URL}inquiries/{inquiry.pk}/").status_code == 404
    assert as_asker.post(f"{URL}inquiries/{inquiry.pk}/withdrawal/").status_code == 404
    for key in (match.key, uuid4()):
        form = {"wish": "cooperate", "note": "We met."}
        assert as_asker.post(f"{URL}matches/{key}/inquiries/", form).status_code == 404


def test_without_a_reason_nothing_is_asked(as_asker: Client, asker: User, hidden: Customer) -> None:
    match = factories.match(hidden, asker)

    response = as_asker.post(f"{URL}matches/{match.key}/inquiries/", {"wish": "cooperate", "note": ""})

    assert response.status_code == 400
    assert not Inquiry.objects.exists()


def test_yes_shares_the_customer(client: Client, asker: User, owner: User, hidden: Customer) -> None:
    inquiry = asked(hidden, asker)
    client.force_login(owner)

    client.post(f"{URL}inquiries/{inquiry.pk}/", {"agrees": "1", "text": ""})

    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.answered_by) == ("granted", owner)
    assert Share.objects.get(customer=hidden, user=asker).level == "edit"
    assert Notice.objects.visible_to(asker).get().reason == "answered"
    assert AuditEntry.objects.filter(action="inquiry.granted", subject_id=inquiry.pk).exists()


def test_yes_hands_the_customer_over_with_its_history(asker: User, owner: User, hidden: Customer) -> None:
    services.answer(asked(hidden, asker, "take_over"), agrees=True, text="", by=owner)

    hidden.refresh_from_db()
    assert (hidden.owner, hidden.team) == (asker, asker.teams.get())
    assert set(Change.objects.filter(customer=hidden).values_list("field", flat=True)) == {"owner", "team"}
    assert Entry.objects.filter(customer=hidden, kind="inquiry.granted").exists()


def test_no_needs_a_reason(client: Client, asker: User, owner: User, hidden: Customer) -> None:
    inquiry = asked(hidden, asker)
    client.force_login(owner)
    page = f"{URL}inquiries/{inquiry.pk}/"

    assert client.post(page, {"agrees": "0", "text": ""}).status_code == 422
    assert client.post(page, {"agrees": "0", "text": "Signing tomorrow."}).status_code == 302
    assert Inquiry.objects.get().answer == "Signing tomorrow."
    assert not Share.objects.exists()
    with pytest.raises(Refused):
        asked(hidden, asker)


def test_an_answer_counts_once(asker: User, owner: User, hidden: Customer) -> None:
    inquiry = asked(hidden, asker)
    services.answer(inquiry, agrees=False, text="No.", by=owner)

    with pytest.raises(Refused):
        services.answer(inquiry, agrees=True, text="", by=owner)
    assert Inquiry.objects.get().state == "refused"


def test_only_the_owner_answers_in_time(asker: User, boss: User, hidden: Customer) -> None:
    inquiry = asked(hidden, asker)

    for one in (boss, asker):
        with pytest.raises(Refused):
            services.answer(inquiry, agrees=True, text="", by=one)


def test_a_manager_answers_what_the_owner_did_not(asker: User, boss: User, hidden: Customer) -> None:
    inquiry = late(hidden, asker)
    in_time = factories.inquiry(hidden, people.user(Role.SALES))

    assert sweep() == 1
    assert sweep() == 0

    in_time.refresh_from_db()
    assert in_time.passed_on_at is None
    assert Notice.objects.visible_to(boss).get().reason == "asked"
    services.answer(inquiry, agrees=True, text="", by=boss)
    assert Share.objects.filter(customer=hidden, user=asker).exists()


def test_without_a_manager_of_the_team_operations_are_asked(asker: User, hidden: Customer) -> None:
    people.user(Role.MANAGER, teams=(people.team("Elsewhere"),))
    operator = people.user(Role.OPERATIONS)

    assert deadlines.managers(hidden, beside=asker) == [operator]


def test_a_customer_without_an_owner_goes_to_the_managers_at_once(asker: User, boss: User) -> None:
    unowned = factories.customer(team=boss.teams.get())

    inquiry = asked(unowned, asker)

    assert inquiry.passed_on_at is not None
    assert Inquiry.objects.answerable_by(boss).get() == inquiry


def test_the_deadline_leaves_out_the_weekend(settings: Any) -> None:
    settings.INQUIRY_ANSWER_DAYS = 2
    friday = datetime(2026, 1, 2, 8, tzinfo=UTC)

    assert deadlines.due(friday) == datetime(2026, 1, 6, 8, tzinfo=UTC)


def test_a_question_can_be_withdrawn_and_asked_again(as_asker: Client, asker: User, hidden: Customer) -> None:
    inquiry = asked(hidden, asker)
    with pytest.raises(Refused):
        asked(hidden, asker)

    as_asker.post(f"{URL}inquiries/{inquiry.pk}/withdrawal/")

    assert Inquiry.objects.get().state == "withdrawn"
    asked(hidden, asker)


def test_questions_about_deleted_customers_lapse(asker: User, owner: User, hidden: Customer) -> None:
    asked(hidden, asker)
    Customer.objects.filter(pk=hidden.pk).update(deleted_at=timezone.now())

    sweep()

    assert Inquiry.objects.get().state == "lapsed"


def test_an_erased_customer_is_in_no_check_and_no_question(
    asker: User, owner: User, hidden: Customer
) -> None:
    services.answer(asked(hidden, asker), agrees=False, text=f"{CANARY} wants to wait.", by=owner)
    Check.objects.update(about=hidden.name)

    erasing.erase(hidden)

    assert not Check.objects.exists()
    inquiry = Inquiry.objects.get()
    assert (inquiry.about, inquiry.note, inquiry.answer) == ("", "", "–")


def test_what_waits_is_on_the_home_page(client: Client, asker: User, owner: User, hidden: Customer) -> None:
    asked(hidden, asker)
    client.force_login(owner)

    assert "block-inquiries" in client.get("/").content.decode()
    assert hidden.name in client.get(f"{URL}inquiries/to-answer/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "granted", "closed_at": LONG_AGO},
        {"state": "withdrawn"},
        {"closed_at": LONG_AGO},
        {"state": "refused", "closed_at": LONG_AGO, "answered_by_id": "owner"},
        {"state": "granted", "closed_at": LONG_AGO, "answered_by_id": "asker"},
        {"due_at": LONG_AGO - timedelta(days=1)},
        {"answered_by_id": "owner"},
    ],
)
def test_what_cannot_be_is_refused(asker: User, owner: User, hidden: Customer, wrong: dict[str, Any]) -> None:
    people_of = {"owner": owner.pk, "asker": asker.pk}
    fields = {name: people_of.get(value, value) for name, value in wrong.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.inquiry(hidden, asker, **{"asked_at": LONG_AGO, **fields})


def test_one_open_question_for_each_colleague_and_customer(asker: User, hidden: Customer) -> None:
    factories.inquiry(hidden, asker)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.inquiry(hidden, asker)
