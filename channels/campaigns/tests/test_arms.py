"""Who of an audience gets which variant, who is held back, and how a test ends."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from channels.campaigns import arms, deciding, finishing, measuring, proof, services
from channels.campaigns.finishing import Step
from channels.campaigns.models import Campaign, Delivery, Tally, Variant
from channels.campaigns.sending import deliver
from channels.campaigns.tests.conftest import Sink, body_of, launch, people
from channels.consent import suppression
from crm.lib.errors import Refused
from customers.factories import order
from segments.factories import segment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def send(campaign: Campaign) -> None:
    deliver(campaign.pk, connections=1)


def with_variant(campaign: Campaign, **fields: object) -> Campaign:
    Variant.objects.create(campaign=campaign, number=2, subject="Better news", body="Look: https://b.test")
    Campaign.objects.filter(pk=campaign.pk).update(**{"body": "See https://a.test", **fields})
    campaign.refresh_from_db()
    return campaign


def drawn(campaign: Campaign) -> Counter[int | None]:
    return Counter(Delivery.objects.filter(campaign=campaign).values_list("arm", flat=True))


def test_a_share_is_held_back_by_lot_and_gets_nothing(sink: Sink, campaign: Campaign) -> None:
    people(200)
    Campaign.objects.filter(pk=campaign.pk).update(holdout=30)
    send(launch(campaign))
    held_back = Delivery.objects.filter(campaign=campaign, arm=arms.HOLDOUT)
    assert 35 <= held_back.count() <= 85
    assert set(held_back.values_list("state", "reason")) == {("skipped", "held_back")}
    assert len(sink.mails) == 200 - held_back.count()
    assert campaign.tallies.get(what=Tally.What.SKIPPED, reason="held_back").count == held_back.count()


def test_lots_depend_on_the_campaign_and_the_customer_alone(campaign: Campaign) -> None:
    people(60)
    campaign = launch(with_variant(campaign, holdout=20))
    before = dict(Delivery.objects.filter(campaign=campaign).values_list("customer", "arm"))
    Delivery.objects.filter(campaign=campaign).delete()
    Campaign.objects.filter(pk=campaign.pk).update(status=Campaign.Status.MATERIALISING, cursor=0)
    from channels.campaigns import planning

    planning.materialise(campaign.pk)
    assert dict(Delivery.objects.filter(campaign=campaign).values_list("customer", "arm")) == before


def test_each_variant_goes_to_its_people_with_its_own_links(sink: Sink, campaign: Campaign) -> None:
    people(40)
    campaign = launch(with_variant(campaign))
    send(campaign)
    got = Counter(sink.mail(to)["Subject"] for to in sink.counts)
    parts = drawn(campaign)
    assert got == {"News": parts[1], "Better news": parts[2]}
    assert min(parts[1], parts[2]) >= 8
    assert [link.url for link in campaign.links.all()] == ["https://a.test", "https://b.test"]
    second = Delivery.objects.filter(campaign=campaign, arm=2).select_related("customer").first()
    assert second
    from channels.campaigns import tokens

    text = body_of(sink.mail(second.customer.email), "plain")
    assert tokens.make("click", second.key, 2) in text


def test_who_shares_an_address_with_one_held_back_is_neither_written_to_nor_counted(
    sink: Sink, campaign: Campaign
) -> None:
    couples = [person for number in range(30) for person in people(2, prefix=f"home{number}-")]
    for first, second in zip(couples[::2], couples[1::2], strict=True):
        second.email = first.email
        second.save()
    Campaign.objects.filter(pk=campaign.pk).update(holdout=50)
    send(launch(campaign))
    parts = drawn(campaign)
    assert parts[None] == 30
    assert set(sink.counts.values()) == {1}
    assert len(sink.counts) + parts[arms.HOLDOUT] == 30


def test_the_others_wait_for_the_variant_that_wins(sink: Sink, campaign: Campaign) -> None:
    people(60)
    fields = {"test_share": 40, "decide_by": "clicks", "test_hours": 24}
    campaign = launch(with_variant(campaign, **fields))
    send(campaign)
    parts = drawn(campaign)
    assert len(sink.mails) == parts[1] + parts[2]
    assert parts[arms.WAITING]
    assert not finishing.finish(campaign.pk)
    assert finishing.next_step(campaign.pk) is None
    Delivery.objects.filter(campaign=campaign, arm=2).update(clicked_at=timezone.now())
    Campaign.objects.filter(pk=campaign.pk).update(planned_at=timezone.now() - timedelta(hours=25))
    assert finishing.next_step(campaign.pk) is Step.DECIDE
    deciding.decide(campaign.pk)
    deciding.decide(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.winner == 2
    send(campaign)
    assert drawn(campaign) == {1: parts[1], 2: parts[2], arms.AFTERWARDS + 2: parts[arms.WAITING]}
    assert set(sink.counts.values()) == {1}
    assert len(sink.mails) == 60
    assert finishing.finish(campaign.pk)


def test_a_test_without_any_answer_keeps_the_first_wording(campaign: Campaign) -> None:
    people(20)
    campaign = launch(with_variant(campaign, test_share=50, decide_by="orders"))
    Campaign.objects.filter(pk=campaign.pk).update(planned_at=timezone.now() - timedelta(days=2))
    deciding.decide(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.winner == 1


def test_a_paused_campaign_decides_nothing_and_a_cancelled_one_lets_nobody_go(campaign: Campaign) -> None:
    people(20)
    campaign = launch(with_variant(campaign, test_share=50, decide_by="opens"))
    Campaign.objects.filter(pk=campaign.pk).update(planned_at=timezone.now() - timedelta(days=2))
    services.pause(campaign, by=campaign.created_by)
    deciding.decide(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.winner is None
    services.cancel(campaign, by=campaign.created_by)
    finishing.close(campaign.pk)
    waited = Delivery.objects.filter(campaign=campaign, arm=arms.WAITING)
    assert set(waited.values_list("state", "reason")) == {("skipped", "cancelled")}


def test_people_may_end_a_test_before_its_time_but_once(campaign: Campaign) -> None:
    people(20)
    campaign = launch(with_variant(campaign, test_share=50, decide_by="opens"))
    services.choose_winner(campaign, 2, by=campaign.created_by)
    deciding.decide(campaign.pk)
    assert not Delivery.objects.filter(campaign=campaign, arm=arms.WAITING).exists()
    with pytest.raises(Refused):
        services.choose_winner(campaign, 1, by=campaign.created_by)


def test_whoever_waits_must_know_by_what_is_decided(campaign: Campaign) -> None:
    with pytest.raises(IntegrityError):
        Campaign.objects.filter(pk=campaign.pk).update(test_share=50, decide_by="")


def test_who_is_in_an_excluded_segment_gets_nothing_and_it_stays(sink: Sink, campaign: Campaign) -> None:
    inside, outside = people(1, prefix="in", city="Harbin") + people(1, prefix="out", city="Dalian")
    rule = {"match": "all", "rules": [{"fact": "profile.city", "op": "any_of", "value": ["Harbin"]}]}
    passed_over = segment(rule=rule)
    campaign.excluded.add(passed_over)
    send(launch(campaign))
    assert sink.counts == {outside.email: 1}
    assert Delivery.objects.get(customer=inside).reason == "excluded"
    from segments import services as segments

    with pytest.raises(Refused):
        segments.delete(passed_over, by=campaign.created_by)


def test_orders_of_both_sides_are_counted_from_the_same_moment(sink: Sink, campaign: Campaign) -> None:
    made = people(40)
    Campaign.objects.filter(pk=campaign.pk).update(holdout=50, conversion_days=3)
    campaign = launch(campaign)
    send(campaign)
    parts = dict(Delivery.objects.filter(campaign=campaign).values_list("customer", "arm"))
    treated = [one for one in made if parts[one.pk]]
    held_back = [one for one in made if not parts[one.pk]]
    start = timezone.now() - timedelta(days=4)
    Campaign.objects.filter(pk=campaign.pk).update(planned_at=start)
    inside = start + timedelta(days=1)
    order(treated[0], amount=100, placed_at=inside)
    order(treated[0], amount=50, refunded=20, placed_at=inside)
    order(treated[1], amount=70, placed_at=inside, status="cancelled")
    order(treated[1], amount=70, placed_at=start - timedelta(hours=1))
    order(treated[2], amount=70, placed_at=start + timedelta(days=3, hours=1))
    order(held_back[0], amount=30, placed_at=inside)
    suppression.suppress("email", treated[3].email, "bounce")
    measuring.measure(campaign.pk)
    measuring.measure(campaign.pk)
    found = proof.proof_of(list(campaign.outcomes.all()))
    assert found
    assert (found.treated.members, found.treated.buyers, found.treated.revenue) == (len(treated), 1, 130)
    assert (found.held_back.members, found.held_back.buyers, found.held_back.revenue) == (
        len(held_back),
        1,
        30,
    )
    assert found.treated.squares == 130**2
    assert found.money is None


def test_figures_are_counted_while_they_move_and_then_rest(campaign: Campaign) -> None:
    people(3)
    campaign = launch(campaign)
    now = timezone.now()
    assert measuring.is_due(campaign, now)
    measuring.sweep()
    campaign.refresh_from_db()
    assert not measuring.is_due(campaign, now)
    assert measuring.is_due(campaign, now + measuring.EVERY * 2)
    campaign.measured_at = now + timedelta(days=20)
    assert not measuring.is_due(campaign, now + timedelta(days=40))
