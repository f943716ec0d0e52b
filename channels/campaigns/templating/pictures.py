"""Pictures in templates: made of points, small enough for a mail, named by their digest."""

from django.utils.translation import gettext as _

from channels.campaigns.templating.models import Picture, Template
from channels.mail import blobs, sniffing
from crm.lib.errors import Refused

LARGEST = 2 * 1024 * 1024
MOST = 60


def add(template: Template, name: str, data: bytes) -> str:
    """Keeps the picture and says what a block calls it."""
    if len(data) > LARGEST:
        raise Refused(_("A picture in a mail may have at most 2 MB."))
    if not sniffing.is_showable(data):
        raise Refused(_("Only PNG, JPEG, GIF and WebP pictures can be shown."))
    if template.pictures.count() >= MOST:
        raise Refused(_("A template may have at most %(number)d pictures.") % {"number": MOST})
    fields = {
        "name": sniffing.safe_name(name)[:160],
        "media_type": sniffing.media_type(data),
        "size": len(data),
    }
    made, _new = Picture.objects.get_or_create(template=template, digest=blobs.keep(data), defaults=fields)
    return f"picture:{made.digest}"


def named(digests: set[str]) -> set[str]:
    return set(Picture.objects.filter(digest__in=digests).values_list("digest", flat=True))
