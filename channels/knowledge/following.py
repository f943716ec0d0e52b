"""Following a playbook in a conversation: which to offer and why, what was done by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.inbox.models import Conversation, Message
from channels.knowledge.models import Playbook, Run, Step, Tick
from crm.accounts.models import User
from crm.lib.errors import Refused
from customers import search

LATEST = 5


@dataclass(frozen=True)
class Offer:
    playbook: Playbook
    # What of the conversation made us think of it: tags, and words the customer wrote.
    because: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    step: Step
    tick: Tick | None


def asked(conversation: Conversation, number: int = LATEST) -> str:
    """What the customer said last, the newest first."""
    said = Message.objects.filter(
        conversation=conversation, direction=Message.Direction.IN, is_automatic=False
    )
    return "\n".join(said.order_by("-pk").values_list("text", flat=True)[:number])


def offers(conversation: Conversation, user: User) -> list[Offer]:
    """Those that fit come first; the others can be begun as well."""
    begun = Run.objects.filter(conversation=conversation).values("playbook")
    playbooks = Playbook.objects.visible_to(user).active().exclude(pk__in=begun)
    text = search.spelling(f"{conversation.subject}\n{asked(conversation)}")
    tags = set(conversation.tags)
    found = [
        Offer(
            one,
            (
                *(tag for tag in one.tags if tag in tags),
                *(word for word in one.words if search.spelling(word) in text),
            ),
        )
        for one in playbooks
    ]
    return sorted(found, key=lambda offer: (-len(offer.because), offer.playbook.name))


def begin(conversation: Conversation, playbook: Playbook, *, by: User) -> Run:
    run, _is_new = Run.objects.get_or_create(
        conversation=conversation, playbook=playbook, defaults={"started_by": by}
    )
    return run


@transaction.atomic
def tick(run: Run, step: Step, *, by: User, value: str = "") -> None:
    """Done once: whoever comes second changes nothing."""
    if step.asks_for and not value.strip():
        raise Refused(_("Fill in: %(what)s") % {"what": step.asks_for})
    Tick.objects.get_or_create(run=run, step=step, defaults={"by": by, "value": value.strip()[:200]})
    _settle(run)


@transaction.atomic
def untick(run: Run, step: Step) -> None:
    Tick.objects.filter(run=run, step=step).delete()
    _settle(run)


def progress(run: Run) -> list[Line]:
    """The steps as they are now, and those that were ticked before they were dropped. `ticks` and the steps
    are loaded along."""
    ticks = {one.step_id: one for one in run.ticks.all()}
    steps: Sequence[Step] = sorted(run.playbook.steps.all(), key=attrgetter("position", "pk"))
    return [Line(one, ticks.get(one.pk)) for one in steps if not one.is_dropped or one.pk in ticks]


def _settle(run: Run) -> None:
    Run.objects.select_for_update().get(pk=run.pk)
    left = run.playbook.steps.filter(is_dropped=False).exclude(ticks__run=run).exists()
    Run.objects.filter(pk=run.pk).update(finished_at=None if left else timezone.now())
