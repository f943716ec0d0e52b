"""What customers allow, as facts for segments: the channels allowed and withdrawn, per purpose."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.consent.models import Consent, Purpose, State
from customers.timeline.models import Entry
from segments.facts import ALWAYS_FILLED, Build, Fact, Group, Kind, Test, Text, register

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
}


def register_all() -> None:
    for (purpose, state), label in LABELS.items():
        register(
            Fact(
                f"consent.{purpose.value}.{state.value}",
                label,
                Group.CONSENT,
                Kind.CHOICE,
                _stands(purpose, state),
                choices=lambda: [(channel.value, channel.label) for channel in CHANNELS],
                without=ALWAYS_FILLED,
            )
        )


def _stands(purpose: Purpose, state: State) -> Build:
    def build(test: Test) -> Q:
        said = Consent.objects.filter(
            customer=OuterRef("pk"), purpose=purpose, channel__in=test.value, state=state
        )
        return Q(Exists(said))

    return build
