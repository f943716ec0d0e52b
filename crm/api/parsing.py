"""JSON from strangers: what Python's reader lets through and PostgreSQL or a careful reader would not."""

import json
from typing import Any, cast

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.types import DictStrAny

LARGEST = 2 * 1024 * 1024
DEEPEST = 20


class Unusable(ValueError):
    """The body is no JSON we take. `code` says why, in the words of crm.api.errors."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class StrictParser(Parser):
    def parse_body(self, request: HttpRequest) -> DictStrAny:
        return cast(DictStrAny, parse(request.body))


def parse(body: bytes) -> Any:
    if len(body) > LARGEST:
        raise Unusable("too_large")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Unusable("not_utf8") from None
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except Unusable:
        raise
    except (ValueError, RecursionError):
        raise Unusable("not_json") from None
    _check(value, escapes="\\u" in text)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Unusable("repeated_key")
    return made


def _constant(name: str) -> Any:
    raise Unusable("not_json")


def _check(value: Any, *, escapes: bool) -> None:
    """No deeper than any document of ours, and only characters that can be stored."""
    level, depth = [value], 0
    while level:
        if depth > DEEPEST:
            raise Unusable("too_deep")
        depth += 1
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below += one.values()
                below += one.keys() if escapes else ()
            elif isinstance(one, list):
                below += one
            elif escapes and isinstance(one, str) and not _is_text(one):
                raise Unusable("bad_character")
        level = below


def _is_text(text: str) -> bool:
    """PostgreSQL has no NUL, and half of a surrogate pair is no character."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= one <= "\udfff" for one in text))
