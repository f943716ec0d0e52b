"""Joining customers: whose values stay, what moves, who may, and that nothing is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from channels import factories as channels
from channels.consent import services as consent
from channels.consent.models import Consent, ConsentEntry
from channels.webhooks.models import Event, Subscription
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers import factories, search
from customers import services as customers
from customers.fields.models import FieldValues
from customers.identity.indexing import index
from customers.matching.models import Pair
from customers.merging import reading, services, tables
from customers.merging.models import Apart, Merge
from customers.merging.surviving import Why
from customers.merging.tests.worlds import furnish
from customers.models import Customer, Share
from customers.orders.models import Rollup
from customers.record.fields import dump
from customers.relations.models import Relation
from customers.timeline.models import Entry
from segments.models import Segment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def pair(**given: dict[str, object]) -> tuple[Customer, Customer]:
    one = factories.customer(**{"name": "Li Ming", **given.get("one", {})})
    other = factories.customer(**{"name": "Li Ming", **given.get("other", {})})
    return one, other


def test_every_row_is_with_the_survivor_or_is_told_of(operator: User) -> None:
    one, other = pair()
    friend, segment = factories.customer(), Segment.objects.create(name="All", created_by=operator)
    for number, customer in enumerate((one, other)):
        furnish(customer, operator, number=number, segment=segment, friend=friend)
    before = {(c.table, c.name): c.rows_of(other.pk).count() for c in tables.moving()}
    shown = services.preview([one, other])
    (made,) = services.merge(one, [other], by=operator)
    moved = {
        (move.table, move.column): (len(move.pks), len(move.rows)) for move in made.moves.exclude(column="")
    }
    for column in tables.moving():
        there = before[column.table, column.name]
        assert sum(moved.get((column.table, column.column), (0, 0))) == there, column
        assert column.rows_of(other.pk).count() == moved.get((column.table, column.column), (0, 0))[1]
    promised = {row.model: (row.moves, row.stays) for row in shown.moving}
    assert promised["orders.order"] == (1, 0)
    assert promised["notices.follow"] == (0, 1)
    told = {row.model: (row.moves, row.stays) for row in reading.story(made, operator).moved}
    assert told == promised


def test_what_is_derived_follows(operator: User) -> None:
    one, other = pair(other={"name": "Zhang Wei"})
    factories.order(one, amount=10)
    factories.order(other, amount=5)
    factories.identity(other, "phone", "+8613900004711")
    services.merge(one, [other], by=operator)
    assert Rollup.objects.get(customer=one).total == 15
    assert [found.pk for found in search.find(Customer.objects.present(), "4711", 5)] == [one.pk]


def test_the_default_is_verified_before_newest_before_most_complete(operator: User) -> None:
    one, other = pair(
        one={"email": "old@example.com", "city": "上海", "job_title": "Buyer"},
        other={"email": "new@example.com", "city": "上海", "address": "1 Nanjing Road", "company": "ACME"},
    )
    factories.identity(one, "email", "old@example.com", verified_at=timezone.now())
    customers.update(other, {"job_title": "Head of buying"}, version=1, by=operator)
    choices = {choice.field: choice for choice in services.preview([one, other]).choices}
    assert (choices["email"].winner, choices["email"].why) == (one.pk, Why.VERIFIED)
    assert (choices["organisation"].winner, choices["organisation"].why) == (other.pk, Why.NEWEST)
    assert (choices["country"].winner, choices["country"].why) == (other.pk, Why.COMPLETE)
    services.merge(one, [other], by=operator)
    assert (one.email, one.job_title, one.company) == ("old@example.com", "Head of buying", "ACME")
    assert one.address == "1 Nanjing Road"


def test_a_choice_beats_the_rule_and_preview_is_result(operator: User) -> None:
    one, other = pair(
        one={"city": "上海", "tags": ["vip"]},
        other={"city": "北京", "tags": ["new"], "birthday": "1990-01-01"},
    )
    winners = {"city": one.pk}
    shown = services.preview([one, other], winners=winners)
    services.merge(one, [other], by=operator, winners=winners)
    for choice in shown.choices:
        if choice.why != Why.ALL:
            won = next(option for option in choice.options if option.customer == choice.winner)
            assert {name: dump(getattr(one, name)) for name in choice.fields} == won.stored
    assert one.city == "上海"
    assert one.tags == ["vip", "new"]


def test_the_stricter_restriction_and_everybody_who_worked_on_it_stay(operator: User) -> None:
    seller, colleague = people.user(Role.SALES), people.user(Role.SALES)
    one, other = pair(one={"owner": operator}, other={"owner": seller, "restricted": True})
    Share.objects.create(customer=one, user=colleague, level="view")
    Share.objects.create(customer=other, user=colleague, level="edit")
    services.merge(one, [other], by=operator)
    assert one.owner == operator
    assert one.restricted
    assert set(one.shares.values_list("user", "level")) == {(colleague.pk, "edit"), (seller.pk, "edit")}


def test_whoever_has_an_owner_gives_it(operator: User) -> None:
    north = people.team("North")
    one, other = pair(one={"team": north}, other={"owner": operator})
    services.merge(one, [other], by=operator)
    assert (one.owner, one.team) == (operator, north)


@pytest.mark.parametrize(
    ("mine", "theirs", "same_address", "becomes"),
    [
        ("granted", "withdrawn", True, "withdrawn"),
        ("withdrawn", "granted", True, "withdrawn"),
        ("", "withdrawn", True, "withdrawn"),
        ("", "granted", True, "granted"),
        ("", "granted", False, ""),
        ("granted", "", True, "granted"),
    ],
)
def test_the_strictest_consent_wins(
    mine: str, theirs: str, same_address: bool, becomes: str, operator: User
) -> None:
    mail = "li@example.com" if same_address else "ming@example.com"
    one, other = pair(one={"email": "li@example.com"}, other={"email": mail})
    factories.identity(one, "email", "li@example.com", verified_at=timezone.now())
    for customer, state in ((one, mine), (other, theirs)):
        if state:
            say = consent.grant if state == "granted" else consent.withdraw
            say(customer, "marketing", "email", source="test")
    (made,) = services.merge(one, [other], by=operator)
    stands = Consent.objects.filter(customer=one).values_list("state", flat=True).first() or ""
    assert stands == becomes
    if becomes != mine:
        assert ConsentEntry.objects.filter(customer=one, evidence__merge=made.pk).count() == 1
    services.undo(made, by=operator, despite=True)
    assert (Consent.objects.filter(customer=one).values_list("state", flat=True).first() or "") == mine
    newest = ConsentEntry.objects.filter(customer=one).order_by("-pk").first()
    assert newest is None or mine == "" or newest.state == mine


def test_a_campaign_reaches_the_person_once(operator: User) -> None:
    one, other = pair()
    campaign = channels.campaign(created_by=operator)
    channels.delivery(campaign, one)
    second = channels.delivery(campaign, other)
    only_theirs = channels.delivery(channels.campaign(created_by=operator), other)
    services.merge(one, [other], by=operator)
    second.refresh_from_db()
    only_theirs.refresh_from_db()
    assert second.customer == other, "the gate leaves out whoever is gone"
    assert only_theirs.customer == one


def test_own_fields_fill_gaps_unless_somebody_chose(operator: User) -> None:
    one, other = pair()
    FieldValues.objects.create(customer=one, values={"size": "S"})
    FieldValues.objects.create(customer=other, values={"size": "L", "colour": "red"})
    third = factories.customer(name="Li Ming")
    FieldValues.objects.create(customer=third, values={"size": "XL"})
    services.merge(one, [other], by=operator)
    assert FieldValues.objects.get(customer=one).values == {"size": "S", "colour": "red"}
    services.merge(one, [third], by=operator, winners={"custom.size": third.pk})
    assert FieldValues.objects.get(customer=one).values == {"size": "XL", "colour": "red"}


def test_relations_between_the_two_stay_behind(operator: User) -> None:
    one, other = pair()
    third = factories.customer()
    between = factories.relation(one, other)
    factories.relation(one, third)
    clash = factories.relation(third, other)
    services.merge(one, [other], by=operator)
    assert Relation.objects.of(one).count() == 1
    assert Relation.objects.filter(pk__in=[between.pk, clash.pk], other=other).count() == 2


def test_it_is_told_on_the_timeline_in_the_audit_log_and_to_programs(operator: User) -> None:
    Subscription.objects.create(name="x", url="https://example.com/", events=["customer.merged"], secret="")
    one, other = pair()
    (made,) = services.merge(one, [other], by=operator, bits=12.5, gate="sure")
    entry = Entry.objects.get(kind="customer.merged", customer=one)
    assert entry.data["absorbed"] == other.pk
    assert AuditEntry.objects.get(action="customer.merged").detail["merge"] == made.pk
    assert f'"absorbed": {other.pk}' in Event.objects.get(kind="customer.merged").body


def test_several_at_once_are_one_batch(operator: User) -> None:
    people_found = [factories.customer(name="Li Ming", tags=[str(number)]) for number in range(4)]
    made = services.merge(people_found[0], people_found[1:], by=operator)
    assert len({one.batch for one in made}) == 1
    assert people_found[0].tags == ["0", "1", "2", "3"]
    assert services.survivor_of(people_found[3].pk) == people_found[0].pk


def test_what_may_not_be_joined_is_refused(operator: User) -> None:
    one, other = pair()
    firm = factories.customer(kind="organisation")
    gone = factories.customer(deleted_at=timezone.now())
    for wrong in (firm, gone, one):
        with pytest.raises(Refused):
            services.merge(one, [wrong], by=operator)
    services.keep_apart(one, other, by=operator)
    with pytest.raises(Refused):
        services.merge(one, [other], by=operator)
    with pytest.raises(Refused):
        services.merge(one, [other], by=None, cause=Merge.Cause.RULE, insist=True)
    services.merge(one, [other], by=operator, insist=True)
    with pytest.raises(Refused):
        services.merge(factories.customer(), [other], by=operator)
    assert not Apart.objects.exists()


def test_a_seller_joins_only_own_customers() -> None:
    seller = people.user(Role.SALES)
    mine, theirs = factories.customer(owner=seller), factories.customer()
    also_mine = factories.customer(owner=seller)
    with pytest.raises(Refused):
        services.merge(mine, [theirs], by=seller)
    services.merge(mine, [also_mine], by=seller)


def test_only_who_hands_over_chooses_the_owner() -> None:
    seller = people.user(Role.SALES)
    one, other = pair(one={"owner": seller}, other={"owner": seller, "team": people.team("South")})
    with pytest.raises(Refused):
        services.merge(one, [other], by=seller, winners={"owner": other.pk})


def test_a_pair_is_decided_and_a_no_is_remembered(operator: User) -> None:
    one, other = pair()
    third = factories.customer()
    found = Pair.objects.create(low=one, high=other, bits=9, found="run")
    no = Pair.objects.create(low=other, high=third, bits=1, found="run")
    services.keep_apart(third, other, by=operator)
    services.merge(one, [other], by=operator)
    found.refresh_from_db()
    no.refresh_from_db()
    assert (found.state, no.state) == ("joined", "apart")
    pairs = [(third.pk, one.pk), (one.pk, other.pk)]
    assert services.are_apart(pairs) == {(third.pk, one.pk)}, "the no goes on with the survivor"


def test_the_bin_does_not_show_the_absorbed(operator: User) -> None:
    one, other = pair()
    services.merge(one, [other], by=operator)
    assert not Customer.objects.removed().exists()
    with pytest.raises(Refused):
        customers.restore(other, by=operator)


def test_the_survivor_has_the_older_beginning(operator: User) -> None:
    early = timezone.now() - timedelta(days=900)
    one, other = pair(other={"created_at": early, "source": "shop"})
    index([one.pk, other.pk])
    services.merge(one, [other], by=operator)
    assert (one.created_at, one.source) == (early, "shop")
