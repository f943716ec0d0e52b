"""Pictures in articles: made of points, small, named by their digest, and only handed out by a view."""

from functools import cache

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from channels.knowledge.models import Article, Image
from channels.mail import blobs, sniffing
from crm.lib.errors import Refused

LARGEST = 3 * 1024 * 1024
MOST = 40
NOBODY = "0" * 64
# A picture never changes: its name is its content.
YEAR = 365 * 24 * 3600


@cache
def staff() -> str:
    return reverse("knowledge:picture", args=[NOBODY]).replace(NOBODY, "{}")


@cache
def public() -> str:
    return reverse("help:picture", args=[NOBODY]).replace(NOBODY, "{}")


def add(article: Article, name: str, data: bytes) -> Image:
    if len(data) > LARGEST:
        raise Refused(_("A picture may have at most 3 MB."))
    if not sniffing.is_showable(data):
        raise Refused(_("Only PNG, JPEG, GIF and WebP pictures can be shown."))
    if article.images.count() >= MOST:
        raise Refused(_("An article may have at most 40 pictures."))
    fields = {
        "name": sniffing.safe_name(name)[:160],
        "media_type": sniffing.media_type(data),
        "size": len(data),
    }
    return Image.objects.get_or_create(article=article, digest=blobs.keep(data), defaults=fields)[0]


def answer(image: Image, *, everybody: bool) -> HttpResponse:
    response = HttpResponse(blobs.read(image.digest), content_type=image.media_type)
    response["Cache-Control"] = f"{'public' if everybody else 'private'}, max-age={YEAR}, immutable"
    # It is a picture and nothing else, whatever a browser may think of it.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def named(digests: set[str]) -> set[str]:
    return set(Image.objects.filter(digest__in=digests).values_list("digest", flat=True))
