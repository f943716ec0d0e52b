"""The servers that tests and benchmarks run on."""

import psycopg2
import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_chinese_characters_are_letters() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("SELECT array_length(show_trgm('王小明'), 1), lower('ÄÖ')")
        assert cursor.fetchone() == (4, "äö")


def test_extensions_come_with_the_server() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_available_extensions")
        assert {("pg_trgm",), ("unaccent",), ("vector",)} <= set(cursor.fetchall())


def test_server_listens_on_a_private_socket_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("",)
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(host="127.0.0.1", port=5432, user="postgres", dbname="postgres", connect_timeout=2)
