"""The journey of the small company: everybody is on it, at its first step."""

from datetime import UTC, datetime

from channels.journeys.models import Journey, Run, Step, Version
from crm.accounts.models import User
from customers.models import Customer

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def journey(by: User) -> Journey:
    wait = {"id": 1, "kind": "wait", "mode": "for", "number": 3, "unit": "days"}
    design = {"trigger": {"kind": "registered"}, "again": False, "goal": "", "nodes": [wait], "last": 1}
    made = Journey.objects.create(name="Welcome", created_by=by, design=design)
    made.version = Version.objects.create(journey=made, number=1, design=design, made_by=by)
    made.status, made.switched_on_by, made.switched_on_at = Journey.Status.PAUSED, by, LONG_AGO
    made.save()
    return made


def walk(on: Journey, customer: Customer) -> None:
    run = Run.objects.create(
        journey=on,
        version_id=on.version_id or 0,
        customer=customer,
        entry_key=f"manual:{customer.pk}",
        entered_at=LONG_AGO,
        node=1,
        due_at=LONG_AGO,
    )
    Step.objects.create(run=run, number=1, node=1, at=LONG_AGO, what="wait")
