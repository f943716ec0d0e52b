"""The words people agree to: which version holds now."""

from channels.consent.models import ConsentText


def current() -> dict[str, ConsentText]:
    """The newest published version of each purpose."""
    published = ConsentText.objects.published().order_by("purpose", "-version").distinct("purpose")
    return {text.purpose: text for text in published}


def current_code(purpose: str) -> str:
    """How the ledger names it; empty while there is none."""
    found = current().get(purpose)
    return found.code if found else ""


def codes() -> list[tuple[str, str]]:
    """Every published version, newest first, as choices."""
    published = ConsentText.objects.published().order_by("purpose", "-version")
    return [(text.code, text.code) for text in published]
