"""Catalogues are compiled and filled without system tools."""

import gettext
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation.reloader import translation_file_changed
from pytest_django.fixtures import Settings

from crm.embedded import translations

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

#, fuzzy
msgid "Customer"
msgstr "客户"

msgid "Nobody else says this"
msgstr "别人都不这么说"
"""

PAGE = """
<div>
    {% if orders %}
  <h1>{% translate "Orders" %}</h1>
    {% blocktranslate count n=orders %}one{% plural %}{{ n }}{% endblocktranslate %}
"""


@pytest.fixture
def catalogue(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    settings.BASE_DIR, settings.LOCALE_PATHS = tmp_path, [tmp_path / "locale"]
    path = tmp_path / "locale/zh_Hans/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOGUE)
    yield path
    translation_file_changed(None, path.with_suffix(".mo"))


def test_changed_catalogue_is_compiled_once(catalogue: Path) -> None:
    assert translations.compile_stale() == [catalogue]
    assert translations.compile_stale() == []
    os.utime(catalogue, (catalogue.stat().st_mtime + 5,) * 2)
    assert translations.compile_stale() == [catalogue]


def test_what_was_compiled_is_said_at_once(catalogue: Path) -> None:
    """The first start compiles, then founds the demo company in the same process."""
    with translation.override("zh-hans"):
        assert translation.gettext("Nobody else says this") == "Nobody else says this"
    translations.compile_stale()
    with translation.override("zh-hans"):
        assert translation.gettext("Nobody else says this") == "别人都不这么说"


def test_unreviewed_translation_is_used(catalogue: Path) -> None:
    translations.compile_stale()
    with catalogue.with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Customer") == "客户"


def test_texts_of_code_and_templates_are_collected(catalogue: Path, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text('name = gettext_lazy("Customer")\n')
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/page.html").write_text(PAGE)
    translations.collect()
    text = catalogue.read_text()
    assert 'msgid "Customer"\nmsgstr "客户"' in text
    assert 'msgid "Orders"\nmsgstr ""' in text
    assert 'msgid_plural "%(n)s"' in text
