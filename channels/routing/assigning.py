"""What arrives finds its department and its person, in the transaction that takes it in."""

from functools import cached_property

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from channels.inbox import services as inbox
from channels.inbox.hooks import Change, What
from channels.inbox.models import Conversation, Message
from channels.routing import deciding, out_of_hours
from channels.routing.deciding import Known, Outcome
from channels.routing.models import Capacity, Decision, Rule, RuleSet
from channels.routing.people import Now, last_answered
from channels.standards import conditions
from crm.accounts.models import Team, User


class Rules:
    """The rules in use, read once."""

    def __init__(self) -> None:
        rows = Rule.objects.filter(ruleset__state=RuleSet.State.ACTIVE, enabled=True)
        self.rules = list(rows.order_by("position", "pk"))

    @cached_property
    def asked(self) -> list[conditions.Conditions]:
        return [rule.conditions for rule in self.rules]

    def of(self, conversation: Conversation, text: str | None) -> tuple[Rule | None, conditions.Facts]:
        texts = None if text is None else {conversation.pk: text}
        facts = conditions.gather([conversation.pk], self.asked, texts=texts)[conversation.pk]
        return deciding.first_rule(self.rules, facts, conditions.calendars_of(self.asked)), facts


def on_change(change: Change) -> None:
    """Routes with the first words of each opening: rules ask what is said."""
    message, conversation = change.message, change.conversation
    if change.what is not What.RECEIVED or message is None or message.is_automatic:
        return
    if message.direction != Message.Direction.IN or conversation.status == Conversation.Status.CLOSED:
        return
    if not is_decided(conversation):
        route(conversation, f"{message.subject}\n{message.text}")
    out_of_hours.answer(conversation)


def is_decided(conversation: Conversation) -> bool:
    """One that a colleague began, or took before anybody asked, is theirs already."""
    if conversation.assignee_id and not conversation.reopened:
        return True
    made = Decision.objects.filter(conversation=conversation, moved=Decision.Moved.OPENED)
    return made.filter(opening=conversation.reopened).exists()


def route(conversation: Conversation, text: str | None = None) -> Outcome:
    """For a conversation that the caller holds."""
    rule, facts = Rules().of(conversation, text)
    aim = (rule.team_id if rule else None) or conversation.team_id
    known = Known(
        owner=facts.owner,
        last=last_answered([conversation.pk]).get(conversation.pk),
        before=conversation.assignee_id,
    )
    people = Now([aim] if aim else [], known.everybody())
    people.hold()
    outcome = deciding.decide(rule, conversation.team_id, known, people)
    apply(conversation, outcome, Decision.Moved.OPENED)
    return outcome


def apply(conversation: Conversation, outcome: Outcome, moved: str) -> None:
    if outcome.priority:
        inbox.set_priority(conversation, outcome.priority, why=str(outcome.rule or ""))
    if outcome.tags:
        inbox.tag(conversation, [*conversation.tags, *outcome.tags])
    give(conversation, outcome, moved)
    _refresh(conversation)


def give(conversation: Conversation, outcome: Outcome, moved: str) -> None:
    why = reason(outcome, moved)
    to = User.objects.filter(pk=outcome.assignee).first() if outcome.assignee else None
    team = Team.objects.filter(pk=outcome.team).first() if outcome.team else None
    inbox.assign(conversation, to, team=team, why=why)
    # Where nothing changed hands, why not is worth as much.
    Conversation.objects.filter(pk=conversation.pk).update(assigned_because=why)
    Decision.objects.create(
        conversation=conversation,
        opening=conversation.reopened,
        moved=moved,
        ruleset_id=outcome.rule.ruleset_id if outcome.rule else None,
        rule=outcome.rule if outcome.rule and outcome.rule.pk else None,
        team=team,
        assignee=to,
        why=outcome.why,
    )
    if to is not None:
        Capacity.objects.update_or_create(user=to, defaults={"last_given_at": timezone.now()})


def reason(outcome: Outcome, moved: str) -> str:
    """One sentence in the company's language; it is kept with the conversation."""
    with translation.override(settings.LANGUAGE_CODE):
        why = str(Decision.Why(outcome.why).label)
        if moved != Decision.Moved.OPENED:
            return _("%(moved)s: %(why)s") % {"moved": Decision.Moved(moved).label, "why": why}
        if outcome.rule is None:
            return why
        return _("Rule “%(rule)s”: %(why)s") % {"rule": outcome.rule.name, "why": why}


def _refresh(conversation: Conversation) -> None:
    """What was decided is also true for whoever holds this object."""
    fields = ("assignee", "team", "priority", "tags", "assigned_because")
    conversation.refresh_from_db(fields=fields)
