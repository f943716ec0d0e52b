from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from channels.direct import services
from channels.direct.forms import MailForm
from channels.direct.models import DirectMessage
from crm.accounts.http import UserRequest, get_visible, needs
from customers.models import Customer
from customers.touches.views import cleaned


@require_POST
@needs("message", "create")
def mails(request: UserRequest, pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    fields = cleaned(MailForm(request.POST))
    services.write(
        customer,
        fields["channel"],
        purpose=fields["purpose"],
        subject=fields["subject"],
        body=fields["body"],
        by=request.user,
    )
    messages.success(request, _("The message is on its way."))
    return redirect("customers:detail", pk)


@require_POST
@needs("message", "create")
def mail_cancellation(request: UserRequest, pk: int) -> HttpResponse:
    own = DirectMessage.objects.visible_to(request.user).filter(by=request.user)
    message = get_visible(own, pk)
    services.cancel(message, by=request.user)
    messages.success(request, _("The message was taken back."))
    return redirect("customers:detail", message.customer_id)
