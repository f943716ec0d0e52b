"""Rating a conversation, without an account. Looking changes nothing: mail programs look at links, too."""

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from channels.reports import rating
from channels.reports.models import Rating
from crm.lib.limits import limit

LOOKS, ANSWERS = 60, 10
SCORES = (
    (5, pgettext_lazy("rating", "Very good")),
    (4, pgettext_lazy("rating", "Good")),
    (3, pgettext_lazy("rating", "All right")),
    (2, pgettext_lazy("rating", "Poor")),
    (1, pgettext_lazy("rating", "Very poor")),
)


class RatingForm(forms.Form):
    score = forms.TypedChoiceField(choices=SCORES, coerce=int)
    comment = forms.CharField(label=_("Anything you want to tell us?"), max_length=1000, required=False)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    if limit(request, "rating", ANSWERS if request.method == "POST" else LOOKS):
        return render(request, "mail/slow.html", status=429)
    conversation = rating.conversation_of(token)
    if conversation is None:
        return render(request, "mail/nowhere.html")
    form = RatingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        rating.rate(conversation, form.cleaned_data["score"], form.cleaned_data["comment"])
        return redirect("rating:page", token)
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(settings.LANGUAGES) else rating.language_of(conversation)
    with translation.override(language):
        is_rated = Rating.objects.filter(conversation=conversation, score__isnull=False).exists()
        context = {"form": form, "scores": SCORES, "is_rated": is_rated, "languages": settings.LANGUAGES}
        context["language"] = language
        response = render(request, "reports/rate.html", context, status=422 if form.is_bound else 200)
    response["Referrer-Policy"] = "no-referrer"
    return response
