"""What customers allow, as facts for segments: the channels allowed and withdrawn, per purpose."""

from django.utils.translation import gettext_lazy as _

from channels.consent.models import Consent, Purpose, State
from customers.timeline.models import Entry
from segments.facts import ALWAYS_FILLED, Group, Kind, Text, register
from segments.rows import Having, Rows, fact

CHANNELS = (
    Entry.Channel.EMAIL,
    Entry.Channel.SMS,
    Entry.Channel.WECHAT,
    Entry.Channel.WHATSAPP,
    Entry.Channel.PHONE,
)
LABELS: dict[tuple[Purpose, State], Text] = {
    (Purpose.MARKETING, State.GRANTED): _("Allows offers and news on"),
    (Purpose.MARKETING, State.WITHDRAWN): _("Withdrew offers and news on"),
    (Purpose.SERVICE, State.GRANTED): _("Allows service messages on"),
    (Purpose.SERVICE, State.WITHDRAWN): _("Withdrew service messages on"),
    (Purpose.SURVEY, State.GRANTED): _("Allows surveys on"),
    (Purpose.SURVEY, State.WITHDRAWN): _("Withdrew surveys on"),
    (Purpose.ADS, State.GRANTED): _("Allows ads on other platforms by"),
    (Purpose.ADS, State.WITHDRAWN): _("Withdrew ads on other platforms by"),
}


def register_all() -> None:
    for (purpose, state), label in LABELS.items():
        register(
            fact(
                f"consent.{purpose.value}.{state.value}",
                label,
                Group.CONSENT,
                Kind.CHOICE,
                Having(_standing(purpose, state)),
                choices=lambda: [(channel.value, channel.label) for channel in CHANNELS],
                without=ALWAYS_FILLED,
            )
        )


def _standing(purpose: Purpose, state: State) -> Rows:
    return lambda test: Consent.objects.filter(purpose=purpose, channel__in=test.value, state=state)
