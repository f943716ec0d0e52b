"""Rows into PostgreSQL by COPY."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.lib.copying import array, copy

TEXTS = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
SPECIAL = st.text(alphabet='\t\n\r\\\x01N."{},null ', max_size=8)


@pytest.mark.slow
@pytest.mark.django_db
def test_every_text_arrives_as_it_was() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE texts (id int, text text, list text[]) ON COMMIT DROP")

        @settings(max_examples=200, deadline=None)
        @given(st.lists(TEXTS | SPECIAL | st.none(), max_size=5))
        def arrives(texts: list[str | None]) -> None:
            cursor.execute("TRUNCATE texts")
            given_texts = [text or "" for text in texts]
            copy(
                cursor,
                "texts",
                ["id", "text", "list"],
                ((n, text, array(given_texts)) for n, text in enumerate(texts)),
            )
            cursor.execute("SELECT text, list FROM texts ORDER BY id")
            assert cursor.fetchall() == [(text, given_texts) for text in texts]

        arrives()
