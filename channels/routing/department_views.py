"""Departments and the people in them: who is here, how much they have, how much they can hold."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.routing import setting_up, shown
from channels.routing.forms import CapacityForm, DepartmentForm
from channels.routing.models import Capacity, Department
from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.models import Team, User
from crm.lib.htmx import render_part


@require_GET
@needs("routing", "view")
def people(request: UserRequest) -> HttpResponse:
    context = {
        "groups": shown.groups(Team.objects.order_by("name")),  # no customer data
        "may_configure": request.user.may("routing", "configure"),
    }
    return render_part(request, "routing/people.html", "results", context)


@require_POST
@needs("routing", "configure")
def capacity(request: UserRequest, pk: int) -> HttpResponse:
    user = get_visible(User.objects.filter(is_active=True), pk)  # no customer data
    form = CapacityForm(request.POST, instance=Capacity(user=user))
    if form.is_valid():
        setting_up.set_capacity(user, form.cleaned_data["most"], by=request.user)
        messages.success(request, _("Your changes were saved."))
    else:
        messages.error(request, _("Enter a number from 0 to 1,000."))
    return redirect("routing:people")


@require_http_methods(["GET", "POST"])
@needs("routing", "configure")
def department(request: UserRequest, pk: int) -> HttpResponse:
    team = get_visible(Team.objects.all(), pk)  # no customer data
    row = Department.objects.visible_to(request.user, "configure").filter(team=team).first()
    form = DepartmentForm(request.POST or None, instance=row or Department(team=team))
    if request.method == "POST" and form.is_valid():
        setting_up.set_up(form.save(commit=False), by=request.user)
        messages.success(request, _("Your changes were saved."))
        return redirect("routing:people")
    status = 422 if request.method == "POST" else 200
    return render(request, "routing/department.html", {"form": form, "team": team}, status=status)
