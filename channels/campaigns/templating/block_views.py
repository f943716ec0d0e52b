"""Drawing: blocks are added, changed, moved and taken away."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from channels.campaigns.placeholders import choices
from channels.campaigns.templating import design, services
from channels.campaigns.templating.block_forms import BlockForm, ConditionForm
from channels.campaigns.templating.blocks import PARTS, Kind, kinds_for
from channels.campaigns.templating.design import LANGUAGES, Block
from channels.campaigns.templating.forms import MoveForm
from channels.campaigns.templating.models import Template
from channels.campaigns.templating.views import back, get_template
from crm.accounts.http import UserRequest, needs
from crm.lib.htmx import render_part


@require_http_methods(["GET", "POST"])
@needs("template", "edit")
def block_new(request: UserRequest, pk: int, language: str) -> HttpResponse:
    template = get_template(request, pk, "edit", language)
    kind = request.GET.get("kind", "")
    if kind not in [one.value for one in kinds_for(template.kind)]:
        raise Http404
    made: Block = {"id": template.design["last"] + 1, "kind": kind, **dict.fromkeys(PARTS[Kind(kind)], "")}
    after = request.GET.get("after", "")
    return _write(
        request, template, language, made, int(after) if after.isdecimal() and len(after) < 9 else 0
    )


@require_http_methods(["GET", "POST"])
@needs("template", "edit")
def block(request: UserRequest, pk: int, language: str, number: int) -> HttpResponse:
    template = get_template(request, pk, "edit", language)
    return _write(request, template, language, _found(template, language, number), None)


@require_POST
@needs("template", "edit")
def block_move(request: UserRequest, pk: int, language: str, number: int) -> HttpResponse:
    template = get_template(request, pk, "edit", language)
    _found(template, language, number)
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise Http404
    moved = design.move(template.design, language, number, form.cleaned_data["by"])
    services.draw(template, moved, by=request.user)
    return back(request, template, language)


@require_POST
@needs("template", "edit")
def block_deletion(request: UserRequest, pk: int, language: str, number: int) -> HttpResponse:
    template = get_template(request, pk, "edit", language)
    _found(template, language, number)
    services.draw(template, design.remove(template.design, language, number), by=request.user)
    return back(request, template, language)


def _write(
    request: UserRequest, template: Template, language: str, known: Block, after: int | None
) -> HttpResponse:
    """`after` is the block behind which a new one is put."""
    sent, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = BlockForm(sent, files, block=known, channel=template.kind)
    subject = request.GET.get("when-subject")
    condition = ConditionForm(sent, when=known.get("when"), subject=subject, user=request.user)
    if sent is not None and form.is_valid() and condition.is_valid():
        made = form.made(template, condition.when)
        drawn = template.design
        drawn = (
            design.change(drawn, language, made)
            if after is None
            else design.put(drawn, language, after, made)
        )
        services.draw(template, drawn, by=request.user)
        place = known["id"] if after is None else drawn["last"]
        return redirect(f"{template.get_absolute_url()}?language={language}#block-{place}")
    context: dict[str, Any] = {
        "template": template,
        "language": language,
        "language_name": LANGUAGES[language],
        "block": known,
        "kind": Kind(known["kind"]).label,
        "form": form,
        "condition": condition,
        "action": request.get_full_path().split("&when-", 1)[0].split("?when-", 1)[0],
        "fields": choices().items() if PARTS[Kind(known["kind"])] else (),
    }
    part = "when" if subject is not None else "form"
    status = 200 if sent is None else 422
    return render_part(request, "templating/block.html", part, context, status=status)


def _found(template: Template, language: str, number: int) -> Block:
    found = design.find(template.design, language, number)
    if found is None:
        raise Http404
    return found
