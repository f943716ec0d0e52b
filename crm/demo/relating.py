"""What the company wants to know beside the usual, who belongs with whom, and where else things go."""

from datetime import datetime
from typing import Any

from django.db import connection

from crm.accounts.policy import Role
from crm.demo.words.knowledge import FAVOURITES, FIELDS, FLATS, SITES
from customers.addresses.models import Address
from customers.fields.models import CustomField, FieldChoice, FieldValues
from customers.identity.indexing import index
from customers.relations.models import Relation

MOST_INDEXED = 2_000
# Spread over the customers by their number, so that the same seed gives the same company.
PEOPLE = """
    INSERT INTO fields_fieldvalues (customer_id, values, updated_at)
    SELECT id, jsonb_strip_nulls(jsonb_build_object(
        'favourite', CASE WHEN id %% 3 > 0 THEN (%(favourites)s::text[])[1 + id * 7 %% %(drinks)s] END,
        'roast', (ARRAY['light', 'medium', 'dark'])[1 + id * 5 %% 4],
        'occasions', CASE id %% 5 WHEN 0 THEN '["home", "office"]'::jsonb WHEN 1 THEN '["home"]'
            WHEN 2 THEN '["gift"]' END
    )), %(at)s
    FROM customers_customer WHERE kind = 'person' AND id * 11 %% 10 < 4
    ON CONFLICT DO NOTHING
"""
COMPANIES = """
    INSERT INTO fields_fieldvalues (customer_id, values, updated_at)
    SELECT id, jsonb_build_object(
        'employees', 20 + id * 37 %% 480, 'credit_limit', (1 + id * 13 %% 20) * 5000,
        'contract_end', to_char(%(at)s + (id * 17 %% 500 - 60) * interval '1 day', 'YYYY-MM-DD'),
        'website', 'https://www.' || (%(sites)s::text[])[1 + id * 3 %% cardinality(%(sites)s::text[])]
    ), %(at)s
    FROM customers_customer WHERE kind = 'organisation'
    ON CONFLICT DO NOTHING
"""
# Neighbours in the list of one seller: they know each other, and the seller knows both.
PAIRS = """
    INSERT INTO relations_relation (one_id, other_id, kind, created_at, created_by_id)
    SELECT before, id, kinds.kind, %(at)s - (id %% 200) * interval '1 day', owner_id
    FROM (
        SELECT id, owner_id, lag(id) OVER (PARTITION BY owner_id, kind ORDER BY id) AS before, kind AS what
        FROM customers_customer WHERE owner_id IS NOT NULL
    ) AS neighbours
    CROSS JOIN LATERAL (SELECT CASE
        WHEN what = 'organisation' THEN (ARRAY['subsidiary', 'supplier'])[1 + id %% 2]
        ELSE (ARRAY['family', 'referral', 'family', 'assistant', 'referral'])[1 + id * 3 %% 5] END AS kind
    ) AS kinds
    WHERE before IS NOT NULL AND id * 7 %% 10 < 3
    ON CONFLICT DO NOTHING
"""
ADDRESSES = """
    INSERT INTO addresses_address
        (customer_id, kind, is_main, recipient, phone, country, province, city, address, postcode, created_at)
    SELECT id, CASE WHEN kind = 'organisation' THEN 'billing' ELSE 'delivery' END, false,
        CASE WHEN id %% 2 = 0 THEN name ELSE '' END, CASE WHEN id %% 2 = 0 THEN phone ELSE '' END,
        country, province, city, (%(flats)s::text[])[1 + id * 5 %% cardinality(%(flats)s::text[])], '',
        %(at)s - (id %% 300) * interval '1 day'
    FROM customers_customer WHERE city <> '' AND id * 13 %% 10 < 2
"""


def relate(*, until: datetime) -> None:
    _define()
    given: dict[str, Any] = {
        "at": until,
        "favourites": FAVOURITES,
        "drinks": len(FAVOURITES),
        "sites": SITES,
        "flats": FLATS,
    }
    with connection.cursor() as cursor:
        for statement in (PEOPLE, COMPANIES, PAIRS, ADDRESSES):
            cursor.execute(statement, given)
        for table in (FieldValues, Relation, Address):
            cursor.execute(f"ANALYZE {table._meta.db_table}")

    # A large base is not searched by its fields: the words of a few thousand take a second.
    index(FieldValues.objects.order_by("pk").values_list("pk", flat=True)[:MOST_INDEXED])


def _define() -> None:
    for order, (key, kind, label, label_zh, options, more) in enumerate(FIELDS):
        given = {"kind": kind, "label": label, "label_zh": label_zh, "order": order, **more}
        if more.get("viewers"):
            given["viewers"] = [Role(one).value for one in more["viewers"]]
        field, made = CustomField.objects.get_or_create(key=key, defaults=given)
        if made:
            FieldChoice.objects.bulk_create(
                FieldChoice(field=field, key=choice, label=words, label_zh=words_zh, order=place)
                for place, (choice, words, words_zh) in enumerate(options)
            )
