"""The sandbox's phones: playing the customer, on every channel at once."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channels.models import Channel
from channels.phones import personas, playing, threads
from channels.phones.forms import CallForm, OrderForm, PersonaForm, SaidForm
from channels.phones.personas import Persona
from channels.sandbox.models import SandboxMessage
from channels.sandbox.playing import CannotPlay
from channels.secrets import Unreadable
from channels.store.models import Shop
from crm.accounts.http import UserRequest, get_visible, needs
from crm.audit import services as audit
from crm.lib.errors import BadInput, Refused
from crm.lib.htmx import no_content, wants_part
from customers.models import Customer
from customers.orders.models import Product

MOST_ARTICLES = 40


@require_GET
@needs("channel", "view")
def page(request: UserRequest) -> HttpResponse:
    persona = _persona(request)
    context: dict[str, Any] = {
        "persona": persona,
        "phones": _phones(request, persona) if persona else [],
        "may_play": request.user.may("channel", "configure"),
        "sees_inbox": request.user.may("conversation", "view"),
        "how": CallForm.CHOICES,
        "articles": Product.objects.order_by("name")[:MOST_ARTICLES],  # no customer data
        "shops": Shop.objects.filter(is_open=True),  # no customer data
    }
    return render(request, "phones/page.html", context)


@require_GET
@needs("channel", "view")
def news(request: UserRequest) -> HttpResponse:
    """All threads as they are now; the page asks every two seconds."""
    persona = _persona(request)
    shown = _phones(request, persona) if persona else []
    return render(request, "phones/_threads.html", {"phones": shown, "is_news": True})


@require_POST
@needs("channel", "configure")
def persona(request: UserRequest) -> HttpResponse:
    """Chooses who is played. Accounts of the sandbox know them from now on."""
    form = PersonaForm(request.POST)
    form.fields["customer"].queryset = Customer.objects.visible_to(request.user, "edit")  # type: ignore[attr-defined]
    if not form.is_valid():
        raise BadInput(_("Choose a customer, or give the new person a name."))
    customer = form.cleaned_data["customer"]
    if customer is None:
        name = " ".join(form.cleaned_data["name"].split()) or _("A new person")
        chosen = personas.newcomer(name)
    else:
        chosen = personas.of_customer(customer)
        for channel in _channels(request):
            personas.introduce(customer, chosen, channel)
        audit.record("sandbox.played", customer, by=request.user)
    request.session[personas.KEY] = personas.stored(chosen)
    return redirect("phones:page")


@require_POST
@needs("channel", "configure")
def said(request: UserRequest, pk: int) -> HttpResponse:
    channel, chosen = _held(request, pk)
    form = SaidForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Please write something first."))
    text, subject = form.cleaned_data["text"], form.cleaned_data["subject"]
    _play(playing.say, channel, chosen, text, subject=subject)
    return _done(request, channel, text)


@require_POST
@needs("channel", "configure")
def call(request: UserRequest, pk: int) -> HttpResponse:
    channel, chosen = _held(request, pk)
    form = CallForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Choose how the call goes."))
    how, agent = form.cleaned_data["how"], form.cleaned_data["agent"]
    event = {CallForm.RINGING: "call.ringing", CallForm.MISSED: "call.missed"}.get(how, "call.ended")
    data = {"event": event, "agent": agent or request.user.username}
    _play(playing.act, channel, chosen, "missed_call" if how == CallForm.MISSED else "call", data)
    return _done(request, channel, str(dict(CallForm.CHOICES)[how]))


@require_POST
@needs("channel", "configure")
def order(request: UserRequest, pk: int) -> HttpResponse:
    channel, chosen = _held(request, pk)
    form = OrderForm(request.POST)
    sku = form.cleaned_data["sku"] if form.is_valid() else ""
    article = Product.objects.filter(sku=sku).first()  # no customer data
    if article is None:
        raise BadInput(_("Choose what is bought."))
    store, price = form.cleaned_data["store"], str(article.price or 0)
    data = {
        "state": "ordered" if store else "completed",
        "pickup": bool(store),
        "store": store,
        "total": price,
        "currency": settings.DEFAULT_CURRENCY,
        "lines": [{"sku": article.sku, "name": article.name, "quantity": 1, "amount": price}],
    }
    _play(playing.act, channel, chosen, "order", data, number=uuid4().hex[:8])
    return _done(request, channel, article.name)


def _persona(request: UserRequest) -> Persona | None:
    return personas.of_session(request.session.get(personas.KEY))


def _channels(request: UserRequest) -> list[Channel]:
    return [one for one in Channel.objects.visible_to(request.user).enabled() if playing.is_played(one)]


def _phones(request: UserRequest, chosen: Persona) -> list[threads.Phone]:
    words = request.session[personas.KEY].get("said", [])
    return threads.phones(_channels(request), chosen, words, SandboxMessage.objects.visible_to(request.user))


def _held(request: UserRequest, pk: int) -> tuple[Channel, Persona]:
    channel = get_visible(Channel.objects.visible_to(request.user, "configure").enabled(), pk)
    chosen = _persona(request)
    if chosen is None:
        raise Refused(_("Choose first whom you want to play."))
    if not playing.is_played(channel):
        raise Refused(_("This channel does not end in the sandbox."))
    return channel, chosen


def _play(play: Any, *given: Any, **more: Any) -> None:
    try:
        play(*given, **more)
    except (CannotPlay, Unreadable):
        raise Refused(_("The sandbox cannot play this channel. Look at its settings.")) from None


def _done(request: UserRequest, channel: Channel, text: str) -> HttpResponse:
    kept = request.session[personas.KEY]
    request.session[personas.KEY] = {**kept, "said": threads.note(kept.get("said", []), channel, text)}
    if wants_part(request):
        return no_content(request)
    messages.success(request, _("Sent."))
    return redirect("phones:page")
