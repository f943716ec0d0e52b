"""The help pages, which anybody reads without an account. They know nothing of who asks, so that they may be
kept by any cache; only an opinion is remembered, in the visitor's own cookie."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from channels.knowledge import counting, markup, pictures, searching, showing
from channels.knowledge.forms import OpinionForm
from channels.knowledge.models import Article, Image, MissedSearch, Translation
from crm.lib.limits import limit

LOOKS, SEARCHES, OPINIONS = 240, 40, 12
MINUTES = 5
COOKIE, REMEMBERED, YEAR = "help", 200, 365 * 24 * 3600

View = Callable[..., HttpResponse]


def in_language(view: View) -> View:
    """The page in the language of its address, whatever the visitor's browser prefers."""

    @wraps(view)
    def spoken(request: HttpRequest, language: str, **parts: Any) -> HttpResponse:
        if language not in dict(settings.LANGUAGES):
            raise Http404
        with translation.override(language):
            return view(request, language, **parts)

    return spoken


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return redirect("help:shelves", translation.get_language() or settings.LANGUAGE_CODE)


@login_not_required
@require_safe
@in_language
def shelves(request: HttpRequest, language: str) -> HttpResponse:
    if limit(request, "help", LOOKS):
        return _slow()
    context = {"shelves": showing.shelves(language), "others": _others("help:shelves", language)}
    return _page("help/shelves.html", language, context)


@login_not_required
@require_safe
@in_language
def shelf(request: HttpRequest, language: str, pk: int) -> HttpResponse:
    if limit(request, "help", LOOKS):
        return _slow()
    found = next((one for one in showing.shelves(language, pk) if one.category.pk == pk), None)
    if found is None:
        raise Http404
    context = {"shelf": found, "others": _others("help:shelf", language, pk)}
    return _page("help/shelf.html", language, context)


@login_not_required
@require_safe
@in_language
def search(request: HttpRequest, language: str) -> HttpResponse:
    if limit(request, "help-search", SEARCHES):
        return _slow()
    q = request.GET.get("q", "").strip()[: searching.LONGEST_QUESTION]
    hits = searching.find(Translation.objects.for_everybody(), q, language=language) if q else []
    if q and not hits:
        counting.missed(q, language, MissedSearch.Place.PUBLIC)
    context = {"q": q, "hits": hits, "others": _others("help:search", language)}
    return _page("help/search.html", language, context)


@login_not_required
@require_safe
@in_language
def article(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    if limit(request, "help", LOOKS):
        return _slow()
    found = _article(slug)
    translations = {one.language: one for one in found.translations.exclude(title="")}
    if language not in translations:
        other = next(iter(translations), None)
        if other is None:
            raise Http404
        return redirect("help:article", other, slug)
    version = translations[language].versions.published().get()
    if request.method == "GET":
        counting.count(found.pk, language, "views")
    context = {
        "article": found,
        "version": version,
        "html": markup.render(version.body, pictures=pictures.public()),
        "beside": showing.beside(found, language),
        "others": [one for one in _others("help:article", language, slug) if one[0] in translations],
        "is_thanked": "thanks" in request.GET,
    }
    return _page("help/article.html", language, context)


@csrf_exempt  # the page is the same for everybody, and an opinion can harm nobody
@login_not_required
@require_POST
@in_language
def opinion(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    """Counted once per visitor: what they judged stands in a signed cookie of theirs."""
    found = _article(slug)
    form = OpinionForm(request.POST)
    if limit(request, "help-opinion", OPINIONS) or not form.is_valid():
        return _slow()
    answer = redirect(f"{reverse('help:article', args=[language, slug])}?thanks=1#opinion")
    judged = _judged(request)
    if found.pk not in judged:
        counting.count(found.pk, language, "helpful" if form.cleaned_data["answer"] == "yes" else "unhelpful")
        answer.set_cookie(
            COOKIE,
            signing.dumps([*judged, found.pk][-REMEMBERED:], salt=COOKIE),
            max_age=YEAR,
            path=reverse("help:start"),
            httponly=True,
            samesite="Lax",
            secure=settings.HTTPS,
        )
    return answer


@login_not_required
@require_safe
def picture(request: HttpRequest, digest: str) -> HttpResponse:
    shown = Article.objects.published().filter(audience=Article.Audience.PUBLIC)
    image = Image.objects.filter(digest=digest, article__in=shown).first()
    if image is None or limit(request, "help", LOOKS):
        raise Http404
    return pictures.answer(image, everybody=True)


def _article(slug: str) -> Article:
    shown = Article.objects.published().filter(audience=Article.Audience.PUBLIC)
    return get_object_or_404(shown.select_related("category__parent"), slug=slug)


def _judged(request: HttpRequest) -> list[int]:
    try:
        judged = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE)
    except signing.BadSignature:
        return []
    return judged if isinstance(judged, list) else []


def _others(name: str, language: str, *arguments: object) -> list[tuple[str, str, str]]:
    """The page in all languages, for people and for search engines."""
    return [
        (code, f"{settings.PUBLIC_URL}{reverse(name, args=[code, *arguments])}", str(title))
        for code, title in settings.LANGUAGES
    ]


def _page(template: str, language: str, context: Mapping[str, Any]) -> HttpResponse:
    """Rendered without the request: nothing of who asks can get into it."""
    frame = {"brand": settings.COMPANY_NAME, "theme": "auto", "language": language}
    response = HttpResponse(render_to_string(template, {**frame, **context}))
    response["Cache-Control"] = f"public, max-age={MINUTES * 60}"
    response["Content-Language"] = language
    return response


def _slow() -> HttpResponse:
    frame = {"brand": settings.COMPANY_NAME, "theme": "auto"}
    return HttpResponse(render_to_string("mail/slow.html", frame), status=429)
