"""Playbooks: written here, followed beside a conversation."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.inbox.models import Conversation
from channels.knowledge import following
from channels.knowledge.models import Playbook, Run, Step
from channels.knowledge.playbook_forms import PlaybookForm, StepForm
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput


@require_GET
@needs("knowledge", "view")
def playbooks(request: UserRequest) -> HttpResponse:
    rows = Playbook.objects.visible_to(request.user).annotate(
        length=Count("steps", filter=Q(steps__is_dropped=False), distinct=True),
        begun=Count("runs", distinct=True),
        done=Count("runs", filter=Q(runs__finished_at__isnull=False), distinct=True),
    )
    context = {"rows": rows, "may_approve": request.user.may("knowledge", "approve")}
    return render(request, "knowledge/playbooks.html", context)


@require_http_methods(["GET", "POST"])
@needs("knowledge", "approve")
def new(request: UserRequest) -> HttpResponse:
    form = PlaybookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("knowledge:playbook", form.save().pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "knowledge/playbook_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@needs("knowledge", "view")
def playbook(request: UserRequest, pk: int) -> HttpResponse:
    """What it says; who may approve changes it here."""
    found = get_visible(Playbook.objects.visible_to(request.user), pk)
    may_change = request.user.may("knowledge", "approve")
    form = PlaybookForm(request.POST or None, instance=found) if may_change else None
    if request.method == "POST" and form is None:
        raise BadInput(_("You may not change playbooks."))
    if request.method == "POST" and form and form.is_valid():
        form.save()
        messages.success(request, _("The playbook was saved."))
        return redirect("knowledge:playbook", pk)
    return _playbook(request, found, form, None)


@require_http_methods(["GET", "POST"])
@needs("knowledge", "approve")
def steps(request: UserRequest, pk: int) -> HttpResponse:
    """A step more."""
    found = get_visible(Playbook.objects.visible_to(request.user, "approve"), pk)
    last = found.steps.order_by("-position").values_list("position", flat=True).first() or 0
    form = StepForm(request.POST or None, user=request.user, initial={"position": last + 1})
    form.instance.playbook = found
    return _step(request, found, form)


@require_http_methods(["GET", "POST"])
@needs("knowledge", "approve")
def step(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(Step.objects.visible_to(request.user, "approve").select_related("playbook"), pk)
    return _step(request, found.playbook, StepForm(request.POST or None, user=request.user, instance=found))


@require_POST
@needs("knowledge", "approve")
def step_deletion(request: UserRequest, pk: int) -> HttpResponse:
    """It stays where it was ticked."""
    found = get_visible(Step.objects.visible_to(request.user, "approve"), pk)
    Step.objects.visible_to(request.user, "approve").filter(pk=pk).update(is_dropped=True)
    messages.success(request, _("The step was dropped."))
    return redirect("knowledge:playbook", found.playbook_id)


@require_GET
@needs("conversation", "view")
def for_conversation(request: UserRequest, pk: int) -> HttpResponse:
    """The playbooks of a conversation: those begun with their steps, and those that fit."""
    return _followed(request, get_visible(Conversation.objects.visible_to(request.user), pk))


@require_POST
@needs("conversation", "edit")
def runs(request: UserRequest, pk: int) -> HttpResponse:
    conversation = get_visible(Conversation.objects.visible_to(request.user, "edit"), pk)
    chosen = get_visible(Playbook.objects.visible_to(request.user).active(), _number(request, "playbook"))
    following.begin(conversation, chosen, by=request.user)
    return _followed(request, conversation)


@require_POST
@needs("conversation", "edit")
def ticks(request: UserRequest, pk: int) -> HttpResponse:
    """A step is done, or is not after all."""
    run = get_visible(Run.objects.visible_to(request.user).select_related("conversation", "playbook"), pk)
    conversation = get_visible(Conversation.objects.visible_to(request.user, "edit"), run.conversation_id)
    rows = Step.objects.visible_to(request.user).filter(playbook=run.playbook)
    chosen = get_visible(rows, _number(request, "step"))
    if request.POST.get("undo"):
        following.untick(run, chosen)
    else:
        following.tick(
            run, chosen, by=request.user, value=str(request.POST.get("value", "")).replace("\0", "")
        )
    return _followed(request, conversation)


def _followed(request: UserRequest, conversation: Conversation) -> HttpResponse:
    rows = Run.objects.visible_to(request.user).filter(conversation=conversation).order_by("pk")
    begun = rows.select_related("playbook", "started_by").prefetch_related(
        "ticks__by", "playbook__steps__article"
    )
    shown = [(run, following.progress(run)) for run in begun]
    context = {
        "conversation": conversation,
        "runs": [(run, lines, sum(1 for line in lines if line.tick)) for run, lines in shown],
        "offers": following.offers(conversation, request.user),
        "may_edit": Conversation.objects.visible_to(request.user, "edit").filter(pk=conversation.pk).exists(),
    }
    return render(request, "knowledge/_playbooks.html", context)


def _playbook(
    request: UserRequest, found: Playbook, form: PlaybookForm | None, step_form: StepForm | None
) -> HttpResponse:
    rows = Step.objects.visible_to(request.user).filter(playbook=found, is_dropped=False)
    context = {
        "playbook": found,
        "form": form,
        "steps": rows.select_related("article"),
        "step_form": step_form,
    }
    return render(
        request, "knowledge/playbook.html", context, status=422 if request.method == "POST" else 200
    )


def _step(request: UserRequest, found: Playbook, form: StepForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The step was saved."))
        return redirect("knowledge:playbook", found.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "knowledge/step.html", {"form": form, "playbook": found}, status=status)


def _number(request: UserRequest, name: str) -> int:
    text = str(request.POST.get(name, ""))
    if not text.isdecimal() or len(text) > 9:
        raise BadInput(_("Choose one of them."))
    return int(text)
