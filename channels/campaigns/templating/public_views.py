"""Pictures in mails, for whoever reads them."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from channels.campaigns.templating.models import Picture
from channels.mail import blobs

# A picture never changes: its name is its content.
YEAR = 365 * 24 * 3600


@login_not_required
@require_safe
def picture(request: HttpRequest, digest: str) -> HttpResponse:
    kind = Picture.objects.filter(digest=digest).values_list("media_type", flat=True).first()
    if kind is None:
        raise Http404
    try:
        response = HttpResponse(blobs.read(digest), content_type=kind)
    except FileNotFoundError:
        raise Http404 from None
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    # It is a picture and nothing else, whatever a browser may think of it.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
