"""`manage.py demo` on a small base."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Max

from channels.consent.models import Consent, ConsentEntry
from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from crm.demo.tests.conftest import UNTIL
from customers import factories
from customers.identity.models import Identity, Profile
from customers.models import Customer, SearchDocument, Share
from customers.orders.models import Order, OrderLine, Product, Rollup
from customers.timeline.models import Entry

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("demo")
class TestWhatIsThere:
    def test_as_many_rows_as_asked_for(self) -> None:
        assert Customer.objects.count() == 300
        assert Order.objects.count() == Entry.objects.filter(source__in=["demo", "orders"]).count() == 3000

    def test_every_role_has_somebody(self) -> None:
        filled = {role for user in User.objects.all() for role in user.roles}
        assert filled == set(Role.values)
        assert Team.objects.filter(parent=None).count() == 1

    def test_colleagues_cannot_sign_in_without_a_password(self) -> None:
        assert not any(user.has_usable_password() for user in User.objects.all())

    def test_every_customer_can_be_found_and_has_a_rollup_and_a_profile(self) -> None:
        assert SearchDocument.objects.count() == Rollup.objects.count() == 300
        assert not Customer.objects.filter(profiles=None).exists()

    def test_the_truth_is_kept_for_judging_matches(self) -> None:
        truths = list(Profile.objects.values_list("raw__truth", "customer"))
        copies = {customer for truth, customer in truths if truth != customer}
        assert len(copies) == 18
        assert Customer.objects.filter(pk__in={truth for truth, _customer in truths}).count() == 300 - 18

    def test_what_a_page_shows_was_said_by_a_source(self) -> None:
        shown = Customer.objects.exclude(email="")
        said = shown.filter(
            profiles__identities__kind=Identity.Kind.EMAIL, profiles__identities__value=F("email")
        )
        assert said.distinct().count() == shown.count() > 0

    def test_last_activity_is_the_newest_touch_or_order(self) -> None:
        latest = Customer.objects.annotate(order=Max("orders__placed_at"), touch=Max("entries__occurred_at"))
        for touched, *moments in latest.values_list("touched_at", "created_at", "order", "touch"):
            assert touched == max(moment for moment in moments if moment)

    def test_orders_are_worth_their_lines(self) -> None:
        assert OrderLine.objects.exists()
        assert not Order.objects.filter(lines=None).exists()
        assert Product.objects.filter(category="咖啡机").exists()

    def test_consents_stand_where_the_ledger_ends(self) -> None:
        assert ConsentEntry.objects.filter(state="withdrawn").exists()
        for consent in Consent.objects.select_related("entry"):
            assert (consent.customer_id, consent.state, consent.at) == (
                consent.entry.customer_id,
                consent.entry.state,
                consent.entry.at,
            )

    def test_some_are_owned_some_shared_some_hidden_some_nobodys(self) -> None:
        assert Customer.objects.filter(owner=None, team=None).exists()
        assert Customer.objects.filter(owner=None).exclude(team=None).exists()
        assert Customer.objects.filter(restricted=True).exists()
        assert Share.objects.exists()

    def test_all_channels_are_talked_on(self) -> None:
        channels = set(Entry.objects.values_list("channel", flat=True))
        assert channels >= {"phone", "email", "sms", "wechat", "chat", "web", "store", "event", "staff"}

    def test_no_row_ends_up_with_a_number_that_is_given_again(self) -> None:
        made = factories.customer()
        assert made.pk == 301


def test_the_same_seed_makes_the_same_company(db: None) -> None:
    assert _story(5) == _story(5)


def test_customers_that_are_there_are_left_alone(db: None) -> None:
    factories.customer()
    with pytest.raises(CommandError, match="already has customers"):
        call_command("demo", customers=20)
    call_command("demo", customers=20, if_empty=True)
    assert Customer.objects.count() == 1


def test_the_demo_may_be_put_beside_them(db: None) -> None:
    factories.customer()
    call_command("demo", customers=20, add=True, verbosity=0)
    call_command("demo", customers=20, add=True, verbosity=0)
    assert Customer.objects.count() == 41
    names = Profile.objects.exclude(source_key="").values("source", "source_key").annotate(n=Count("pk"))
    assert not names.filter(n__gt=1).exists()


def test_a_moment_that_is_none_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="--until wants a moment"):
        call_command("demo", customers=20, until="yesterday")


def _story(seed: int) -> str:
    """Everything that a run writes, without the numbers that a sequence gives."""
    from django.db import transaction

    with transaction.atomic():
        call_command("demo", customers=30, seed=seed, until=UNTIL, verbosity=0)
        first = Customer.objects.order_by("pk").values_list("pk", flat=True)[0]
        customers = [
            (pk - first, *rest)
            for pk, *rest in Customer.objects.order_by("pk").values_list("pk", "name", "phone", "created_at")
        ]
        orders = [
            (customer - first, placed_at, amount)
            for customer, placed_at, amount in Order.objects.order_by("pk").values_list(
                "customer_id", "placed_at", "amount"
            )
        ]
        words = list(Entry.objects.order_by("pk").values_list("occurred_at", "summary"))
        transaction.set_rollback(True)
    return json.dumps([customers, orders, words], default=str)
