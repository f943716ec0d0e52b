"""The bytes of a mail are those they were: receivers' filters and our own journals know them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import override_settings

from channels.connectors.base import Content, Envelope
from channels.connectors.mime import EmailTemplate, Sender

GOLDEN = Path(__file__).parent / "golden_mails"
CONTENT = Content(
    "{{ name }}，这个月的豆单到了",
    "{{ name }}，你好：\n\n.一支新豆\r\n{{ city }}\n\n{{ link_1 }}\n{{ unsubscribe }}",
    "<p>{{ name }} &amp; {{ city }}</p>\n<a href='{{ link_1 }}'>豆单</a>" + "<p>保山水洗</p>\n" * 20,
)
FIELDS = {
    "name": "王<b>芳</b>\x07 & Co",
    "city": "上海\r\nBcc: nobody@example.com\n\u2028“浦东”",
    "link_1": "https://shop.example/c/1?a=1&b=2",
    "unsubscribe": "https://shop.example/u/1",
}


@pytest.mark.parametrize("name", ["personal", "plain"])
@override_settings(SECRET_KEY="a key that never changes", SECRET_KEY_FALLBACKS=[])
def test_a_mail_is_what_it_was(name: str) -> None:
    content = CONTENT if name == "personal" else Content("Beans", "{{ name }}: hello\n")
    envelope = Envelope(
        to="ann@example.com",
        key="0123456789abcdef0123456789abcdef",
        at=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        fields=FIELDS,
        to_name="王芳 (Ann)",
        unsubscribe_url="https://shop.example/u/1",
    )
    made = EmailTemplate(content, Sender("news@example.com", "澜山生活", "help@example.com")).render(envelope)
    assert made.data == (GOLDEN / f"{name}.eml").read_bytes()
