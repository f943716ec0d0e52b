"""Which journeys say what a template says."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import BooleanField, F, Func, Q, Value
from django.urls import reverse

from channels.campaigns.templating.models import Template
from channels.campaigns.templating.uses import MOST, Carrier
from channels.journeys.models import Journey, Run, Version
from channels.journeys.plan import walk
from crm.accounts.models import User

ASKED = "jsonb_path_exists(%(expressions)s::jsonpath)"


def of_template(template: Template, user: User) -> list[Carrier]:
    """The newest, each with the latest version on its sheet or where its customers walk."""
    numbers = dict(template.versions.values_list("pk", "number"))
    if not numbers:
        return []
    says = _says(numbers)
    walked = Q(pk=F("journey__version")) | Q(pk__in=Run.objects.active().values("version"))
    under_way = Version.objects.filter(says, walked)
    visible = Journey.objects.visible_to(user).order_by("-created_at", "-pk")
    rows = list(visible.filter(says | Q(pk__in=under_way.values("journey")))[:MOST])
    designs = [(one.pk, one.design) for one in rows]
    designs += under_way.filter(journey__in=rows).values_list("journey", "design")
    latest = defaultdict[int, int](int)
    for pk, design in designs:
        said = (numbers.get(node.get("version") or 0, 0) for node in walk(design["nodes"]))
        latest[pk] = max(latest[pk], *said, 0)
    return [
        Carrier(one.name, reverse("journeys:detail", args=[one.pk]), "waypoints", latest[one.pk])
        for one in rows
    ]


def _says(versions: Collection[int]) -> Q:
    """Designs with a message step that says one of these."""
    any_of = " || ".join(f"@ == {pk:d}" for pk in versions)
    path = Value(f'$.** ? (@.kind == "message").version ? ({any_of})')
    return Q(Func(F("design"), path, template=ASKED, output_field=BooleanField()))
