"""Articles as colleagues find, read and write them."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.knowledge import counting, markup, pictures, reading, services
from channels.knowledge.forms import ArticleFilter, ArticleForm, NewArticleForm, VersionForm
from channels.knowledge.models import Article, Category, MissedSearch, Translation, Version
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part
from crm.lib.paging import keyset

MOST_WORDS_SHOWN = 6


@require_GET
@needs("knowledge", "view")
def article_list(request: UserRequest) -> HttpResponse:
    user = request.user
    filters = ArticleFilter(request.GET)
    rows = filters.apply(Article.objects.visible_to(user), user)
    found = filters.found(user)
    if found is not None:
        rows = rows.filter(pk__in=found)
    page = keyset(rows, "-changed_at", request.GET.get("cursor", ""), related=("category__parent", "owner"))
    articles = list(page.rows)
    if found is not None:
        articles.sort(key=lambda one: found.index(one.pk))
        if not articles and filters.asked.get("q"):
            counting.missed(filters.asked["q"], get_language() or "", MissedSearch.Place.STAFF)
    context = {
        "page": page,
        "rows": reading.lines(user, articles),
        "asked": filters.asked,
        "categories": reading.choices(user),
        "audiences": Article.Audience.choices,
        "states": ArticleFilter.STATES,
        "waiting": Version.objects.visible_to(user, "approve").submitted()[:100].count(),
        "may": reading.may(user),
    }
    return render_part(request, "knowledge/list.html", "results", context)


@require_GET
@needs("knowledge", "view")
def article(request: UserRequest, pk: int) -> HttpResponse:
    """What it says in one language: what is published, else what is being written."""
    user = request.user
    rows = Article.objects.visible_to(user).select_related("category__parent", "owner")
    found = get_visible(rows, pk)
    shown = reading.shown(found, user, request.GET.get("language", ""))
    context = {
        "article": found,
        "may": reading.may(user),
        "may_edit": Article.objects.visible_to(user, "edit").filter(pk=pk).exists(),
        "address": reading.public_address(found, shown.language),
        **shown.context(user),
    }
    return render(request, "knowledge/article.html", context)


@require_http_methods(["GET", "POST"])
@needs("knowledge", "create")
def new(request: UserRequest) -> HttpResponse:
    if not Category.objects.visible_to(request.user).exists():
        messages.info(request, _("Articles stand on shelves. Put one up first."))
        return redirect("knowledge:categories")
    form = NewArticleForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        translation = _begin(request, form)
        return redirect("knowledge:write", translation.article_id, translation.language)
    status = 422 if request.method == "POST" else 200
    return render(request, "knowledge/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@needs("knowledge", "edit")
def settings(request: UserRequest, pk: int) -> HttpResponse:
    """Where the article stands and for whom it is."""
    found = get_visible(Article.objects.visible_to(request.user, "edit"), pk)
    form = ArticleForm(request.POST or None, user=request.user, instance=found)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            services.retag(saved, saved.tags)
        messages.success(request, _("The article was saved."))
        return redirect("knowledge:article", pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "article": found, "title": reading.title_of(found)}
    return render(request, "knowledge/settings.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs("knowledge", "edit")
def write(request: UserRequest, pk: int, language: str) -> HttpResponse:
    """The editor: the draft there is, else what is published."""
    found = get_visible(Article.objects.visible_to(request.user, "edit"), pk)
    translation = _translation(found, language)
    draft = translation.versions.in_work().first() if translation.pk else None
    if draft and draft.state == Version.State.SUBMITTED:
        messages.info(request, _("This version waits for approval. Take it back before you change it."))
        return redirect("knowledge:version", draft.pk)
    start = draft or (translation.versions.order_by("-number").first() if translation.pk else None)
    form = VersionForm(request.POST or None, initial=_as_initial(start))
    if request.method == "POST" and form.is_valid():
        translation.save()
        version = services.write(translation, form.cleaned_data, by=request.user)
        if "submit" in request.POST:
            services.submit(version, by=request.user)
            messages.success(request, _("It waits for approval now."))
        else:
            messages.success(request, _("The draft was saved."))
        return redirect("knowledge:version", version.pk)
    return _editor(request, form, found, translation, draft)


@require_POST
@needs("knowledge", "edit")
def preview(request: UserRequest, pk: int) -> HttpResponse:
    """What the text would look like."""
    get_visible(Article.objects.visible_to(request.user, "edit"), pk)
    body = str(request.POST.get("body", ""))[:50_000]
    return render(request, "knowledge/_text.html", {"html": markup.render(body, pictures=pictures.staff())})


def _editor(
    request: UserRequest, form: VersionForm, found: Article, translation: Translation, draft: Version | None
) -> HttpResponse:
    body = form["body"].value() or ""
    context: dict[str, Any] = {
        "form": form,
        "article": found,
        "translation": translation,
        "draft": draft,
        "html": markup.render(str(body)[:50_000], pictures=pictures.staff()),
        "pictures": found.images.order_by("-pk")[:24],
    }
    return render(request, "knowledge/write.html", context, status=422 if request.method == "POST" else 200)


def _begin(request: UserRequest, form: NewArticleForm) -> Translation:
    form.instance.owner, form.instance.slug = request.user, form.free_slug()
    with transaction.atomic():
        found = form.save()
        translation = Translation(article=found, language=form.cleaned_data["language"])
        translation.save()
        fields = {"title": form.cleaned_data["title"], "summary": "", "body": ""}
        services.write(translation, fields, by=request.user)
    return translation


def _translation(found: Article, language: str) -> Translation:
    if language not in reading.LANGUAGES:
        raise Http404
    known = found.translations.filter(language=language).first()
    return known or Translation(article=found, language=language)


def _as_initial(start: Version | None) -> dict[str, str]:
    return {name: getattr(start, name) for name in VersionForm.Meta.fields} if start else {}
