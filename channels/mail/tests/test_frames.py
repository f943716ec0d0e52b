"""The frame around a stranger's HTML."""

import pytest

from channels.mail import frames
from channels.mail.cleaning import clean

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def shown(html: str, **options: object) -> str:
    return frames.document(clean(html) or "", {"logo@x": "/picture/7/"}, quoted="Quoted", **options)  # type: ignore[arg-type]


def test_pictures_of_the_mail_are_shown_others_wait() -> None:
    html = shown('<img src="cid:logo@x"><img src="cid:unknown"><img src="https://t.test/?a=1&amp;b=2">')
    assert 'src="/picture/7/"' in html
    assert ' src="https' not in html


def test_pictures_of_others_are_shown_when_asked_for() -> None:
    mail = '<img src="https://t.test/?a=1&amp;b=2"><img src="https://other.test/">'
    html = shown(mail, fetched={"https://t.test/?a=1&b=2": "data:image/png;base64,AA"})
    assert html.count(' src="data:image/png;base64,AA"') == 1
    assert ' src="https' not in html


def test_pictures_that_nobody_can_see_are_not_asked_for() -> None:
    mail = (
        '<img width="1" height="1" src="https://watch.test/"><img src="https://t.test/a&amp;b" height="40">'
    )
    assert frames.remote_pictures(clean(mail) or "") == ["https://t.test/a&b"]


def test_the_frame_runs_and_sends_nothing() -> None:
    policy = frames.headers()["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "img-src data:;" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "allow-forms" not in policy
    assert "script-src" not in policy


def test_an_address_cannot_end_its_attribute() -> None:
    html = frames.document(
        clean('<img src="cid:a&quot;b">') or "", {'a"b': '"><script>x</script>'}, quoted="Quoted"
    )
    assert "<script>" not in html


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote">On Monday Ann wrote:<blockquote>old</blockquote></div>',
        "<blockquote>old<blockquote>older</blockquote></blockquote>",
        '<div class="gmail_quote gmail_quote_container"><div>old</div><div>older</div></div>',
    ],
)
def test_a_quotation_is_folded_and_what_follows_is_not(quote: str) -> None:
    html = shown(f"<p>new</p>{quote}<p>below</p>")
    before, _, rest = html.partition("<details>")
    inside, _, after = rest.partition("</details>")
    assert "new" in before
    assert "old" in inside
    assert "below" in after


def test_what_is_only_a_quotation_is_shown() -> None:
    assert "<details>" not in shown("<blockquote>forwarded</blockquote>")


def test_downloads_are_saved_and_run_nowhere() -> None:
    found = frames.download_headers('报价"\r\nX: y.html', "text/html\r\nX: y")
    assert found["Content-Type"] == "application/octet-stream"
    assert found["Content-Disposition"].startswith("attachment;")
    assert not any("\r" in value or "\n" in value for value in found.values())
    assert found["X-Content-Type-Options"] == "nosniff"


def test_only_pictures_made_of_points_are_shown() -> None:
    assert frames.picture(PNG).startswith("data:image/png;base64,")
    assert (frames.picture_headers(PNG) or {})["Content-Type"] == "image/png"
    for data in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"%PDF-1.7", b"", b"GIF"):
        assert frames.picture(data) == ""
        assert frames.picture_headers(data) is None
