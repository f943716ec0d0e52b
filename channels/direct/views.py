from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from channels.direct import services
from channels.direct.models import DirectMessage
from crm.accounts.http import UserRequest, get_visible, needs


@require_POST
@needs("message", "create")
def mail_cancellation(request: UserRequest, pk: int) -> HttpResponse:
    own = DirectMessage.objects.visible_to(request.user).filter(by=request.user)
    message = get_visible(own, pk)
    services.cancel(message, by=request.user)
    messages.success(request, _("The message was taken back."))
    return redirect("customers:detail", message.customer_id)
