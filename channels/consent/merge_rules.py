"""Consent of customers that are joined: a no of either is the no of both, and the ledger says why.

A yes of the absorbed customer holds for the survivor only where that one said nothing itself and has the very
address it was given for.
"""

from typing import Any

from django.utils.dateparse import parse_datetime

from channels.consent import gate, services
from channels.consent.models import Consent, ConsentEntry, State
from customers.merging import rules
from customers.merging.parting import later_rows
from customers.merging.rules import Joining, Parting, Rule
from customers.models import Customer

SOURCE = "merge"


def register() -> None:
    rules.register(Rule("consent.consententry", moves=False))
    rules.register(Rule("consent.consent", moves=False, join=join, part=part, hold=gate.hold))
    # The key of the absorbed customer's page leads to the survivor's.
    rules.register(Rule("consent.preferencelink", moves=False))


def join(joining: Joining) -> list[Any]:
    mine = {(one.purpose, one.channel): one for one in Consent.objects.filter(customer=joining.survivor)}
    theirs = Consent.objects.filter(customer=joining.absorbed).select_related("entry").order_by("pk")
    written = []
    for one in theirs:
        before = mine.get((one.purpose, one.channel))
        if _is_stricter(one, before) or (before is None and _has_the_address(one, joining)):
            entry = _write(one, joining)
            written.append(
                {
                    "purpose": one.purpose,
                    "channel": one.channel,
                    "before": _kept(before),
                    "entry": entry.pk,
                    "of": one.entry_id,
                }
            )
    return written


def part(parting: Parting) -> None:
    for kept in parting.rows:
        _tell_later(kept, parting)
        for place, holder in enumerate(parting.holders):
            _put_back(holder, kept, parting)
            carried = parting.carried[place] if place < len(parting.carried) else []
            # The next holder took over what this merge had written.
            following = [row for row in carried if row["of"] == kept["entry"]]
            if not following:
                break
            kept = following[0]


def _tell_later(kept: dict[str, Any], parting: Parting) -> None:
    """A later merge must not bring back a word that came with this one."""
    for move in later_rows(parting, "consent.consent"):
        following = [row for row in move.rows if row["before"] and row["before"]["entry"] == kept["entry"]]
        for row in following:
            row["before"] = kept["before"]
        if following:
            move.save(update_fields=["rows"])


def _put_back(holder: Customer, kept: dict[str, Any], parting: Parting) -> None:
    same = Consent.objects.filter(customer=holder, purpose=kept["purpose"], channel=kept["channel"])
    now = same.filter(entry=kept["entry"]).first()
    if now is None:
        return
    before = kept["before"]
    if before is None:
        same.delete()
    else:
        same.update(state=before["state"], entry=before["entry"], at=parse_datetime(before["at"]))
    # The ledger is never taken back: a further entry says that the former word holds again. Where there was
    # none, only a yes needs its end.
    if before or now.state == State.GRANTED:
        ConsentEntry.objects.create(
            customer=holder,
            purpose=kept["purpose"],
            channel=kept["channel"],
            state=before["state"] if before else State.WITHDRAWN,
            source=SOURCE,
            evidence={"undone_merge": parting.merge.pk, "entry": before["entry"] if before else None},
        )


def _is_stricter(theirs: Consent, mine: Consent | None) -> bool:
    return theirs.state == State.WITHDRAWN and (mine is None or mine.state == State.GRANTED)


def _has_the_address(theirs: Consent, joining: Joining) -> bool:
    column = gate.ADDRESS_COLUMNS.get(theirs.channel)
    if column is None:
        return True
    address = getattr(joining.absorbed, column)
    return bool(address) and address == getattr(joining.survivor, column)


def _write(theirs: Consent, joining: Joining) -> ConsentEntry:
    evidence = {
        "merge": joining.merge.pk,
        "customer": joining.absorbed.pk,
        "entry": theirs.entry_id,
    }
    given = joining.survivor, theirs.purpose, theirs.channel
    if theirs.state == State.WITHDRAWN:
        return services.withdraw(*given, source=SOURCE, by=joining.merge.by, evidence=evidence)
    version = theirs.entry.text_version
    return services.grant(*given, source=SOURCE, by=joining.merge.by, evidence=evidence, text_version=version)


def _kept(before: Consent | None) -> dict[str, Any] | None:
    if before is None:
        return None
    return {"state": before.state, "entry": before.entry_id, "at": before.at.isoformat()}
