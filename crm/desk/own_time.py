"""In which time zone a colleague reads and writes times."""

from functools import cache
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.accounts.http import UserRequest
from crm.accounts.models import User

# Those with a place in their name; the others are old names and offsets that no place keeps all year.
REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def zones() -> list[str]:
    """Kept, since the list is read from the disk."""
    return [*sorted(one for one in available_timezones() if one.split("/")[0] in REGIONS), "UTC"]


class TimeZoneForm(forms.Form):
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, user: User, data: object = None) -> None:
        super().__init__(data, initial={"time_zone": user.time_zone})  # type: ignore[arg-type]
        company = _("The company's (%(zone)s)") % {"zone": settings.TIME_ZONE}
        self.fields["time_zone"].choices = [("", company), *((one, one) for one in zones())]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def own_time(request: UserRequest) -> HttpResponse:
    form = TimeZoneForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.user.time_zone = form.cleaned_data["time_zone"]
        request.user.save(update_fields=["time_zone"])
        messages.success(request, _("From now on you see all times in this time zone."))
        return redirect("desk:own-time")
    context = {"form": form, "now": timezone.now()}
    return render(request, "desk/own_time.html", context, status=422 if form.errors else 200)
