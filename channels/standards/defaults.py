"""What a new company begins with: office hours and three standards. What is there stays as it is."""

from typing import Any

from django.apps import apps as present
from django.apps.registry import Apps

OFFICE = [[9 * 60, 18 * 60]]
# Name, conditions, first reply, further reply, solved (minutes), round the clock.
POLICIES: tuple[tuple[str, dict[str, Any], int, int, int], ...] = (
    ("紧急 · Urgent", {"priorities": [4]}, 15, 30, 240),
    ("即时渠道 · Chat and WeChat", {"kinds": ["chat", "wechat", "whatsapp"]}, 30, 60, 960),
    ("标准 · Standard", {}, 240, 480, 1440),
)


def create(*, using: str, apps: Apps = present, **kwargs: Any) -> None:
    """After every migration, so that an emptied database has them too."""
    try:
        calendars, policies = (apps.get_model("standards", name) for name in ("Calendar", "Policy"))
    except LookupError:
        return
    if policies._default_manager.using(using).exists() or calendars._default_manager.using(using).exists():
        return
    office = calendars._default_manager.using(using).create(
        name="工作时间 · Office hours", week=[OFFICE] * 5 + [[], []], china=True
    )
    policies._default_manager.using(using).bulk_create(
        policies(
            name=name,
            position=place,
            conditions=conditions,
            calendar=office,
            first_reply=first,
            next_reply=following,
            resolution=solved,
        )
        for place, (name, conditions, first, following, solved) in enumerate(POLICIES, 1)
    )
