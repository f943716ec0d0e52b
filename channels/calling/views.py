"""Who is calling: stands in a corner of every page while it rings."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from channels.calling.hearing import RINGING
from channels.inbox.models import Conversation
from channels.live.models import Event
from crm.accounts.http import UserRequest, needs
from customers.models import Customer

# So long nobody lets it ring.
RINGS = timedelta(seconds=60)


@require_GET
@needs("conversation", "view")
def ringing(request: UserRequest) -> HttpResponse:
    rings = Event.objects.filter(  # no customer data
        topic=f"user:{request.user.pk}", kind=RINGING, at__gt=timezone.now() - RINGS
    )
    call = rings.order_by("-pk").first()
    number = call.data.get("customer") if call else None
    found = Customer.objects.visible_to(request.user).filter(pk=number).first() if number else None
    rows = Conversation.objects.visible_to(request.user).open()
    context = {
        "is_ringing": call is not None,
        "caller": found,
        "open": rows.filter(customer=found).order_by("-last_at", "-pk").first() if found else None,
    }
    return render(request, "calling/_ringing.html", context)
