"""Building the conditions of the customer list. Its address comes along in ours and gets them in the end."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts.http import UserRequest, needs
from crm.lib.htmx import render_part, wants_part
from segments import builder, narrowing, rule_page, rules
from segments.rules import Path

WORD = "rule"


@require_http_methods(["GET", "POST"])
@needs("customer", "view")
def conditions(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        return _apply(request)
    box = builder.Box()
    if text := request.GET.get(WORD, ""):
        box = builder.from_json(rules.to_json(narrowing.read(text, request.user).rule))
    # Whoever comes here wants to add one.
    box.rules.append(builder.Condition())
    return _editor(request, box)


@require_POST
@needs("customer", "view")
def conditions_draft(request: UserRequest) -> HttpResponse:
    """One step in the builder: the conditions as sent, changed and shown again."""
    box = builder.read(request.POST)
    builder.change(box, request.POST.get("step", ""))
    builder.settle(box)
    return _editor(request, box, part="builder")


def _apply(request: UserRequest) -> HttpResponse:
    box = builder.read(request.POST)
    builder.tidy(box)
    text = ""
    if box.rules:
        try:
            text = narrowing.fitting(rules.parse(box.to_json(), request.user))
        except rules.InvalidRule as error:
            return _editor(request, box, problems=error.problems, status=422)
    address = _list(request, text)
    if wants_part(request):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = address
        return answer
    return redirect(address)


def _editor(
    request: UserRequest,
    box: builder.Box,
    *,
    problems: Mapping[Path, str] | None = None,
    part: str = "editor",
    status: int = 200,
) -> HttpResponse:
    query = request.GET.urlencode()
    context = {
        "rule": SimpleLazyObject(lambda: rule_page.page(box, request.user, problems)),
        "apply": f"{reverse('segments:conditions')}?{query}",
        "draft": f"{reverse('segments:conditions-draft')}?{query}",
        "back": _list(request, ""),
        "in_dialog": wants_part(request),
    }
    return render_part(request, "segments/conditions.html", part, context, status=status)


def _list(request: UserRequest, text: str) -> str:
    """The list as it was, with other conditions."""
    query = request.GET.copy()
    query.pop("cursor", None)
    query[WORD] = text
    return f"{reverse('customers:list')}?{query.urlencode()}"
