"""What people and other features ask of segments."""

from datetime import datetime

from customers.models import CustomerQuerySet
from segments import rules
from segments.models import Segment


def members(segment: Segment, *, as_of: datetime | None = None) -> CustomerQuerySet:
    """The customers to whom the segment's rule applies now, or at `as_of`; deleted ones are never among them.

    Raises InvalidRule, which is a Refused, when the rule asks for something that is no longer there.
    """
    return rules.members(rules.parse(segment.rule), as_of=as_of)
