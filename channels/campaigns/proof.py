"""What a campaign brought, in figures for its pages: against those held back, and variant against variant."""

from collections.abc import Iterable
from dataclasses import dataclass

from channels.campaigns import arms, deciding
from channels.campaigns.lift import Estimate, Group, money_difference, share_difference, wilson
from channels.campaigns.models import Campaign, Outcome


@dataclass(frozen=True)
class Proof:
    """The campaign's people against those it held back. Estimates of orders and money are for everybody
    the campaign went to; `money` is None where too few are compared to say anything."""

    treated: Group
    held_back: Group
    share: Estimate
    buyers: Estimate
    money_each: Estimate | None
    money: Estimate | None


@dataclass(frozen=True)
class Row:
    """One variant: how it did among the people of the test, and how sure its difference from the first is."""

    number: int
    letter: str
    subject: str
    members: int
    sent: int
    opened: Estimate
    clicked: Estimate
    ordered: Estimate
    money_each: float
    # In what the winner is decided by, or in orders; None for the first itself.
    ahead: Estimate | None
    is_winner: bool


@dataclass(frozen=True)
class Whole:
    """A campaign's arms added up, and what it brought as far as it can be proven."""

    sent: int
    opened: Estimate
    clicked: Estimate
    buyers: int
    revenue: float
    proof: Proof | None


def whole_of(outcomes: list[Outcome]) -> Whole:
    reached = [one for one in outcomes if one.arm != arms.HOLDOUT]
    sent = sum(one.sent for one in reached)
    return Whole(
        sent,
        wilson(sum(one.opened for one in reached), sent),
        wilson(sum(one.clicked for one in reached), sent),
        sum(one.buyers for one in reached),
        float(sum(one.revenue for one in reached)),
        proof_of(outcomes),
    )


def proof_of(outcomes: Iterable[Outcome]) -> Proof | None:
    """None where nobody was held back."""
    rows = list(outcomes)
    held_back = group(one for one in rows if one.arm == arms.HOLDOUT)
    treated = group(one for one in rows if one.arm != arms.HOLDOUT)
    if not held_back.members or not treated.members:
        return None
    share = share_difference((treated.buyers, treated.members), (held_back.buyers, held_back.members))
    each = money_difference(treated, held_back)
    return Proof(
        treated,
        held_back,
        share,
        share.times(treated.members),
        each,
        each.times(treated.members) if each else None,
    )


def variants_of(campaign: Campaign, outcomes: Iterable[Outcome]) -> list[Row]:
    """How the variants did, the first one first; empty for a campaign with a single one."""
    subjects = {1: campaign.subject} | {one.number: one.subject for one in campaign.variants.all()}
    tested = {one.arm: one for one in outcomes if 0 < one.arm < arms.WAITING}
    if len(subjects) == 1:
        return []
    first = tested.get(1)
    return [
        _row(campaign, tested.get(number) or Outcome.nothing(number), subject, first)
        for number, subject in sorted(subjects.items())
    ]


def group(outcomes: Iterable[Outcome]) -> Group:
    rows = list(outcomes)
    return Group(
        sum(one.members for one in rows),
        sum(one.buyers for one in rows),
        float(sum(one.revenue for one in rows)),
        sum(one.squares for one in rows),
    )


def _row(campaign: Campaign, found: Outcome, subject: str, first: Outcome | None) -> Row:
    return Row(
        number=found.arm,
        letter=arms.letter(found.arm),
        subject=subject,
        members=found.members,
        sent=found.sent,
        opened=wilson(found.opened, found.sent),
        clicked=wilson(found.clicked, found.sent),
        ordered=wilson(found.buyers, found.members),
        money_each=float(found.revenue) / found.members if found.members else 0.0,
        ahead=_ahead(campaign, found, first),
        is_winner=campaign.winner == found.arm,
    )


def _ahead(campaign: Campaign, found: Outcome, first: Outcome | None) -> Estimate | None:
    if first is None or found.arm == first.arm or not found.sent or not first.sent:
        return None
    metric = campaign.decide_by
    return share_difference(deciding.hits(found, metric), deciding.hits(first, metric))
