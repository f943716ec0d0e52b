"""Rules a second time, in plain Python over loaded rows: slow, obvious, and independent of SQL."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from customers.models import Customer
from segments.tests import contacts

SHANGHAI = ZoneInfo("Asia/Shanghai")


def applies(tree: dict[str, Any], customer: Customer, as_of: datetime) -> bool:
    if "rules" not in tree:
        return leaf(tree, customer, as_of)
    answers = [applies(child, customer, as_of) for child in tree["rules"]]
    return {"all": all(answers), "any": any(answers), "none": not any(answers)}[tree["match"]]


def leaf(node: dict[str, Any], customer: Customer, as_of: datetime) -> bool:
    negative = {"none_of": "any_of", "lacks": "contains", "empty": "filled", "is_not": "is", "no": "yes"}
    op, value = node["op"], node.get("value")
    if op in negative:
        return not leaf({**node, "op": negative[op]}, customer, as_of)
    today = as_of.astimezone(SHANGHAI).date()
    kind, known = known_of(node["fact"], customer, as_of)
    if known in (None, "", []) and kind not in ("list", "times", "spent"):
        return False
    return ANSWERS[kind](op, known, value, today)


def known_of(fact: str, customer: Customer, as_of: datetime) -> tuple[str, Any]:
    today = as_of.astimezone(SHANGHAI).date()
    return contacts.look_up(fact, customer, today, as_of) or look_up(fact, customer, today)


def look_up(fact: str, customer: Customer, today: date) -> tuple[str, Any]:
    group, name = fact.split(".", 1)
    if group == "profile":
        return profile(name, customer, today)
    if group == "orders":
        return orders(name, customer)
    if group == "scores":
        return scores(name, customer)
    if group == "predictions":
        return "number", getattr(getattr(customer, "prediction", None), name, None)
    if group == "grouping":
        return "record", getattr(getattr(customer, "belonging", None), "group_id", None)
    if group == "segment":
        rows = customer.picks if name == "picked" else customer.memberships
        return "list", [row.segment_id for row in rows.all()]
    if group == "quality":
        return quality(name, customer)
    purpose, state = name.split(".")
    said = [one.channel for one in customer.consents.all() if (one.purpose, one.state) == (purpose, state)]
    return "list", said


def profile(name: str, customer: Customer, today: date) -> tuple[str, Any]:
    born = customer.birthday
    if name == "tags":
        return "list", customer.tags
    if name in ("has_email", "has_phone"):
        return "flag", "yes" if getattr(customer, name.removeprefix("has_")) else "no"
    if name in ("created", "touched"):
        return "day", getattr(customer, f"{name}_at").astimezone(SHANGHAI).date()
    if name == "birth_month":
        return "text", str(born.month) if born else None
    if name == "age":
        return "number", age(born, today) if born else None
    if name == "birthday":
        return "birthday", born
    value = getattr(customer, f"{name}_id" if name in ("owner", "team") else name)
    return "record" if name in ("owner", "team") else "text", value


def orders(name: str, customer: Customer) -> tuple[str, Any]:
    rollup = customer.rollup
    if name in ("first", "last"):
        at = getattr(rollup, f"{name}_order_at")
        return "day", at and at.astimezone(SHANGHAI).date()
    if name == "average":
        return "number", rollup.total / rollup.orders if rollup.orders else None
    counted = [one for one in customer.orders.all() if one.status not in ("cancelled", "refunded")]
    lines = [(order, line) for order in counted for line in order.lines.all()]
    if name in FIELDS:
        return "texts", [getattr(line.product, FIELDS[name]) for _order, line in lines]
    verb, _, thing = name.partition("_")
    if verb in ("times", "spent"):
        if thing:
            return verb, [
                (*_told(one), getattr(line.product, FIELDS[thing]), line.amount) for one, line in lines
            ]
        return verb, [(*_told(one), one.channel, one.amount - one.refunded) for one in counted]
    return "number", getattr(rollup, name)


FIELDS = {"product": "name", "sku": "sku", "category": "category"}


def _told(order: Any) -> tuple[int, date, bool]:
    return order.pk, order.placed_at.astimezone(SHANGHAI).date(), order.currency == "CNY"


def scores(name: str, customer: Customer) -> tuple[str, Any]:
    score = getattr(customer, "score", None)
    if name == "stage":
        prospect = [] if customer.rollup.orders else ["prospect"]
        return "list", prospect + ([score.stage] if score else [])
    if score is None:
        return "text", None
    if name in ("since", "stage_since"):
        return "day", getattr(score, name).astimezone(SHANGHAI).date()
    is_text = name in ("group", "previous_group", "previous_stage")
    return "text" if is_text else "number", getattr(score, name)


def quality(name: str, customer: Customer) -> tuple[str, Any]:
    found = getattr(customer, "quality", None)
    if name == "problem":
        return "list", found.problems if found else []
    return "number", getattr(found, name, None)


def text(op: str, known: str, value: Any, today: date) -> bool:
    if op == "filled":
        return True
    if op == "any_of":
        return known in value
    found = value.lower() in known.lower() if op == "contains" else known.lower().startswith(value.lower())
    return bool(found)


def texts(op: str, known: list[str], value: Any, today: date) -> bool:
    return any(text(op, one, value, today) for one in known)


def number(op: str, known: Any, value: Any, today: date) -> bool:
    low, high = map(float, value) if op == "between" else (float(value), float(value))
    answers = {"is": known == low, "at_least": known >= low, "at_most": known <= low}
    return bool(low <= known <= high if op == "between" else answers[op])


def day(op: str, known: date, value: Any, today: date) -> bool:
    if op == "filled":
        return True
    if op in ("within", "beyond"):
        return ((today - known).days <= value) is (op == "within")
    low, high = map(date.fromisoformat, value if op == "between" else (value, value))
    return {"since": known >= low, "until": known <= high, "between": low <= known <= high}[op]


def listed(op: str, known: list[str], value: Any, today: date) -> bool:
    return set(value) <= set(known) if op == "all_of" else bool(set(value) & set(known))


def fitting(known: list[Any], value: dict[str, Any], today: date) -> list[Any]:
    """Rows of a pk, a day, whether it is our money, what they are of, what they are worth."""
    of, days = value["of"], value["days"]
    return [
        row for row in known if (not of or row[3] in of) and (days is None or (today - row[1]).days <= days)
    ]


def times(op: str, known: list[Any], value: dict[str, Any], today: date) -> bool:
    number = len({row[0] for row in fitting(known, value, today)})
    return bool(number >= value["number"] if op == "at_least" else number <= value["number"])


def spent(op: str, known: list[Any], value: dict[str, Any], today: date) -> bool:
    worth = sum(row[4] for row in fitting(known, value, today) if row[2])
    return bool(worth >= value["number"] if op == "at_least" else worth <= value["number"])


def birthday(op: str, known: date, value: int, today: date) -> bool:
    for ahead in range(min(value, 366) + 1):
        on = today + timedelta(days=ahead)
        if (on.month, on.day) == (known.month, known.day):
            return True
        if (known.month, known.day) == (2, 29) == (2, on.day + 1) and on.month == 2 and on.year % 4:
            return True
    return False


def age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


ANSWERS: dict[str, Callable[[str, Any, Any, date], bool]] = {
    "text": text,
    "texts": texts,
    "number": number,
    "day": day,
    "list": listed,
    "birthday": birthday,
    "times": times,
    "spent": spent,
    "flag": lambda op, known, value, today: known == op,
    "record": lambda op, known, value, today: op == "filled" or known in value,
}
