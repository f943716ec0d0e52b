"""`manage.py demo` on a small base."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from channels.campaigns.models import Campaign
from channels.consent.models import Consent, ConsentEntry
from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from crm.demo import segmenting
from crm.demo.tests.conftest import UNTIL
from crm.demo.words.mailings import FINISHED, OVER
from customers import factories
from customers.identity.models import Identity, Profile
from customers.imports.models import ImportJob
from customers.merging.models import Merge
from customers.models import Customer, SearchDocument, Share
from customers.orders.models import Order, OrderLine, Product, Rollup
from customers.timeline.models import Entry
from segments.models import Segment
from segments.scoring.models import Score

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("demo")
class TestWhatIsThere:
    def test_as_many_rows_as_asked_for(self) -> None:
        assert imagined().count() == 300 - Merge.objects.count()
        assert Order.objects.count() == Entry.objects.filter(source__in=["demo", "order"]).count() == 3000

    def test_every_role_has_somebody(self) -> None:
        filled = {role for user in User.objects.all() for role in user.roles}
        assert filled == set(Role.values)
        assert Team.objects.filter(parent=None).count() == 1

    def test_colleagues_cannot_sign_in_without_a_password(self) -> None:
        assert not any(user.has_usable_password() for user in User.objects.all())

    def test_every_customer_can_be_found_and_has_a_rollup_and_a_profile(self) -> None:
        everybody = Customer.objects.count()
        assert SearchDocument.objects.count() == Rollup.objects.count() == everybody
        assert not Customer.objects.present().filter(profiles=None).exists()

    def test_the_truth_is_kept_for_judging_matches(self) -> None:
        truths = list(Profile.objects.filter(customer__in=imagined()).values_list("raw__truth", "customer"))
        copies = {customer for truth, customer in truths if truth != customer}
        # Somebody has begun to join them.
        assert 18 - Merge.objects.count() <= len(copies) <= 18
        assert Customer.objects.filter(pk__in={truth for truth, _customer in truths}).count() == 300 - 18

    def test_what_a_page_shows_was_said_by_a_source(self) -> None:
        shown = Customer.objects.present().exclude(email="")
        said = shown.filter(
            profiles__identities__kind=Identity.Kind.EMAIL, profiles__identities__value=F("email")
        )
        assert said.distinct().count() == shown.count() > 0

    def test_last_activity_is_the_newest_touch_or_order_but_nothing_sent_to_many(self) -> None:
        of_one = ~Q(entries__kind="campaign.sent") & ~Q(entries__source="journey")
        latest = Customer.objects.present().annotate(
            order=Max("orders__placed_at"), touch=Max("entries__occurred_at", filter=of_one)
        )
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

    def test_every_page_has_something_to_show(self) -> None:
        assert set(Campaign.objects.values_list("status", flat=True)) == {"done", "paused", "draft"}
        assert Segment.objects.filter(size__gt=0).count() >= 5
        assert Score.objects.count() == Rollup.objects.filter(orders__gt=0).count()
        assert ImportJob.objects.filter(status="checked").exists()
        job = ImportJob.objects.get(status="done")
        assert (job.status, job.created_rows, job.error_rows) == (ImportJob.Status.DONE, 8, 3)

    def test_the_finished_campaign_adds_up(self) -> None:
        done = Campaign.objects.get(name=FINISHED.name, status="done")
        tally = {what: count for what, reason, count in done.tallies.values_list("what", "reason", "count")}
        went = done.deliveries.filter(state="accepted")
        assert tally["accepted"] == went.count() > 0
        assert (
            tally["opened"] == went.exclude(opened_at=None).count() == done.events.filter(kind="open").count()
        )
        assert went.filter(clicked_at__isnull=False, opened_at=None).count() == 0
        assert not went.filter(sent_at__lt=F("campaign__launched_at")).exists()
        assert not went.filter(sent_at__gt=F("campaign__finished_at")).exists()
        over = Campaign.objects.get(name=OVER.name, status="done")
        assert [way.channel.kind for way in over.ways.order_by("place")] == ["email", "sms", "wechat"]

    def test_rollups_are_what_the_product_itself_would_add_up(self) -> None:
        before = list(Rollup.objects.order_by("pk").values_list())
        segmenting.add_up()
        assert list(Rollup.objects.order_by("pk").values_list()) == before

    def test_no_row_ends_up_with_a_number_that_is_given_again(self) -> None:
        assert factories.customer().pk > 300


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
    joined = Merge.objects.standing().count()
    assert imagined().count() + joined == 40
    names = Profile.objects.exclude(source_key="").values("source", "source_key").annotate(n=Count("pk"))
    assert not names.filter(n__gt=1).exists()


def test_a_moment_that_is_none_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="--until wants a moment"):
        call_command("demo", customers=20, until="yesterday")


def imagined() -> QuerySet[Customer]:
    """The customers that were made, without those of the imported file."""
    return Customer.objects.filter(
        Exists(Profile.objects.filter(customer=OuterRef("pk"), raw__has_key="truth"))
    )


def _story(seed: int) -> str:
    """Everything that a run writes, without the numbers that a sequence gives."""
    with transaction.atomic():
        call_command("demo", customers=30, seed=seed, until=UNTIL, verbosity=0)
        first = imagined().order_by("pk").values_list("pk", flat=True)[0]
        customers = [
            (pk - first, *rest)
            for pk, *rest in imagined().order_by("pk").values_list("pk", "name", "phone", "created_at")
        ]
        orders = [
            (customer - first, placed_at, amount)
            for customer, placed_at, amount in Order.objects.order_by("pk").values_list(
                "customer_id", "placed_at", "amount"
            )
        ]
        told = Entry.objects.filter(source="demo").order_by("pk")
        words = list(told.values_list("occurred_at", "summary"))
        transaction.set_rollback(True)
    return json.dumps([customers, orders, words], default=str)
