"""Reviews: a month's figures, what was good and bad in it, what will be done and what that did."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.desk.goals import indicators, services
from crm.desk.goals.forms import ProposalForm, ReviewForm, WordsForm
from crm.desk.goals.models import Proposal, Review
from crm.lib.paging import keyset


@require_GET
@needs("goal", "view")
def reviews(request: UserRequest) -> HttpResponse:
    rows = Review.objects.visible_to(request.user).select_related("team", "made_by")
    page = keyset(rows, "-month", request.GET.get("cursor", ""))
    context = {"page": page, "may_create": request.user.may("goal", "create")}
    return render(request, "goals/reviews.html", context)


@require_http_methods(["GET", "POST"])
@needs("goal", "create")
def new_review(request: UserRequest) -> HttpResponse:
    form = ReviewForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = services.review(form.save(commit=False), by=request.user)
        return redirect("goals:review", made.pk)
    return render(request, "goals/review_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs("goal", "view")
def review(request: UserRequest, pk: int) -> HttpResponse:
    """GET shows it, POST keeps what went well and what did not."""
    user = request.user
    action = "edit" if request.method == "POST" else "view"
    one = get_visible(Review.objects.visible_to(user, action).select_related("team", "made_by"), pk)
    words = WordsForm(request.POST or None, user=user, instance=one)
    if request.method == "POST" and words.is_valid():
        words.save()
        messages.success(request, _("Saved."))
        return redirect("goals:review", pk)
    context = {
        "review": one,
        "words": words,
        "figures": figures(one),
        "proposals": proposals(one.proposals.select_related("owner").order_by("due_on", "pk")),
        "form": ProposalForm(user=user),
        "may_edit": Review.objects.visible_to(user, "edit").filter(pk=pk).exists(),
        "today": timezone.localdate(),
    }
    return render(request, "goals/review.html", context, status=422 if words.errors else 200)


@require_POST
@needs("goal", "edit")
def new_proposal(request: UserRequest, pk: int) -> HttpResponse:
    one = get_visible(Review.objects.visible_to(request.user, "edit"), pk)
    form = ProposalForm(request.POST, user=request.user, instance=Proposal(review=one))
    if form.is_valid():
        services.propose(form.save(commit=False), by=request.user)
        messages.success(request, _("The proposal was written down."))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("goals:review", pk)


@require_POST
@needs("goal", "view")
def closing(request: UserRequest, pk: int) -> HttpResponse:
    """Whoever answers for a proposal may close it, and whoever may change its review."""
    one = get_visible(Proposal.objects.visible_to(request.user, "edit"), pk)
    services.close(one, request.POST.get("state", ""), by=request.user)
    messages.success(request, _("Saved."))
    seen = Review.objects.visible_to(request.user).filter(pk=one.review_id).exists()
    return redirect("goals:review", one.review_id) if seen else redirect("goals:list")


def figures(one: Review) -> list[tuple[indicators.Indicator, str, str, str, str]]:
    """Indicator, its number, that of the month before, how they compare, the target of the month."""
    found = []
    targets = one.figures.get("targets", {})
    numbers = one.figures.get("indicators", {})
    for about in indicators.all_indicators():
        if about.key not in numbers:
            continue
        value, before = numbers[about.key]
        target = about.written(targets[about.key]) if about.key in targets else ""
        found.append(
            (about, about.written(value), about.written(before), _tone(about, value, before), target)
        )
    return found


def proposals(rows: object) -> list[tuple[Proposal, str, str, str]]:
    """Each with its indicator before and after, and whether that is better."""
    found = []
    for one in rows:  # type: ignore[attr-defined]
        about = one.about
        before = about.written(one.before) if about else ""
        after = about.written(one.after) if about and one.after_on else ""
        found.append((one, before, after, _tone(about, one.after, one.before) if after else ""))
    return found


def _tone(about: indicators.Indicator | None, value: float | None, before: float | None) -> str:
    if about is None or value is None or before is None or value == before:
        return ""
    return "ok" if (value < before) is about.is_lower_better else "bad"
