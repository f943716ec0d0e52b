"""Who works on a customer: the owner, the collaborators, and whether the team sees it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.models import User
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part, wants_part
from customers.models import Customer, Share
from customers.record import sharing
from customers.record.views import tell_saved


class ShareForm(forms.Form):
    user = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Colleague"), empty_label=gettext_lazy("Choose a colleague…")
    )
    level = forms.ChoiceField(label=gettext_lazy("May"), choices=Share.Level, initial=Share.Level.EDIT)

    def __init__(self, data: object = None, *, customer: Customer) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["user"].queryset = sharing.candidates(customer)  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"


@require_http_methods(["GET", "POST"])
@needs("customer", "view")
def collaborators(request: UserRequest, pk: int) -> HttpResponse:
    """Everybody who may see the customer sees with whom it is shared; some may share it."""
    if request.method == "GET":
        return _people(request, get_visible(Customer.objects.visible_to(request.user), pk))
    customer = get_visible(Customer.objects.visible_to(request.user, "share"), pk)
    form = ShareForm(request.POST, customer=customer)
    if not form.is_valid():
        return _people(request, customer, form, status=422)
    user, level = form.cleaned_data["user"], form.cleaned_data["level"]
    sharing.share(customer, user, level, by=request.user)
    messages.success(request, _("Shared with %(name)s.") % {"name": user})
    return _answer(request, customer)


@require_POST
@needs("customer", "share")
def collaborator(request: UserRequest, pk: int, user_pk: int) -> HttpResponse:
    """Changes what a collaborator may do; an empty level ends it."""
    customer = get_visible(Customer.objects.visible_to(request.user, "share"), pk)
    user = get_visible(User.objects.filter(pk__in=customer.shares.values("user")), user_pk)
    level = request.POST.get("level", "")
    if level not in ("", *Share.Level.values):
        raise BadInput(_("There is no such right."))
    if level:
        sharing.share(customer, user, level, by=request.user)
        messages.success(request, _("Shared with %(name)s.") % {"name": user})
    else:
        sharing.unshare(customer, user, by=request.user)
        messages.success(request, _("No longer shared with %(name)s.") % {"name": user})
    return _answer(request, customer)


@require_POST
@needs("customer", "assign")
def restriction(request: UserRequest, pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user, "assign"), pk)
    saved = sharing.restrict(customer, by=request.user, restricted=request.POST.get("restricted") == "on")
    if not Customer.objects.visible_to(request.user).filter(pk=pk).exists():
        messages.success(request, _("From now on only the owner and collaborators see this customer."))
        return redirect("customers:list")
    tell_saved(request, saved)
    return _answer(request, saved)


def _answer(request: UserRequest, customer: Customer) -> HttpResponse:
    return _people(request, customer) if wants_part(request) else redirect("record:people", customer.pk)


def _people(
    request: UserRequest, customer: Customer, form: ShareForm | None = None, *, status: int = 200
) -> HttpResponse:
    may = {
        action: Customer.objects.visible_to(request.user, action).filter(pk=customer.pk).exists()
        for action in ("share", "assign")
    }
    context = {
        "customer": customer,
        "shares": customer.shares.select_related("user").order_by("user__name", "pk"),
        "may": may,
        "form": (form or ShareForm(customer=customer)) if may["share"] else None,
        "levels": Share.Level.choices,
    }
    return render_part(request, "record/people.html", "people", context, status=status)
