"""Which rules are in force. Each save is a version; before the first one the built-in rules hold."""

from datetime import datetime

from segments.scoring.models import Policy, ScoringRun
from segments.scoring.ruling import Rules


def current() -> tuple[Policy | None, Rules]:
    newest = Policy.objects.order_by("-number").first()
    return newest, Rules.from_json(newest.rules) if newest else Rules()


def in_force_since() -> datetime | None:
    return Policy.objects.order_by("-number").values_list("made_at", flat=True).first()


def of(run: ScoringRun | None) -> Rules:
    """The rules that a run followed, whatever is in force now."""
    return Rules.from_json(run.params) if run else Rules()


def were_in_force(rules: Rules) -> bool:
    """Whether the scores that readers see now were made by these rules; True while there are none."""
    last = ScoringRun.objects.done().order_by("-as_of").first()
    return last is None or of(last) == rules
