"""Customers by set-based SQL, where a benchmark needs many of one exact kind and not a whole company."""

from django.db import connection

from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.models import Customer

CUSTOMERS = """
    INSERT INTO customers_customer (
        kind, name, company, job_title, phone, email, gender, country, province, city, address, postcode,
        language, preferred_channel, tags, source, restricted, created_at, updated_at, touched_at, version)
    SELECT 'person', (ARRAY['王芳', '李伟', 'Anna Keller', '刘洋', 'Tom Reed'])[1 + n %% 5] || n, '', '',
        '+86138' || lpad(n::text, 8, '0'), 'reader' || n || '@mail.example', '', 'CN', '上海', '上海', '', '',
        'zh-hans', '', '{}', 'bench', false, moment, moment, moment, 1
    FROM (SELECT n, now() - n %% 1000 * interval '1 day' AS moment
          FROM generate_series(1, %s) AS n) AS numbers
"""
# As in real shops: few buy much, many buy little. 1 / u is as skewed as it gets and still has a middle.
ROLLUPS = """
    INSERT INTO orders_rollup (customer_id, orders, days, total, first_order_at, last_order_at)
    SELECT id, orders, greatest(1, orders - orders / 8),
        round((orders * (20 + random() ^ 3 * 800))::numeric, 2), last - orders * interval '9 days', last
    FROM (SELECT id, least(400, floor(1 / greatest(random(), 0.001)))::int AS orders,
            now() - random() ^ 2 * interval '1200 days' AS last
        FROM customers_customer) AS made
"""
ENTRIES = """
    INSERT INTO consent_consententry
        (customer_id, purpose, channel, state, source, text_version, evidence, at)
    SELECT id, 'marketing', 'email', 'granted', 'bench', '', '{}', created_at FROM customers_customer
"""
CONSENTS = """
    INSERT INTO consent_consent (customer_id, purpose, channel, state, entry_id, at)
    SELECT customer_id, purpose, channel, state, id, at FROM consent_consententry
"""


def customers(number: int) -> None:
    """So many customers with an address each and a skewed history of purchases."""
    if Customer.objects.exists():
        return
    _run((CUSTOMERS, [number]), (ROLLUPS, []))


def permissions() -> None:
    """Everybody allows offers by e-mail."""
    _run((ENTRIES, []), (CONSENTS, []))


def colleague(*roles: Role) -> User:
    """Somebody with these roles, in place of a whole company."""
    name = "-".join(roles)
    found, _made = User.objects.get_or_create(
        username=f"bench-{name}",
        defaults={"name": name, "email": f"{name}@bench.example", "roles": list(roles)},
    )
    return found


def _run(*statements: tuple[str, list[int]]) -> None:
    with connection.cursor() as cursor:
        for sql, parameters in statements:
            cursor.execute(sql, parameters)
        cursor.execute("VACUUM (ANALYZE)")
