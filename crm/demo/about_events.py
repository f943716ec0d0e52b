"""What is written of things that happened: orders, what was in them, and every touch."""

from functools import cache

from crm.demo import texts
from crm.demo.buying import CHANNELS, SOURCES, STATUSES
from crm.demo.dice import Ints
from crm.demo.people import NONE
from crm.demo.texts import Lines
from crm.demo.touching import Step, steps
from crm.demo.words import places
from crm.demo.words.catalogue import ARTICLES
from crm.demo.world import World
from customers.imports.ordering import TELLER
from customers.models import Customer
from customers.orders.models import Order, OrderLine
from customers.timeline.models import Entry


def orders(world: World, rows: Ints) -> Lines:
    made, base = world.orders, world.first[Order]
    channels = made.channel[rows].tolist()
    return texts.lines(
        texts.numbers(rows, base),
        texts.numbers(made.customer[rows], world.first[Customer]),
        [SOURCES[channel] for channel in channels],
        [texts.order_number(base + row) for row in rows.tolist()],
        [CHANNELS[channel] for channel in channels],
        [STATUSES[status] for status in made.status[rows].tolist()],
        texts.moments(made.placed[rows]),
        texts.money(made.amount[rows]),
        texts.money(made.refunded[rows]),
        ["CNY"] * len(rows),
        map(str, made.items[rows].tolist()),
    )


def order_lines(world: World, rows: Ints) -> Lines:
    made = world.lines
    return texts.lines(
        texts.numbers(rows, world.first[OrderLine]),
        texts.numbers(made.order[rows], world.first[Order]),
        [str(world.articles[article]) for article in made.article[rows].tolist()],
        map(str, made.quantity[rows].tolist()),
        texts.money(made.amount[rows]),
    )


def entries(world: World, rows: Ints) -> Lines:
    """Each touch in its own words; where the words are an order's, the step says nothing."""
    made = world.touches
    order, detail = made.order[rows].tolist(), made.detail[rows].tolist()
    places_of_steps = made.step[rows].tolist()
    number = texts.numbers(rows, world.first[Entry])
    told = [
        _talk(step, about, name) if one == NONE else _purchase(world, one)
        for one, step, about, name in zip(order, places_of_steps, detail, number, strict=True)
    ]
    kind, channel, direction, summary, body, feed, source, data = zip(*told, strict=True)
    return texts.lines(
        number,
        texts.numbers(made.customer[rows], world.first[Customer]),
        kind,
        channel,
        direction,
        texts.moments(made.at[rows]),
        summary,
        body,
        texts.references(made.actor[rows]),
        feed,
        source,
        data,
    )


def _talk(step: int, about: int, number: str) -> tuple[str, ...]:
    one, words = steps()[step], wordings(step)
    data = f'{{"seconds": {60 + about % 540}}}' if one.kind == "call" else "{}"
    summary = words[about % len(words)]
    body = one.body.replace("{p}", ARTICLES[about % len(ARTICLES)].name)
    return one.kind, one.channel, one.direction, summary, body, "demo", number, data


def _purchase(world: World, order: int) -> tuple[str, ...]:
    number, cents = world.first[Order] + order, int(world.orders.amount[order])
    paid = f"{cents // 100:,}" if cents % 100 == 0 else f"{cents / 100:,.2f}"
    summary = f"{texts.order_number(number)} · ¥{paid}"
    return "order.placed", CHANNELS[world.orders.channel[order]], "in", summary, "", TELLER, str(number), "{}"


@cache
def wordings(step: int) -> list[str]:
    """A step's words with every article or city that may stand in them."""
    one: Step = steps()[step]
    if "{p}" in one.summary:
        return [one.summary.format(p=article.name) for article in ARTICLES]
    if "{c}" in one.summary:
        homes = places.CHINA[:8] if one.chinese else places.OVERSEAS[:8]
        return [one.summary.format(c=city.name) for city in homes]
    return [one.summary]
