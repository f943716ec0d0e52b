"""The list of templates, and a template's own page."""

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.campaigns.templating import design, services, sheet, starters, using
from channels.campaigns.templating.design import LANGUAGES
from channels.campaigns.templating.forms import (
    KeepForm,
    LanguageForm,
    LinesForm,
    NameForm,
    NewForm,
    SettingForm,
    TemplateFilter,
)
from channels.campaigns.templating.models import Setting, Template, Version
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part, wants_part
from crm.lib.paging import keyset


@require_GET
@needs("template", "view")
def template_list(request: UserRequest) -> HttpResponse:
    filters = TemplateFilter(request.GET)
    newest = Version.objects.visible_to(request.user).filter(template=OuterRef("pk")).order_by("-number")
    rows = filters.apply(Template.objects.visible_to(request.user)).select_related("changed_by")
    rows = rows.annotate(
        number=Subquery(newest.values("number")[:1]), state=Subquery(newest.values("state")[:1])
    )
    page = keyset(rows, "-changed_at", request.GET.get("cursor", ""))
    context = {
        "page": page,
        "rows": [(one, [LANGUAGES[code] for code in one.design["languages"]]) for one in page.rows],
        "states": dict(Version.State.choices),
        "stages": TemplateFilter.STAGES,
        "stage": filters.chosen,
        "may": {action: request.user.may("template", action) for action in ("create", "configure")},
    }
    return render_part(request, "templating/list.html", "results", context)


@require_http_methods(["GET", "POST"])
@needs("template", "create")
def new(request: UserRequest) -> HttpResponse:
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kind = form.cleaned_data["kind"]
        drawn = starters.find(request.POST.get("starter", "")).draw(mail=kind == Template.Kind.EMAIL)
        made = services.create(form.cleaned_data["name"], kind, drawn, by=request.user)
        return redirect("templating:detail", made.pk)
    context = {"form": form, "starters": starters.STARTERS}
    return render(request, "templating/new.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@needs("template", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    template = get_template(request, pk)
    return sheet.show(request, template, sheet.language_of(request, template.design))


@require_http_methods(["GET", "POST"])
@needs("template", "edit")
def name(request: UserRequest, pk: int) -> HttpResponse:
    template = get_template(request, pk, "edit")
    form = NameForm(request.POST or None, instance=template)
    if request.method == "POST" and form.is_valid():
        template.save(update_fields=["name"])
        return redirect("templating:detail", pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "templating/name.html", {"form": form, "template": template}, status=status)


@require_POST
@needs("template", "edit")
def lines(request: UserRequest, pk: int, language: str) -> HttpResponse:
    """Subject and preview line of a mail."""
    template = get_template(request, pk, "edit", language)
    form = LinesForm(request.POST)
    if not form.is_valid():
        return sheet.show(request, template, language, form)
    services.draw(template, design.word(template.design, language, **form.cleaned_data), by=request.user)
    return back(request, template, language)


@require_POST
@needs("template", "edit")
def languages(request: UserRequest, pk: int) -> HttpResponse:
    """Adds a language, with a copy of the first to be translated."""
    template = get_template(request, pk, "edit")
    form = LanguageForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("A template has at least one language, and only those of the company."))
    language = form.cleaned_data["language"]
    like = design.language_for(template.design, "")
    services.draw(template, design.add_language(template.design, language, like), by=request.user)
    return back(request, template, language)


@require_POST
@needs("template", "edit")
def language_removal(request: UserRequest, pk: int, language: str) -> HttpResponse:
    template = get_template(request, pk, "edit", language)
    services.draw(template, design.drop_language(template.design, language), by=request.user)
    return redirect("templating:detail", pk)


@require_POST
@needs("template", "edit")
def versions(request: UserRequest, pk: int) -> HttpResponse:
    """Keeps what is being worked on as a version."""
    template = get_template(request, pk, "edit")
    form = KeepForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("The note is too long."))
    made = services.keep(template, form.cleaned_data["note"], by=request.user)
    messages.success(request, _("Version %(number)d was saved.") % {"number": made.number})
    return redirect("templating:version", pk, made.number)


@require_POST
@needs("template", "create")
def copies(request: UserRequest, pk: int) -> HttpResponse:
    made = services.copy(get_template(request, pk), by=request.user)
    messages.success(request, _("The template was copied."))
    return redirect("templating:detail", made.pk)


@require_POST
@needs("template", "edit")
def archiving(request: UserRequest, pk: int) -> HttpResponse:
    """Into the archive, or out of it."""
    template = get_template(request, pk, "edit")
    if template.archived_at:
        services.unarchive(template, by=request.user)
        messages.success(request, _("The template can be used again."))
    else:
        services.archive(template, by=request.user)
        messages.success(request, _("The template is in the archive. What it is used for goes on."))
    return redirect("templating:detail", pk)


@require_http_methods(["GET", "POST"])
@needs("template", "configure")
def setting(request: UserRequest) -> HttpResponse:
    known = Setting(needs_approval=using.needs_approval())
    form = SettingForm(request.POST if request.method == "POST" else None, instance=known)
    if request.method == "POST" and form.is_valid():
        services.demand_approval(form.cleaned_data["needs_approval"], by=request.user)
        messages.success(request, _("The setting was saved."))
        return redirect("templating:list")
    return render(request, "templating/setting.html", {"form": form})


def get_template(request: UserRequest, pk: int, action: str = "view", language: str = "") -> Template:
    """The template, if it has that language."""
    rows = Template.objects.visible_to(request.user, action).select_related("changed_by")
    return get_visible(rows.filter(design__languages__has_key=language) if language else rows, pk)


def back(request: UserRequest, template: Template, language: str) -> HttpResponse:
    """The sheet as it is now."""
    if wants_part(request):
        return sheet.show(request, template, language)
    return redirect(f"{template.get_absolute_url()}?language={language}")
