from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part, wants_part
from segments.grouping import report, services
from segments.grouping.forms import LookalikeForm
from segments.grouping.models import Grouping, Lookalike, NaturalGroup
from segments.models import Segment


@require_GET
@needs("score", "view")
def groups(request: UserRequest) -> HttpResponse:
    user = request.user
    may = {"group": user.may("score", "configure"), "segment": user.may("segment", "create")}
    return render(request, "grouping/groups.html", report.page(user) | {"may": may})


@require_POST
@needs("score", "configure")
def runs(request: UserRequest) -> HttpResponse:
    services.start(by=request.user)
    messages.success(request, _("Customers are being grouped."))
    return redirect("grouping:groups")


@require_GET
@needs("score", "view")
def run(request: UserRequest, pk: int) -> HttpResponse:
    """How far a grouping is, asked for every second until it ends."""
    newest = get_visible(Grouping.objects.visible_to(request.user), pk)
    if not wants_part(request):
        return redirect("grouping:groups")
    response = render_part(request, "grouping/groups.html", "progress", {"newest": newest})
    if newest.status == Grouping.Status.DONE:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@needs("segment", "create")
def segment(request: UserRequest, pk: int) -> HttpResponse:
    """A segment of whoever is in the group."""
    made = services.make_segment(
        get_visible(NaturalGroup.objects.visible_to(request.user), pk), by=request.user
    )
    messages.success(request, _("The segment was saved."))
    return redirect("segments:detail", made.pk)


@require_http_methods(["GET", "POST"])
@needs("segment", "create")
def lookalikes(request: UserRequest, pk: int) -> HttpResponse:
    """Asks for customers like those of a segment."""
    like = get_visible(Segment.objects.visible_to(request.user), pk)
    name = _("Similar to %(name)s") % {"name": like.name}
    form = LookalikeForm(request.POST or None, initial={"name": name[:100]})
    if request.method == "POST" and form.is_valid():
        asked = services.look_for(like, **form.cleaned_data, by=request.user)
        return redirect("grouping:lookalike", asked.pk)
    earlier = Lookalike.objects.visible_to(request.user).filter(segment=like).select_related("found")
    context = {"segment": like, "form": form, "earlier": earlier.order_by("-pk")[:10]}
    return render(
        request, "grouping/lookalikes.html", context, status=422 if request.method == "POST" else 200
    )


@require_GET
@needs("segment", "view")
def lookalike(request: UserRequest, pk: int) -> HttpResponse:
    """What a search found, or how far it is."""
    asked = get_visible(
        Lookalike.objects.visible_to(request.user).select_related("segment", "found", "asked_by"), pk
    )
    context = {"asked": asked, "reasons": report.reasons(asked)}
    return render_part(request, "grouping/lookalike.html", "result", context)
