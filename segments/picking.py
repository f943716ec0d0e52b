"""Segments whose members are put in by hand: a fact for rules, and a bulk change of the customer list."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.audit import services as audit
from customers.bulk import actions
from customers.bulk.actions import Action, Params
from customers.bulk.models import BulkJob
from segments import services
from segments.facts import ALWAYS_FILLED, Group, Kind, register
from segments.models import PICKED, Pick, Segment
from segments.rows import Having, fact

PUT_IN = """
    INSERT INTO segments_pick (segment_id, customer_id, added_by_id, added_at, job)
    SELECT %s, customer, %s, now(), %s FROM unnest(%s::bigint[]) AS customer
    ON CONFLICT DO NOTHING RETURNING customer_id
"""
TAKE_OUT = "DELETE FROM segments_pick WHERE job = %s AND customer_id = ANY(%s) RETURNING customer_id"


def register_all() -> None:
    register(
        fact(
            PICKED,
            _("Put in by hand"),
            Group.SEGMENTS,
            Kind.RECORD,
            Having(lambda test: Pick.objects.filter(segment__in=test.value)),
            choices=lambda: list(Segment.objects.picked().values_list("pk", "name")),
            without=ALWAYS_FILLED,
        )
    )
    actions.register(AddToSegment())


class SegmentForm(forms.Form):
    """A segment that exists, or the name of a new one."""

    segment = forms.ModelChoiceField(
        Segment.objects.none(), label=_("Segment"), required=False, empty_label=_("A new one")
    )
    name = forms.CharField(label=_("Name of the new segment"), max_length=100, required=False)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        offered = Segment.objects.visible_to(user, "edit").picked()
        cast("forms.ModelChoiceField[Segment]", self.fields["segment"]).queryset = offered

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name = " ".join(cleaned.get("name", "").split())
        if not cleaned.get("segment"):
            if not name:
                raise ValidationError({"name": _("Choose a segment or name a new one.")})
            if Segment.objects.filter(name=name).exists():
                raise ValidationError({"name": _("There is a segment of this name already.")})
        return {**cleaned, "name": name}


class AddToSegment(Action):
    """Customers in a segment by hand. Who may build segments may do this with everybody they see."""

    key, label, icon, needs, right = "segment", _("Add to a segment"), "shapes", "view", ("segment", "edit")
    order = 45

    def form(self, user: User, data: Any, field: str = "") -> forms.Form:
        return SegmentForm(data, user=user)

    def params(self, cleaned: Mapping[str, Any], user: User) -> dict[str, Any]:
        segment = cleaned["segment"]
        return {
            "segment": segment.pk if segment else None,
            "name": segment.name if segment else cleaned["name"],
        }

    def told(self, params: Params) -> str:
        return str(params["name"])

    def apply(self, job: BulkJob, customers: Sequence[int]) -> set[int]:
        segment = _segment_of(job)
        found = _run(PUT_IN, [segment.pk, job.created_by_id, job.pk, list(customers)])
        services.refresh(segment)
        return found

    def revert(self, job: BulkJob, customers: Sequence[int]) -> set[int]:
        found = _run(TAKE_OUT, [job.pk, list(customers)])
        services.refresh(_segment_of(job))
        return found


def _segment_of(job: BulkJob) -> Segment:
    """The chosen segment, made by the first piece of work if it is a new one."""
    pk, name = job.params["segment"], job.params["name"]
    found = Segment.objects.filter(pk=pk).first() if pk else Segment.objects.filter(name=name).first()
    if found:
        return found
    made = Segment(name=name)
    # Its rule asks for its own number, which it has only once it is stored.
    made.created_by, made.rule = job.created_by, {"match": "all", "rules": []}
    made.save()
    audit.record("segment.created", made, by=job.created_by)
    tree = {"match": "all", "rules": [{"fact": PICKED, "op": "any_of", "value": [made.pk]}]}
    services.save(made, tree, by=job.created_by)
    return made


def _run(sql: str, values: Sequence[Any]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {pk for (pk,) in cursor.fetchall()}
