"""Where an account reaches people, if that is no column of the customer's row."""

from channels import services as channels
from channels.connectors.registry import NoSuchConnector
from channels.consent import gate
from channels.models import Channel


def of(channel: Channel, name: str = "reached") -> gate.Handle | None:
    """What the gate is asked about; of several in one query each needs a name of its own."""
    column = gate.ADDRESS_COLUMNS.get(channel.kind, "")
    try:
        connector = channels.connector_of(channel)
    except NoSuchConnector:
        return None
    if not connector.handle or connector.handle in ("email", "phone"):
        return None
    return gate.Handle(name, connector.handle, connector.scope(channel.config), column)
