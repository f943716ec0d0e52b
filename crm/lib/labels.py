"""Names of choices for templates: one dictionary look-up instead of Django's get_FOO_display per cell."""

from functools import lru_cache

from django.db.models import Choices
from django.utils.translation import get_language

_registered: dict[str, type[Choices]] = {}


def register(name: str, choices: type[Choices]) -> None:
    """Called in AppConfig.ready(); afterwards templates say {{ value|label:"name" }}."""
    if _registered.setdefault(name, choices) is not choices:
        raise ValueError(f"There are two choices called {name}.")
    _in_language.cache_clear()


def label(name: str, value: object) -> str:
    return _in_language(name, get_language()).get(value, str(value))


@lru_cache(maxsize=256)
def _in_language(name: str, language: str | None) -> dict[object, str]:
    return {value: str(text) for value, text in _registered[name].choices}
