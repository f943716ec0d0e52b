"""What happens by itself: questions nobody answered go to the managers, old checks are forgotten."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from customers.inquiries import services
from customers.inquiries.models import Check, Inquiry

AT_ONCE = 500


def sweep() -> int:
    """How many questions were passed on."""
    now = timezone.now()
    gone = Inquiry.objects.open().exclude(customer__deleted_at=None)
    gone.update(state=Inquiry.State.LAPSED, closed_at=now)
    Check.objects.filter(asked_at__lt=now - timedelta(days=settings.INQUIRY_KEEP_DAYS)).delete()
    late = Inquiry.objects.overdue().select_related("customer__team", "asked_by").order_by("due_at")
    return sum(services.pass_on(one) for one in late[:AT_ONCE])
