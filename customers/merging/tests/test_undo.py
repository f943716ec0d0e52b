"""Taking merges back: at once, after edits, out of chains; and that it restores every table."""

import pytest

from channels.consent import services as consent
from crm.accounts.models import User
from crm.lib.errors import Refused
from customers import factories
from customers import services as customers
from customers.fields.models import FieldValues
from customers.identity.indexing import index
from customers.merging import gathering, services
from customers.merging.models import Apart
from customers.merging.tests.worlds import changed, digests, furnish
from customers.models import Customer, Share
from customers.orders.models import Order, Rollup
from segments.models import Segment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_undo_restores_every_table(operator: User) -> None:
    friend, segment = factories.customer(), Segment.objects.create(name="All", created_by=operator)
    three = [
        factories.customer(name=f"Li Ming {number}", tags=[str(number)], city=["", "上海", "北京"][number])
        for number in range(3)
    ]
    for number, customer in enumerate(three):
        furnish(customer, operator, number=number, segment=segment, friend=friend)
    before = digests()
    made = services.merge(three[0], three[1:], by=operator)
    assert len(changed(before, digests())) > 15
    for one in made:
        services.undo(one, by=operator)
    assert changed(before, digests()) == set()


def test_a_chain_comes_apart_in_any_order(operator: User) -> None:
    friend, segment = factories.customer(), Segment.objects.create(name="All", created_by=operator)
    a, b, c = three = [
        factories.customer(name="Li Ming", tags=[letter], phone=phone)
        for letter, phone in (("a", ""), ("b", ""), ("c", "+8613900000003"))
    ]
    for number, customer in enumerate(three):
        furnish(customer, operator, number=number, segment=segment, friend=friend)
    before = digests()
    for first in (True, False):
        (lower,) = services.merge(b, [c], by=operator, insist=True)
        (upper,) = services.merge(a, [b], by=operator, insist=True)
        assert services.survivor_of(c.pk) == a.pk
        assert a.phone == "+8613900000003"
        for one in (lower, upper) if first else (upper, lower):
            services.undo(one, by=operator, despite=True)
        assert changed(before, digests()) == set(), first


def test_edits_and_later_rows_stay_with_the_survivor(operator: User) -> None:
    one, other = (
        factories.customer(city="上海"),
        factories.customer(city="北京", company="ACME", gender="male"),
    )
    theirs = factories.order(other, amount=7)
    (made,) = services.merge(one, [other], by=operator, winners={"city": other.pk})
    assert not services.changes_since(made)
    customers.update(one, {"city": "苏州"}, version=one.version, by=operator)
    later = factories.order(one, amount=5)
    since = services.changes_since(made)
    assert len(since.edited) == 1
    assert {(row.model, row.moves) for row in since.came} == {("orders.order", 1), ("identity.profile", 1)}
    with pytest.raises(services.ChangedSince):
        services.undo(made, by=operator)
    services.undo(made, by=operator, despite=True)
    one.refresh_from_db()
    assert (one.city, one.company, one.gender) == ("苏州", "", "")
    assert {row.pk for row in Order.objects.filter(customer=one)} == {later.pk}
    assert {row.pk for row in Order.objects.filter(customer=other)} == {theirs.pk}
    assert Rollup.objects.get(customer=one).total == 5


def test_what_was_deleted_since_is_passed_over(operator: User) -> None:
    one, other = factories.customer(), factories.customer()
    factories.entry(other)
    (made,) = services.merge(one, [other], by=operator)
    one.entries.filter(kind="visit").delete()
    services.undo(made, by=operator)
    assert Customer.objects.present().filter(pk=other.pk).exists()


def test_a_row_that_went_home_is_not_looked_for_again(operator: User) -> None:
    """Joined elsewhere in between: undoing the upper merge must not take it along."""
    a, b, c = factories.customer(), factories.customer(), factories.customer()
    order = factories.order(c)
    (lower,) = services.merge(b, [c], by=operator)
    (upper,) = services.merge(a, [b], by=operator)
    services.undo(lower, by=operator, despite=True)
    services.merge(a, [c], by=operator, insist=True)
    services.undo(upper, by=operator, despite=True)
    order.refresh_from_db()
    assert order.customer == a


def test_an_earlier_merge_is_undone_before_a_later_one(operator: User) -> None:
    """What the first brought must not come back with the second."""
    a, b, c = (
        factories.customer(phone=f"+861390000000{number}", tags=[str(number)], email=f"{number}@example.com")
        for number in range(3)
    )
    for customer, say in ((b, consent.grant), (c, consent.withdraw)):
        say(customer, "marketing", "wechat", source="test")
        FieldValues.objects.create(customer=customer, values={"size": str(customer.pk)})
    index([a.pk, b.pk, c.pk])
    before = digests()
    (first,) = services.merge(a, [b], by=operator)
    (second,) = services.merge(a, [c], by=operator, winners={"custom.size": c.pk})
    services.undo(first, by=operator, despite=True)
    services.undo(second, by=operator, despite=True)
    assert changed(before, digests()) == set()


def test_what_cannot_go_home_yet_goes_later(operator: User) -> None:
    """Two relations that became the like of each other, and a follower of both who were joined."""
    a, b, x, y = (factories.customer() for _number in range(4))
    to_x, to_y = factories.relation(b, x), factories.relation(b, y)
    factories.relation(a, y)
    (first,) = services.merge(a, [b], by=operator)
    (second,) = services.merge(x, [y], by=operator)
    services.undo(first, by=operator, despite=True)
    services.undo(second, by=operator, despite=True)
    for kept, other in ((to_x, x), (to_y, y)):
        kept.refresh_from_db()
        assert (kept.one, kept.other) == (b, other)


def test_what_is_away_by_both_ends_goes_home_at_once(operator: User) -> None:
    a, b, x, y = (factories.customer() for _number in range(4))
    row = factories.relation(b, y)
    (first,) = services.merge(a, [b], by=operator)
    (second,) = services.merge(x, [y], by=operator)
    # Each end alone would meet the like of it on its way home.
    factories.relation(b, x)
    factories.relation(a, y)
    services.undo(first, by=operator, despite=True)
    services.undo(second, by=operator, despite=True)
    row.refresh_from_db()
    assert (row.one, row.other) == (b, y)


def test_what_stayed_behind_follows_when_there_is_room(operator: User) -> None:
    a, b, c = (factories.customer() for _number in range(3))
    for customer in (b, c):
        Share.objects.create(customer=customer, user=operator)
    (first,) = services.merge(a, [b], by=operator)
    (second,) = services.merge(a, [c], by=operator)
    services.undo(first, by=operator, despite=True)
    assert set(Share.objects.values_list("customer", flat=True)) == {a.pk, b.pk}
    services.undo(second, by=operator, despite=True)
    assert set(Share.objects.values_list("customer", flat=True)) == {b.pk, c.pk}


def test_a_late_row_comes_down_a_chain_step_by_step(operator: User) -> None:
    a, b, c = (factories.customer() for _number in range(3))
    (lower,) = services.merge(b, [c], by=operator)
    (upper,) = services.merge(a, [b], by=operator)
    late = factories.order(c)
    gathering.sweep()
    for undone, holder in ((None, a), (upper, b), (lower, c)):
        if undone:
            services.undo(undone, by=operator, despite=True)
        late.refresh_from_db()
        assert late.customer == holder


def test_it_is_undone_once_and_not_joined_by_itself_again(operator: User) -> None:
    one, other = factories.customer(), factories.customer()
    (made,) = services.merge(one, [other], by=operator)
    services.undo(made, by=operator)
    with pytest.raises(Refused):
        services.undo(made, by=operator)
    assert Apart.objects.count() == 1
    with pytest.raises(Refused):
        services.merge(one, [other], by=None)
    services.merge(other, [one], by=operator, insist=True)
