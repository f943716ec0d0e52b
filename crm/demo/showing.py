"""What the company does with its customers, so that every page has something to show."""

import time
from collections.abc import Callable
from datetime import datetime

from crm.accounts.models import User
from crm.demo import (
    advertising,
    arranging,
    arriving,
    campaigning,
    caring,
    carrying,
    connecting,
    conversing,
    correcting,
    duplicating,
    eventing,
    goaling,
    inquiring,
    journeying,
    noting,
    offering,
    pivoting,
    promising,
    relating,
    remembering,
    segmenting,
    shopkeeping,
    tasking,
    teaching,
    templating,
    wiring,
)
from crm.demo.company import Staff

Say = Callable[[str], None]


def show(staff: Staff, *, seed: int, until: datetime, say: Say) -> None:
    marketing = User.objects.get(pk=staff.users["sutang"])
    operations = User.objects.get(pk=staff.users["tianye"])
    step = _teller(say)
    segmenting.add_up()
    step("Orders added up per customer")
    duplicating.find(until=until, by=operations)
    step("Possible duplicates found")
    relating.relate(until=until)
    step("Fields defined and customers related")
    segmenting.score(by=operations)
    segmenting.look_back()
    segments = segmenting.group(by=marketing)
    remembering.remember(segments.values(), seed=seed, until=until)
    step("Customers scored, segments filled")
    campaigning.run(segments, seed=seed, until=until, by=marketing)
    templating.run(segments, until=until, by=marketing, approver=operations)
    journeying.run(segments, until=until, by=marketing)
    advertising.run(seed=seed, until=until, by=marketing)
    advertising.audience(min(segments.values(), key=lambda one: one.pk), by=marketing, approver=operations)
    boss = User.objects.get(pk=staff.users["zhoumin"])
    advertising.posts(until=until, by=marketing, approver=boss)
    step("Campaigns sent, journeys begun")
    offering.run(until=until, marketing=marketing, clerk=operations)
    step("Offers made, coupons redeemed")
    eventing.run(until=until, marketing=marketing, clerk=operations)
    step("Guests invited and let in")
    _work(staff, seed=seed, until=until, step=step)


def _work(staff: Staff, *, seed: int, until: datetime, step: Say) -> None:
    """What colleagues did day by day."""
    operations = User.objects.get(pk=staff.users["tianye"])
    arriving.run(until=until, by=operations)
    step("A file imported")
    noting.note(staff, seed=seed, until=until)
    step("Notes, calls and meetings written down")
    tasking.plan(staff, seed=seed, until=until)
    step("Tasks planned")
    correcting.correct(staff, seed=seed, until=until)
    step("Customers corrected")
    inquiring.inquire(staff, until=until)
    step("Colleagues asked about customers")
    arranging.arrange(staff, until=until)
    pivoting.keep(staff)
    step("Lists, pivots and exports arranged")
    caring.run(seed=seed, until=until, by=operations)
    step("Data assessed and requests about it noted")
    connecting.connect(until=until, by=operations)
    step("Programs connected")
    wired = wiring.wire(staff, by=operations)
    carrying.run(wired, seed=seed, until=until, by=User.objects.get(pk=staff.users["sutang"]))
    conversations = conversing.converse(staff, wired, seed=seed, until=until)
    promising.promise(conversations, until=until)
    step("Conversations held")
    teaching.teach(staff, seed=seed, until=until)
    step("Answers written down")
    shopkeeping.keep(staff, seed=seed, until=until)
    step("Shops opened")
    goaling.want(staff, until=until)
    step("Goals set and a month looked back at")


def _teller(say: Say) -> Callable[[str], None]:
    began = time.monotonic()

    def step(text: str) -> None:
        nonlocal began
        say(f"{text}, {time.monotonic() - began:,.1f} s")
        began = time.monotonic()

    return step
