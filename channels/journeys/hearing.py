"""What became of a journey's messages, and the rule that holds those of an ended journey back."""

from django.utils.translation import gettext_lazy as _

from channels.direct import hooks
from channels.direct.models import DirectMessage
from channels.journeys import books
from channels.journeys.books import Counts
from channels.journeys.models import Journey, Step

ENDED = "journey_ended"


def register() -> None:
    hooks.on_settled(settled)
    hooks.forbid(ended, {ENDED: _("The journey was ended")})


def settled(message: DirectMessage) -> None:
    """Called again when better is known of a message: what was counted before is taken back."""
    if not message.is_automatic:
        return
    step = (
        Step.objects.select_for_update(of=("self",)).select_related("run").filter(message=message.pk).first()
    )
    if step is None or step.result == message.state:
        return
    counts = Counts({(step.run.version_id, step.node, message.state): 1})
    if step.result:
        counts[step.run.version_id, step.node, step.result] -= 1
    Step.objects.filter(pk=step.pk).update(result=message.state, reason=message.reason[:200])
    books.count(counts)


def ended(message: DirectMessage) -> str:
    if not message.is_automatic or message.pk is None:
        return ""
    journeys = Step.objects.filter(message=message.pk, run__journey__status=Journey.Status.ENDED)
    return ENDED if journeys.exists() else ""
