"""In which language new customers are written to when their file does not say: a guess, easily corrected."""

import re
from collections.abc import Iterable

from django.conf import settings

from customers.imports.matching import Person
from customers.imports.models import ImportJob

Language = ImportJob.Language
CHINESE, ENGLISH = Language.CHINESE.value, Language.ENGLISH.value
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
# Where the company's own language is understood.
HOME = ("CN", "HK", "MO", "TW", "SG")
HOME_CODES = ("+86", "+852", "+853", "+886")


def fill(people: Iterable[Person], choice: str) -> None:
    """Gives those of `people` a language whose rows say none."""
    for one in people:
        if "language" not in one.values and (found := guess(one) if choice == Language.GUESS else choice):
            one.values["language"] = found


def guess(person: Person) -> str:
    """By the script of the name; a name in Latin letters by country and phone. Empty when nothing tells."""
    name = person.values.get("name", "")
    if KANA_OR_HANGUL.search(name):
        return ENGLISH
    if HAN.search(name):
        return CHINESE
    country, phone = person.values.get("country", ""), person.values.get("phone", "")
    if country in HOME or (not country and phone.startswith(HOME_CODES)):
        return settings.LANGUAGE_CODE
    has_letters = any(map(str.isalpha, name))
    return ENGLISH if country or phone or has_letters else ""
