"""The form of a landing page: the customer's own fields, a stamp that says where its sender came from."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core import signing
from django.utils import timezone

from channels.chat import web_forms
from channels.landing.models import LandingPage
from channels.landing.origins import Came
from customers.fields import definitions
from customers.fields.definitions import Definition
from customers.fields.forms import PREFIX, field_for
from customers.fields.kinds import shown

SALT = "channels.landing"
STANDARD = ("name", "email", "phone", "company", "city")


def own_fields() -> list[Definition]:
    """Those that strangers may fill in: what few colleagues may see is not asked on the web."""
    return [one for one in definitions.current() if one.is_open]


class LandingForm(web_forms.Sending):
    def __init__(self, page: LandingPage, language: str, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.page, self.language = page, language
        self.own = [one for one in own_fields() if PREFIX + one.key in page.fields]
        known = definitions.by_key(self.own)
        for name, is_required in page.fields.items():
            if name in STANDARD:
                self.fields[name] = web_forms.standard(name, required=is_required)
            elif one := known.get(name.removeprefix(PREFIX)):
                self.fields[name] = field_for(one, None)
                self.fields[name].required = is_required
        if page.asks_consent:
            self.fields["consent"] = forms.BooleanField(required=False)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxSelectMultiple):
                is_list = isinstance(field.widget, forms.Select)
                field.widget.attrs.setdefault("class", "form-select" if is_list else "form-control")

    def raw(self, number: UUID, came: Came, consent: dict[str, Any]) -> bytes:
        """What is kept of it."""
        said = self.cleaned_data
        values = {name: str(said.get(name) or "") for name in STANDARD}
        own = {one.key: said[PREFIX + one.key] for one in self.own if said[PREFIX + one.key] not in ("", [])}
        return json.dumps(
            {
                "id": str(number),
                "at": timezone.now().timestamp(),
                "page": self.page.pk,
                "title": self.page.name,
                "values": {**values, "language": self.language},
                "answers": list(self._answers(own)),
                "own": own,
                "origin": came.kept,
                "consent": consent if said.get("consent") else {},
            }
        ).encode()

    def _answers(self, own: dict[str, Any]) -> Iterable[tuple[str, str]]:
        for name in ("company", "city"):
            if text := self.cleaned_data.get(name):
                yield str(self.fields[name].label), str(text)
        for one in self.own:
            if one.key in own:
                yield one.label, shown(one, own[one.key])


def new_stamp(came: Came) -> str:
    """Names what will be sent, and says when the page was made and for whom from where."""
    return signing.dumps({"number": uuid4().hex, "came": came.kept}, salt=SALT, compress=True)


def read_stamp(stamp: str) -> tuple[UUID, Came] | None:
    """None if the page is not ours or too old."""
    try:
        found = signing.loads(stamp, salt=SALT, max_age=web_forms.SLOWEST)
        return UUID(found["number"]), Came.read(found["came"])
    except (signing.BadSignature, ValueError, TypeError, KeyError):
        return None


def is_quick(stamp: str) -> bool:
    try:
        signing.loads(stamp, salt=SALT, max_age=web_forms.QUICKEST)
    except signing.SignatureExpired:
        return False
    return True
