"""Segments from lists: pasted, uploaded, or what a rule finds now, frozen."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import Refused
from segments import given, services
from segments.forms import GivenForm
from segments.models import Segment

# More than these are counted, not listed.
MOST_SHOWN = 100
MAKE = "make"


@require_http_methods(["GET", "POST"])
@needs("segment", "create")
def new_list(request: UserRequest) -> HttpResponse:
    """First the list is looked up, then a segment is made of whom it names."""
    if request.method == "GET":
        return _page(request, GivenForm())
    form = GivenForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    report = given.look_up(form.given, request.user)
    if request.POST.get("step") != MAKE or not report.found or not form.cleaned_data["name"]:
        # A file is shown as text from here on, so that what was looked up is what is made.
        shown = GivenForm(initial={"name": form.cleaned_data["name"], "values": "\n".join(form.given)})
        return _page(request, shown, report=report, lacks_name=request.POST.get("step") == MAKE)
    try:
        segment = services.make_list(form.cleaned_data["name"], report.found, by=request.user)
    except Refused as error:
        form.add_error("name", str(error))
        return _page(request, form, report=report, status=422)
    number = len(report.found)
    text = ngettext(
        "A segment of %(number)d customer was made.", "A segment of %(number)d customers was made.", number
    )
    messages.success(request, text % {"number": number})
    return redirect("segments:detail", segment.pk)


@require_POST
@needs("segment", "create")
def freezing(request: UserRequest, pk: int) -> HttpResponse:
    """Makes a list of who is in the segment now."""
    segment = get_visible(Segment.objects.visible_to(request.user), pk)
    made = services.freeze(segment, by=request.user)
    messages.success(request, _("The list is being filled."))
    return redirect("segments:detail", made.pk)


def _page(
    request: UserRequest,
    form: GivenForm,
    *,
    report: given.Report | None = None,
    lacks_name: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "report": report, "lacks_name": lacks_name, "most": MOST_SHOWN}
    return render(request, "segments/list_new.html", context, status=status)
