"""The product is as complete in Chinese as in English: every text is translated, and every text can be."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, help_text_for_field, label_for_field
from django.template.base import DebugLexer, TokenType
from django.test import RequestFactory
from django.utils import translation

from crm.accounts.models import User
from crm.embedded import translations
from crm.tests.test_architecture import OURS, ROOT, sources

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[%ds]|\{\w*\}|</?[a-z]+")
TAG = re.compile(r"<[^>]*>")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*[A-Za-z]")
# Names, formats, protocols and keys: the same in every language.
NAMES = {"API", "CRM", "Excel", "RFM", "WhatsApp"}
FORMATS = {"CSV", "JSON", "SHA", "XLSX", "URL"}
PROTOCOLS = {"HTTP", "Idempotency-Key", "Message-ID", "SMTP", "STARTTLS", "TLS", "bounce"}
ON_SCREEN = {"Command", "Control", "Ctrl", "EN", "English", "Enter", "Esc", "Mac"}
SAME_EVERYWHERE = NAMES | FORMATS | PROTOCOLS | ON_SCREEN
SPOKEN_ATTRIBUTES = {
    "alt",
    "aria-description",
    "aria-label",
    "data-tip",
    "hx-confirm",
    "placeholder",
    "title",
}
SILENT_ELEMENTS = {"script", "style", "kbd"}
# Calls whose text reaches a person, and arguments that do.
SPEAKING_CALLS = {"BadInput", "NotUnderstood", "Refused", "ValidationError", "add_toast"}
SPEAKING_ARGUMENTS = {"empty_label", "label", "short_description", "verbose_name", "verbose_name_plural"}
# The admin's own columns without a heading.
UNNAMED = {"action_checkbox", "__str__"}
# Blocks that fill an attribute nobody reads.
SILENT_BLOCKS = {"page_class"}


def catalogue() -> Catalog:
    (path,) = (one for one in translations.catalogues() if one.name == "django.po")
    with path.open("rb") as source:
        return read_po(source, domain="django")


def test_every_text_is_translated() -> None:
    known = catalogue()
    missing = []
    for text in texts():
        chinese = known.get(text.id, text.context)
        if chinese is None or chinese.fuzzy or not all(forms(chinese.string)):
            missing.append((text.context, text.id))
    assert missing == [], "Run `python manage.py translate --collect` and translate what is new."


def test_translations_keep_their_placeholders() -> None:
    known = catalogue()
    broken = []
    for text in texts():
        chinese = known.get(text.id, text.context)
        # The plural form is the one that is sure to name the number.
        wanted = placeholders(forms(text.id)[-1])
        if chinese and any(placeholders(form) != wanted for form in forms(chinese.string)):
            broken.append((text.id, chinese.string))
    assert broken == []


def test_translations_are_chinese() -> None:
    """A text without a Chinese character is a name that stays as it is."""
    odd = [
        text.id
        for text in catalogue()
        if text.id
        and not CHINESE.search("".join(forms(text.string)))
        and foreign_words(PLACEHOLDER.sub("", "".join(forms(text.string))))
    ]
    assert odd == []


def test_one_plural_form_is_enough() -> None:
    assert catalogue().num_plurals == 1


@pytest.mark.parametrize("template", sorted((ROOT / "templates").rglob("*.*")), ids=lambda path: path.name)
def test_templates_speak_through_translations(template: Path) -> None:
    assert list(untranslated(template)) == []


def test_code_speaks_through_translations() -> None:
    assert [found for path in sources() for found in untranslated_calls(path)] == []


@pytest.mark.parametrize("model", [one for one in admin.site._registry if one.__module__.startswith(OURS)])
def test_admin_speaks_chinese(model: Any) -> None:
    with translation.override("zh-hans"):
        assert [text for text in map(str, admin_texts(model)) if foreign_words(text)] == []


def admin_texts(model: Any) -> Iterator[Any]:
    """What the admin calls a model and its fields, and what it says below them."""
    page = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_staff=True)
    row = model()
    fields = page.get_form(request, row, change=True)(instance=row).fields
    yield from (model._meta.verbose_name, model._meta.verbose_name_plural)
    for name in [*page.get_list_display(request), *flatten_fieldsets(page.get_fieldsets(request, row))]:
        if name in fields:
            yield from (fields[name].label, fields[name].help_text)
        elif name not in UNNAMED:
            yield from (label_for_field(name, model, page), help_text_for_field(name, model))


def test_apps_have_chinese_names() -> None:
    with translation.override("zh-hans"):
        shown = {model._meta.app_config for model in admin.site._registry}
        english = [str(app.verbose_name) for app in apps.get_app_configs() if app in shown]
        assert [name for name in english if not CHINESE.search(name)] == []


def texts() -> list[Message]:
    return [text for text in translations.texts_in_use() if text.id]


def forms(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def foreign_words(text: str) -> list[str]:
    return [word for word in WORD.findall(TAG.sub(" ", text)) if word not in SAME_EVERYWHERE]


class VisibleText(HTMLParser):
    """Collects what a person would read or hear in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT_ELEMENTS
        shown = dict(attrs)
        self.found += [value or "" for name, value in attrs if name in SPOKEN_ATTRIBUTES]
        if tag == "input" and shown.get("type") in ("submit", "button"):
            self.found.append(shown.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT_ELEMENTS

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def untranslated(template: Path) -> Iterator[str]:
    reader = VisibleText()
    reader.feed(without_tags(template.read_text()))
    reader.close()
    yield from (text.strip() for text in reader.found if foreign_words(text))


def without_tags(source: str) -> str:
    """The template with its tags, and all that is translated or a comment, taken out."""
    kept, inside = [], ""
    for token in DebugLexer(source).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if token.token_type is TokenType.BLOCK:
            if name in ("blocktranslate", "blocktrans", "comment"):
                inside = f"end{name}"
            elif name == "block" and token.contents.split()[1] in SILENT_BLOCKS:
                inside = "endblock"
            elif name == inside:
                inside = ""
        elif token.token_type is TokenType.TEXT and not inside:
            kept.append(token.contents)
    return "".join(kept)


def untranslated_calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        said = list(node.args) if name in SPEAKING_CALLS or is_message(node.func) else []
        said += [argument.value for argument in node.keywords if argument.arg in SPEAKING_ARGUMENTS]
        for one in said:
            text = plain_text(one)
            if foreign_words(text):
                yield f"{path.relative_to(settings.BASE_DIR)}:{one.lineno} {text}"


def is_message(function: ast.expr) -> bool:
    """Whether it is one of django.contrib.messages, such as `messages.success`."""
    return isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "messages"


def plain_text(node: ast.expr) -> str:
    """The words of a literal; empty for anything that is worked out, such as a call of gettext."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(plain_text(part) for part in node.values)
    return ""
