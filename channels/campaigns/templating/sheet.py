"""The page on which a template is drawn: what it is given to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from channels.campaigns.templating import checks, design, proving, uses, using
from channels.campaigns.templating.blocks import ICONS, Kind, gist, kinds_for
from channels.campaigns.templating.conditions import Condition
from channels.campaigns.templating.design import LANGUAGES
from channels.campaigns.templating.forms import LinesForm
from channels.campaigns.templating.models import Template
from crm.accounts.http import UserRequest
from crm.accounts.models import User
from crm.lib.htmx import render_part

SHOWN = 12


@dataclass(frozen=True)
class Card:
    """A block as the list of them shows it."""

    id: int
    kind: str
    label: str
    icon: str
    gist: str
    when: str
    is_first: bool
    is_last: bool
    findings: Sequence[checks.Finding]


def show(
    request: UserRequest, template: Template, language: str, lines: LinesForm | None = None
) -> HttpResponse:
    """In this language of it; with lines that were refused, those."""
    user = request.user
    found = checks.findings(template.design, template.kind)
    sheet = template.design["languages"][language]
    versions = list(template.versions.select_related("saved_by").order_by("-number")[:SHOWN])
    context = {
        "template": template,
        "language": language,
        "languages": [(code, LANGUAGES[code]) for code in template.design["languages"]],
        "missing": [
            (code, name) for code, name in LANGUAGES.items() if code not in template.design["languages"]
        ],
        "cards": cards(sheet, [one for one in found if one.language == language]),
        "findings": [(one, LANGUAGES.get(one.language, "")) for one in found],
        "is_sound": not any(one.level == checks.Level.WRONG for one in found),
        "lines": lines or LinesForm(initial=sheet),
        "kinds": [(kind.value, kind.label, ICONS[kind]) for kind in kinds_for(template.kind)],
        "versions": versions,
        "is_changed": not versions or versions[0].design != template.design,
        "carriers": uses.of_template(template, user),
        "needs_approval": using.needs_approval(),
        "may": may(user, template),
        **bubble(template, language),
    }
    status = 422 if lines is not None else 200
    return render_part(request, "templating/detail.html", "sheet", context, status=status)


def cards(sheet: Mapping[str, Any], found: Sequence[checks.Finding]) -> list[Card]:
    blocks = sheet["blocks"]
    return [
        Card(
            id=one["id"],
            kind=one["kind"],
            label=str(Kind(one["kind"]).label),
            icon=ICONS[Kind(one["kind"])],
            gist=gist(one),
            when=Condition.read(one["when"]).words if one.get("when") else "",
            is_first=place == 0,
            is_last=place == len(blocks) - 1,
            findings=[finding for finding in found if finding.block == one["id"]],
        )
        for place, one in enumerate(blocks)
    ]


def may(user: User, template: Template) -> dict[str, bool]:
    allowed = {action: user.may("template", action) for action in ("edit", "create", "approve", "configure")}
    allowed["draw"] = allowed["edit"] and template.archived_at is None
    return allowed


def bubble(template: Template, language: str) -> dict[str, Any]:
    """A short message as it stands on a telephone; mails are shown in a frame."""
    if template.is_mail:
        return {}
    return {"bubble": proving.largest(template.design, language, is_mail=False).text}


def language_of(request: UserRequest, drawn: design.Design) -> str:
    """The one that is asked for, else the first that most of the company's customers read."""
    asked = request.GET.get("language", "")
    return asked if asked in drawn["languages"] else design.language_for(drawn, "")
