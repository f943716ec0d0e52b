"""Consent in customer files: a yes or no per channel, kept in the ledger with the file and row as its proof.

The strictest word wins. A no in a file always withdraws. A yes only allows what was never decided: it does
not lift a withdrawal, whoever recorded it and whenever, because a list is no proof that somebody changed
their mind. Of several rows about one customer, one no is a no.
"""

from collections.abc import Mapping

from django.db import models
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.consent import gate
from channels.consent.models import Purpose, State
from crm.lib.columns import Column
from crm.lib.reading import yes_or_no
from customers.imports import extras
from customers.imports.models import ImportJob
from customers.imports.tracing import Watched

# Every customer of a chunk is held while it is decided about, and the server has a limited number of locks.
ROWS_AT_ONCE = 2_000


class Field(models.TextChoices):
    """The column's name and the channel it is about; all are about offers and news."""

    EMAIL = "email_consent", gettext_lazy("offers by e-mail allowed")
    SMS = "sms_consent", gettext_lazy("offers by SMS allowed")
    PHONE = "phone_consent", gettext_lazy("offers by phone allowed")
    WECHAT = "wechat_consent", gettext_lazy("offers by WeChat allowed")

    @property
    def channel(self) -> str:
        return str(self.value).removesuffix("_consent")


TITLES = {
    Field.EMAIL: "邮件营销同意|邮件同意|邮件订阅|接受邮件|同意邮件营销|email opt in|email optin|newsletter"
    "|accepts email marketing|email marketing",
    Field.SMS: "短信营销同意|短信同意|短信订阅|接受短信|同意短信营销|sms opt in|sms optin"
    "|accepts sms marketing|sms marketing",
    Field.PHONE: "电话营销同意|电话同意|接受电话|phone opt in|call consent",
    Field.WECHAT: "微信营销同意|微信同意|接受微信|wechat opt in",
}
COLUMNS: Mapping[str, Column] = {
    field.value: Column(field.label, yes_or_no, TITLES[field], hint=gettext_lazy("Yes or no, 是 or 否."))
    for field in Field
}
# What `apply` writes. Reverting an import also takes its words out of the ledger: nobody said them.
TABLES = (
    Watched("timeline_entry", []),
    Watched("consent_consententry", []),
    Watched("consent_consent", ["state", "entry_id", "at"]),
)
WRITE = """
    WITH said AS (
        SELECT customer_id, bool_and({field}::boolean) AS allowed, min(line) AS line
        FROM {table} WHERE {field} <> '' GROUP BY customer_id
    ), news AS (
        SELECT s.customer_id, s.line, CASE WHEN s.allowed THEN 'granted' ELSE 'withdrawn' END AS state
        FROM said AS s
        LEFT JOIN consent_consent AS c
            ON c.customer_id = s.customer_id AND c.purpose = %(purpose)s AND c.channel = %(channel)s
        WHERE CASE WHEN s.allowed THEN c.id IS NULL ELSE c.state IS DISTINCT FROM 'withdrawn' END
    ), entries AS (
        INSERT INTO consent_consententry
            (customer_id, purpose, channel, state, source, text_version, evidence, at, by_id)
        SELECT customer_id, %(purpose)s, %(channel)s, state, 'import', '',
            jsonb_build_object('file', %(file)s::text, 'row', line, 'import', %(job)s),
            statement_timestamp(), %(by)s
        FROM news
        RETURNING id, customer_id, state, at
    ), told AS (
        INSERT INTO timeline_entry
            (customer_id, kind, channel, direction, occurred_at,
            summary, body, actor_id, source, source_id, data)
        SELECT customer_id, 'consent.' || state, %(channel)s, 'none', at,
            CASE state WHEN 'granted' THEN %(granted)s ELSE %(withdrawn)s END,
            '', %(by)s, 'consent', id::text, '{{}}'
        FROM entries
    )
    INSERT INTO consent_consent AS c (customer_id, purpose, channel, state, entry_id, at)
    SELECT customer_id, %(purpose)s, %(channel)s, state, id, at FROM entries
    ON CONFLICT (customer_id, purpose, channel) DO UPDATE
        SET state = excluded.state, entry_id = excluded.entry_id, at = excluded.at
    RETURNING customer_id
"""


def register() -> None:
    extras.register(
        extras.Extra(
            "consent",
            COLUMNS,
            apply,
            needs=("consent", "edit"),
            rows_at_once=ROWS_AT_ONCE,
            tables=TABLES,
            unlocks=["consent.erasing"],
        )
    )


def apply(cursor: CursorWrapper, table: str, job: ImportJob) -> set[int]:
    """Returns the customers for whom the ledger grew."""
    cursor.execute(f"SELECT DISTINCT customer_id FROM {table}")
    gate.hold([pk for (pk,) in cursor.fetchall()])
    changed: set[int] = set()
    for field in Field:
        if field.value in job.mapping:
            cursor.execute(WRITE.format(table=table, field=field.value), _parameters(field, job))
            changed |= {pk for (pk,) in cursor.fetchall()}
    return changed


def _parameters(field: Field, job: ImportJob) -> dict[str, str | int]:
    purpose = {"purpose": Purpose.MARKETING.label}
    return {
        "purpose": Purpose.MARKETING.value,
        "channel": field.channel,
        "file": job.file_name,
        "job": job.pk,
        "by": job.created_by_id,
        State.GRANTED.value: _("Allowed: %(purpose)s") % purpose,
        State.WITHDRAWN.value: _("Withdrew: %(purpose)s") % purpose,
    }
