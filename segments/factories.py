"""Segments for tests: required fields only."""

from itertools import count
from typing import Any

from crm.accounts import factories as people
from segments.models import Segment

_numbers = count(1)

IN_SHANGHAI = {"match": "all", "rules": [{"fact": "profile.city", "op": "any_of", "value": ["Shanghai"]}]}


def segment(**fields: Any) -> Segment:
    if "created_by" not in fields:
        fields["created_by"] = people.user()
    defaults = {"name": f"Segment {next(_numbers)}", "rule": IN_SHANGHAI}
    return Segment.objects.create(**{**defaults, **fields})
