"""What customers reach without an account: the picture, the links and the unsubscribe page of a mail.

Signed links and forged ones get the same answer to the byte, except that a real link leads where it leads.
"""

from base64 import b64decode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from channels.campaigns import tracking
from channels.campaigns.message import NOTHING
from channels.campaigns.tracking import Visit
from crm.lib.limits import address_of, limit

PICTURE = b64decode(NOTHING.partition(",")[2])
PER_MINUTE = 240


@login_not_required
@require_safe
def open(request: HttpRequest, token: str) -> HttpResponse:  # noqa: A001 - the address is called so
    if request.method == "GET" and not limit(request, "mail", PER_MINUTE):
        tracking.opened(token, visit_of(request))
    return HttpResponse(PICTURE, content_type="image/gif", headers={"Cache-Control": "no-store"})


@login_not_required
@require_safe
def click(request: HttpRequest, token: str) -> HttpResponse:
    if request.method == "GET" and not limit(request, "mail", PER_MINUTE):
        url = tracking.clicked(token, visit_of(request))
    else:
        url = tracking.destination(token)
    if url is None:
        return render(request, "mail/nowhere.html")
    return HttpResponseRedirect(url, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


@login_not_required
@csrf_exempt  # the token is the permission; mail programs post here without a cookie (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing: link checkers look at everything."""
    if request.method != "POST":
        return render(request, "mail/unsubscribe.html", {"is_done": False})
    one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    tracking.unsubscribe(token, visit_of(request), one_click=one_click)
    return render(request, "mail/unsubscribe.html", {"is_done": True})


@login_not_required
@require_safe
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """The customer's own page takes the token of a mail as well; only its address is another."""
    return redirect("preferences:page", token)


def visit_of(request: HttpRequest) -> Visit:
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return Visit(
        agent=request.headers.get("User-Agent", ""),
        address=address_of(request),
        is_prefetch="prefetch" in purpose or "preview" in purpose,
    )
