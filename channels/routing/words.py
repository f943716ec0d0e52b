"""A rule in plain sentences: when it holds, and what it does."""

from django.utils.translation import gettext as _

from channels.inbox.models import Conversation
from channels.routing.models import Rule
from channels.standards.words import Names, describe

Spread, Prefers = Rule.Spread, Rule.Prefers


def when(rule: Rule, names: Names) -> list[str]:
    return describe(rule.conditions, names) or [_("Always")]


def then(rule: Rule, names: Names) -> list[str]:
    said = [_where(rule, names)]
    if rule.priority:
        said.append(_("Priority: %(priority)s") % {"priority": Conversation.Priority(rule.priority).label})
    if rule.tags:
        said.append(_("Tags: %(tags)s") % {"tags": ", ".join(rule.tags)})
    return said


def who(rule: Rule) -> list[str]:
    """In the order in which people are asked."""
    said = [str(Prefers(one).label) for one in rule.prefers if one in Prefers.values]
    said.append(str(Spread(rule.spread).label))
    if rule.even_offline:
        said.append(_("Also colleagues who are not here now"))
    return said


def _where(rule: Rule, names: Names) -> str:
    if rule.team_id is None:
        return _("To the department of the channel")
    return _("To %(department)s") % {"department": names.teams.get(rule.team_id, "")}
