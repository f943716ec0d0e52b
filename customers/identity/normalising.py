"""The forms in which names and handles are compared, so that two spellings of one thing meet."""

import unicodedata


def name_key(name: str) -> str:
    """A name without case, width, spaces and signs. What consists of signs only stays as it is."""
    folded = name if name.isascii() else unicodedata.normalize("NFKC", name)
    folded = folded.casefold()
    if folded.isalnum():
        return folded
    return "".join(filter(str.isalnum, folded)) or folded.strip()
