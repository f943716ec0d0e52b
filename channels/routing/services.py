"""What people ask of the rules: begin a draft, put it to use, bring an earlier version back, try one out."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.routing import tasks
from channels.routing.models import Rule, RuleSet, Simulation
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused

State = RuleSet.State
COPIED = (
    "position",
    "name",
    "enabled",
    "conditions",
    "team_id",
    "priority",
    "tags",
    "prefers",
    "spread",
    "even_offline",
)
LONGEST_DAYS = 31
MOST_RULES = 100


def active() -> RuleSet:
    return RuleSet.objects.get(state=State.ACTIVE)


def draft() -> RuleSet | None:
    return RuleSet.objects.filter(state=State.DRAFT).first()


@transaction.atomic
def begin_draft(source: RuleSet, *, by: User) -> RuleSet:
    """A version that may be changed without anybody noticing, with the rules of `source`."""
    number = (RuleSet.objects.aggregate(most=Max("number"))["most"] or 0) + 1
    try:
        with transaction.atomic():
            made = RuleSet.objects.create(number=number, made_by=by)
    except IntegrityError:
        raise Refused(_("There is a draft already. Finish it or discard it first.")) from None
    rules = source.rules.order_by("position", "pk")
    Rule.objects.bulk_create(
        Rule(ruleset=made, **{name: getattr(rule, name) for name in COPIED}) for rule in rules
    )
    audit.record("routing.drafted", made, by=by, source=source.number)
    return made


@transaction.atomic
def discard(ruleset: RuleSet, *, by: User) -> None:
    if not RuleSet.objects.select_for_update().filter(pk=ruleset.pk, state=State.DRAFT).exists():
        raise Refused(_("Only a draft can be discarded."))
    audit.record("routing.discarded", ruleset, by=by, number=ruleset.number)
    ruleset.delete()


@transaction.atomic
def activate(ruleset: RuleSet, *, by: User, note: str = "") -> None:
    """From now on what arrives goes by these rules."""
    rows = RuleSet.objects.select_for_update().in_bulk(
        list(RuleSet.objects.filter(state__in=[State.DRAFT, State.ACTIVE]).values_list("pk", flat=True))
    )
    if ruleset.pk not in rows or rows[ruleset.pk].state != State.DRAFT:
        raise Refused(_("This is no draft any more."))
    RuleSet.objects.filter(state=State.ACTIVE).update(state=State.OLD)
    RuleSet.objects.filter(pk=ruleset.pk).update(
        state=State.ACTIVE, activated_by=by, activated_at=timezone.now(), note=note[:200]
    )
    audit.record("routing.activated", ruleset, by=by, number=ruleset.number, rules=ruleset.rules.count())


@transaction.atomic
def restore(ruleset: RuleSet, *, by: User) -> RuleSet:
    """An earlier version as the new draft: it is looked at before it counts again."""
    if ruleset.state == State.DRAFT:
        raise Refused(_("This is the draft."))
    return begin_draft(ruleset, by=by)


@transaction.atomic
def save_rule(rule: Rule, ruleset: RuleSet, *, by: User) -> Rule:
    """Only in a draft. A new one comes last."""
    _hold(ruleset)
    created = rule.pk is None
    if created:
        places = ruleset.rules.aggregate(most=Max("position"))["most"] or 0
        if ruleset.rules.count() >= MOST_RULES:
            raise Refused(_("A version has at most %(number)d rules.") % {"number": MOST_RULES})
        rule.ruleset, rule.position = ruleset, places + 1
    rule.save()
    audit.record("routing.rule_added" if created else "routing.rule_changed", ruleset, by=by, rule=rule.pk)
    return rule


@transaction.atomic
def delete_rule(rule: Rule, *, by: User) -> None:
    _hold(rule.ruleset)
    audit.record("routing.rule_deleted", rule.ruleset, by=by, rule=rule.pk)
    rule.delete()


@transaction.atomic
def move_rule(rule: Rule, place: int, *, by: User) -> None:
    """To the place counted from 1; the others close up."""
    _hold(rule.ruleset)
    others = list(rule.ruleset.rules.exclude(pk=rule.pk).order_by("position", "pk"))
    others.insert(max(0, min(place - 1, len(others))), rule)
    _number(others)
    audit.record("routing.rule_moved", rule.ruleset, by=by, rule=rule.pk, place=place)


@transaction.atomic
def simulate(ruleset: RuleSet, *, by: User, days: int = 7) -> Simulation:
    """What `ruleset` would have done with the conversations of the last days, beside the rules in use."""
    if Simulation.objects.filter(asked_by=by, finished_at=None).exists():
        raise Refused(_("Your last simulation is not finished yet."))
    now = timezone.now()
    made = Simulation.objects.create(
        ruleset=ruleset,
        against=active(),
        since=now - timedelta(days=max(1, min(days, LONGEST_DAYS))),
        until=now,
        asked_by=by,
    )
    transaction.on_commit(partial(tasks.simulate.delay, made.pk))
    return made


def _number(rules: Sequence[Rule]) -> None:
    for place, rule in enumerate(rules, 1):
        rule.position = place
    Rule.objects.bulk_update(rules, ["position"])


def _hold(ruleset: RuleSet) -> None:
    if not RuleSet.objects.select_for_update().filter(pk=ruleset.pk, state=State.DRAFT).exists():
        raise Refused(_("Only a draft can be changed."))
