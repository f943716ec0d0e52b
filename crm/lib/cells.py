"""Cells of exported files that no spreadsheet takes for a formula, and the way back."""

DANGEROUS = frozenset("=+-@\t\r\n\0＝＋－＠")


def safe(text: str) -> str:
    """The text behind an apostrophe where a spreadsheet would run it."""
    return f"'{text}" if text.lstrip("' ")[:1] in DANGEROUS and text else text


def plain(text: str) -> str:
    """What `safe` was given. Also opens ="00123", by which programs keep leading zeros."""
    if text[:1] == "'" and text.lstrip("' ")[:1] in DANGEROUS:
        return text[1:]
    if text[:2] == '="' and text[-1] == '"' and len(text) > 3:
        return text[2:-1]
    return text
