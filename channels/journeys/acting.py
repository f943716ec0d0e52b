"""What a node does to people: lays out a message, gives a task, sets a tag. All of it in the engine's
transaction, and a message under a key made of the run and its step, so that it cannot be there twice.

Whether a message may go is asked when it is sent, by the sender of single messages: consent, blocked
addresses, the contact cap and quiet hours are its business, at that moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext

from channels.campaigns import coupons, placeholders
from channels.campaigns.audience import people_of
from channels.campaigns.placeholders import Person
from channels.campaigns.wording import language_of
from channels.connectors.base import CannotRender
from channels.consent import preferences
from channels.direct.models import DirectMessage
from channels.journeys import effects, wording
from channels.journeys.done import MISSING, NO_CHANNEL, NOT_POSSIBLE, Act, Done, key_of
from channels.journeys.models import Journey, Run
from channels.journeys.plan import Kind, Node, Plan
from channels.journeys.said import Said, Words
from channels.models import Channel
from crm.accounts.models import User
from crm.lib.errors import Refused
from customers import services as customers
from customers.models import Customer
from customers.resources import MOST_TAGS
from customers.tasks import services as tasks


def act(drawn: Plan, journey: Journey, runs: Sequence[Run], at: datetime) -> dict[int, Done]:
    """Does what the nodes say. Answers by the number of the run."""
    done: dict[int, Done] = {}
    acting = [run for run in runs if drawn.nodes[run.node].kind in ACTS]
    if not acting:
        return done
    rows = Customer.objects.filter(pk__in={run.customer_id for run in acting}).select_related(
        "rollup", "owner"
    )
    known = {one.pk: one for one in rows}
    for number in sorted({run.node for run in acting}):
        node = drawn.nodes[number]
        here = sorted((run for run in acting if run.node == number), key=lambda run: run.customer_id)
        done |= ACTS[node.kind](node, journey, here, known, at)
    return done


def _write(
    node: Node, journey: Journey, runs: Sequence[Run], known: Mapping[int, Customer], at: datetime
) -> dict[int, Done]:
    channel = Channel.objects.enabled().filter(pk=node.settings["channel"]).first()
    if channel is None:
        return {run.pk: Done(NO_CHANNEL) for run in runs}
    words = _words(node, channel)
    if words is None:
        return {run.pk: Done(NOT_POSSIBLE) for run in runs}
    done: dict[int, Done] = {}
    reached = [known[run.customer_id] for run in runs]
    given, people = _coupons(node, words, runs), people_of(reached, words.segments)
    ways_out = preferences.links_to(reached) if channel.kind == "email" else {}
    for run in runs:
        person = replace(people[run.customer_id], coupon=given.get(run.customer_id, ""))
        way_out = ways_out.get(run.customer_id, "")
        try:
            said = words.to(person, way_out)
        except CannotRender as problem:
            done[run.pk] = _unsaid(problem)
            continue
        done[run.pk] = Done(message=_message(node, channel, run, at, said, _foot(person, way_out)))
    DirectMessage.objects.bulk_create([one.message for one in done.values() if one.message], batch_size=500)
    return done


def _words(node: Node, channel: Channel) -> Words | None:
    """None if its template is gone, or the provider's has changed since the step was drawn."""
    try:
        return wording.of(node.settings, channel)
    except (CannotRender, placeholders.NotUnderstood):
        return None


def _unsaid(problem: CannotRender) -> Done:
    """A field is empty that has no words for that, or all of a template is for others."""
    what, _colon, field = problem.code.partition(": ")
    return Done(MISSING, field) if what == MISSING else Done(NOT_POSSIBLE)


def _coupons(node: Node, words: Words, runs: Sequence[Run]) -> dict[int, str]:
    """Codes for a message that asks for them; who gets none stays without the message."""
    if placeholders.COUPON not in words.fields:
        return {}
    found = coupons.of(node.settings.get("offer"), [run.customer_id for run in runs])
    return {pk: one.code for pk, one in found.items()}


def _message(node: Node, channel: Channel, run: Run, at: datetime, said: Said, foot: str) -> DirectMessage:
    return DirectMessage(
        customer_id=run.customer_id,
        channel=channel,
        purpose=node.settings["purpose"],
        subject=said.subject[:300],
        body=said.body + foot,
        markup=said.markup,
        template=said.template,
        fields=dict(said.fields),
        instead=said.instead,
        is_automatic=True,
        created_at=at,
        due_at=at,
        key=key_of(run),
    )


def _foot(person: Person, way_out: str) -> str:
    """How to stop such mails. A text message has no room for it."""
    if not way_out:
        return ""
    with translation.override(language_of(person)):
        words = gettext("Change what I get, or stop these messages:")
    return f"\n\n--\n{settings.COMPANY_NAME}\n{words} {way_out}"


def _give_task(
    node: Node, journey: Journey, runs: Sequence[Run], known: Mapping[int, Customer], at: datetime
) -> dict[int, Done]:
    by = journey.switched_on_by
    chosen = User.objects.filter(pk=node.settings.get("assignee") or 0, is_active=True).first()
    day = timezone.localdate(at) + timedelta(days=node.settings["days"])
    done: dict[int, Done] = {}
    for run in runs:
        customer = known[run.customer_id]
        assignee = chosen or customer.owner
        if assignee is None or by is None:
            done[run.pk] = Done(NOT_POSSIBLE)
            continue
        fields = {"title": node.settings["title"], "note": node.settings["note"], "customer": customer}
        try:
            tasks.create({**fields, "assignee": assignee, "due_on": day}, by=by)
        except Refused as refusal:
            done[run.pk] = Done(NOT_POSSIBLE, str(refusal)[:200])
    return done


def _set_tag(
    node: Node, journey: Journey, runs: Sequence[Run], known: Mapping[int, Customer], at: datetime
) -> dict[int, Done]:
    tag, done = node.settings["tag"], dict[int, Done]()
    for run in runs:
        customer = known[run.customer_id]
        others = [one for one in customer.tags if one != tag]
        tags = others if node.settings["takes_away"] else [*others, tag]
        if set(tags) == set(customer.tags):
            continue
        if len(tags) > max(MOST_TAGS, len(customer.tags)):
            done[run.pk] = Done(NOT_POSSIBLE)
            continue
        customers.update(customer, {"tags": tags}, version=customer.version, by=journey.switched_on_by)
    return done


ACTS: Mapping[str, Act] = {
    Kind.MESSAGE: _write,
    Kind.TASK: _give_task,
    Kind.TAG: _set_tag,
    **effects.ACTS,
}
