"""Versions: looked at, compared, submitted, decided about, restored."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channels.knowledge import differences, markup, pictures, reading, services
from channels.knowledge.forms import RemarkForm
from channels.knowledge.models import Article, Image, Translation, Version
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part
from crm.lib.paging import keyset

State = Version.State


@require_GET
@needs("knowledge", "view")
def version(request: UserRequest, pk: int) -> HttpResponse:
    """One version and what it changes."""
    user = request.user
    found = _version(request, pk, "view")
    before = _before(request, found)
    context = {
        "version": found,
        "article": found.translation.article,
        "before": before,
        "lines": differences.compare(before.body if before else "", found.body),
        "html": markup.render(found.body, pictures=pictures.staff()),
        "may_edit": Article.objects.visible_to(user, "edit").filter(pk=found.translation.article_id).exists(),
        "may_decide": found.state == State.SUBMITTED and user.may("knowledge", "approve"),
        "may_approve": services.may_approve(found, user),
        "form": RemarkForm(),
    }
    return render(request, "knowledge/version.html", context)


@require_GET
@needs("knowledge", "approve")
def approvals(request: UserRequest) -> HttpResponse:
    """What waits for a decision, the oldest first."""
    rows = Version.objects.visible_to(request.user, "approve").submitted()
    related = ("translation__article__category", "author")
    page = keyset(rows, "submitted_at", request.GET.get("cursor", ""), related=related)
    context = {
        "page": page,
        "rows": [(row, services.may_approve(row, request.user)) for row in page.rows],
        "languages": reading.LANGUAGES,
    }
    return render_part(request, "knowledge/approvals.html", "results", context)


@require_POST
@needs("knowledge", "edit")
def submission(request: UserRequest, pk: int) -> HttpResponse:
    services.submit(_version(request, pk, "edit"), by=request.user)
    messages.success(request, _("It waits for approval now."))
    return redirect("knowledge:version", pk)


@require_POST
@needs("knowledge", "edit")
def withdrawal(request: UserRequest, pk: int) -> HttpResponse:
    services.take_back(_version(request, pk, "edit"), by=request.user)
    messages.success(request, _("It is a draft again."))
    return redirect("knowledge:version", pk)


@require_POST
@needs("knowledge", "approve")
def approval(request: UserRequest, pk: int) -> HttpResponse:
    found = _version(request, pk, "approve")
    services.publish(found, by=request.user)
    messages.success(request, _("Published: “%(title)s”.") % {"title": found.title})
    return redirect("knowledge:article", found.translation.article_id)


@require_POST
@needs("knowledge", "approve")
def refusal(request: UserRequest, pk: int) -> HttpResponse:
    found = _version(request, pk, "approve")
    form = RemarkForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Say what is to be changed."))
    services.take_back(found, by=request.user, remark=form.cleaned_data["remark"])
    messages.success(request, _("It went back to its author."))
    return redirect("knowledge:approvals")


@require_POST
@needs("knowledge", "edit")
def restoration(request: UserRequest, pk: int) -> HttpResponse:
    draft = services.restore(_version(request, pk, "edit"), by=request.user)
    messages.success(request, _("The older text is the draft now. Submit it when it is right."))
    return redirect("knowledge:version", draft.pk)


@require_POST
@needs("knowledge", "approve")
def archiving(request: UserRequest, pk: int, language: str) -> HttpResponse:
    """Takes one language of an article off the pages."""
    found = get_visible(Article.objects.visible_to(request.user, "approve"), pk)
    rows = Translation.objects.visible_to(request.user, "approve").filter(article=found, language=language)
    translation = rows.first()
    if translation is None:
        raise BadInput(_("There is no such translation."))
    services.archive(translation, by=request.user)
    messages.success(request, _("It is in the archive. Restore a version to publish it again."))
    return redirect("knowledge:article", pk)


@require_POST
@needs("knowledge", "edit")
def pictures_of(request: UserRequest, pk: int) -> HttpResponse:
    """Takes a picture in, and shows those that are there with the words that put them into the text."""
    found = get_visible(Article.objects.visible_to(request.user, "edit"), pk)
    upload = request.FILES.get("picture")
    if upload is None or (upload.size or 0) > pictures.LARGEST:
        raise BadInput(_("A picture may have at most 3 MB."))
    pictures.add(found, upload.name or "", upload.read())
    return render(request, "knowledge/_pictures.html", {"pictures": found.images.order_by("-pk")[:24]})


@require_GET
@needs("knowledge", "view")
def picture(request: UserRequest, digest: str) -> HttpResponse:
    rows = Image.objects.visible_to(request.user).filter(digest=digest)
    return pictures.answer(get_visible(rows, rows.values_list("pk", flat=True).first() or 0), everybody=False)


def _version(request: UserRequest, pk: int, action: str) -> Version:
    rows = Version.objects.visible_to(request.user, action)
    return get_visible(rows.select_related("translation__article__category", "author", "decided_by"), pk)


def _before(request: UserRequest, found: Version) -> Version | None:
    """What it is compared with: the version asked for, else the one before it."""
    rows = Version.objects.visible_to(request.user).filter(translation=found.translation)
    asked = request.GET.get("against", "")
    if asked.isdecimal() and len(asked) < 10:
        return rows.filter(number=int(asked)).first()
    return rows.filter(number__lt=found.number).order_by("-number").first()
