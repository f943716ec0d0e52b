"""The picture of a page: made of points, small, and handed out by a view only."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from channels.landing.models import LandingPage
from channels.mail import blobs, sniffing
from crm.lib.errors import Refused

LARGEST = 2 * 1024 * 1024


def put(page: LandingPage, data: bytes) -> None:
    if len(data) > LARGEST:
        raise Refused(_("A picture may have at most 2 MB."))
    if not sniffing.is_showable(data):
        raise Refused(_("Only PNG, JPEG, GIF and WebP pictures can be shown."))
    page.picture, page.picture_type = blobs.keep(data), sniffing.media_type(data)


def answer(page: LandingPage) -> HttpResponse:
    response = HttpResponse(blobs.read(page.picture), content_type=page.picture_type)
    response["Cache-Control"] = "public, max-age=86400"
    # It is a picture and nothing else, whatever a browser may think of it.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def named(digests: set[str]) -> set[str]:
    return set(LandingPage.objects.filter(picture__in=digests).values_list("picture", flat=True))
