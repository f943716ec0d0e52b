"""Articles beside a conversation: searched, suggested, put into the answer."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channels.inbox.models import Conversation
from channels.knowledge import counting, following, markup, searching
from channels.knowledge.models import Article, MissedSearch, Translation, Version
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import no_content

SUGGESTED, FOUND = 4, 8
# More than that nobody reads in a chat: there the link is put.
LONGEST_INSERT = 3000


@dataclass(frozen=True)
class Offer:
    translation: Translation
    words: tuple[str, ...]
    text: str
    address: str


@require_GET
@needs("knowledge", "view")
def for_conversation(request: UserRequest, pk: int) -> HttpResponse:
    """What was searched for; without a question, what the customer's last words suggest."""
    conversation = get_visible(Conversation.objects.visible_to(request.user).select_related("customer"), pk)
    q = request.GET.get("q", "").strip()[:100]
    language = _language(conversation)
    rows = Translation.objects.visible_to(request.user)
    if q:
        hits = searching.find(rows, q, language=language, limit=FOUND)
        if not hits:
            counting.missed(q, language, MissedSearch.Place.STAFF)
    else:
        said = following.asked(conversation, 1)
        hits = searching.find(rows, said, language=language, limit=SUGGESTED, suggest=True) if said else []
    template = "knowledge/_hits.html" if "q" in request.GET else "knowledge/_articles.html"
    context = {"conversation": conversation, "q": q, "offers": _offers(request, hits)}
    return render(request, template, context)


@require_POST
@needs("knowledge", "view")
def insertions(request: UserRequest, pk: int) -> HttpResponse:
    """Remembers that an article was put into the answer of this conversation."""
    conversation = get_visible(Conversation.objects.visible_to(request.user), pk)
    chosen = request.POST.get("article", "")
    if not chosen.isdecimal() or len(chosen) > 9:
        raise BadInput(_("Choose one of them."))
    article = get_visible(Article.objects.visible_to(request.user).published(), int(chosen))
    counting.inserted(article, conversation, by=request.user)
    return no_content(request)


def _language(conversation: Conversation) -> str:
    known = dict(settings.LANGUAGES)
    asked = (conversation.language, conversation.customer.language, get_language() or "")
    return next((one for one in asked if one in known), settings.LANGUAGE_CODE)


def _offers(request: UserRequest, hits: list[searching.Hit]) -> list[Offer]:
    rows = Version.objects.visible_to(request.user).published()
    bodies = dict(
        rows.filter(translation__in=[hit.translation.pk for hit in hits]).values_list("translation", "body")
    )
    return [
        Offer(
            hit.translation,
            hit.words,
            _insert(hit.translation, bodies.get(hit.translation.pk, "")),
            _address(hit.translation),
        )
        for hit in hits
    ]


def _insert(translation: Translation, body: str) -> str:
    """The article as words for the customer; a long one is begun and goes on behind its link."""
    text = markup.plain(body)
    if len(text) <= LONGEST_INSERT:
        return text
    start = text[:LONGEST_INSERT].rsplit("\n", 1)[0]
    address = _address(translation)
    return f"{start}\n…\n{address}".strip()


def _address(translation: Translation) -> str:
    if not translation.article.is_public:
        return ""
    path = reverse("help:article", args=[translation.language, translation.article.slug])
    return f"{settings.PUBLIC_URL}{path}"
