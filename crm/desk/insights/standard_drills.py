"""What the links of the insight pages mean: each in words for the list, and as the keys of its customers."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from crm.desk.insights import channels, funnel, provinces, spread
from crm.desk.insights.ground import Ground, days_ago, months_on
from crm.lib.errors import BadInput
from crm.lib.labels import label
from customers.orders.models import Product
from customers.record.fields import country_name
from segments.facts import start_of

Found = tuple[str, dict[str, Any]]
# No figure looks further back, and no date is further away than dates go.
MOST_DAYS = 20_000


def tell_cohort(first: date, since: int | None = None) -> str:
    if since is None:
        return _("First order in %(month)s") % {"month": f"{first:%Y-%m}"}
    return _("First order in %(month)s, bought in month %(number)d") % {
        "month": f"{first:%Y-%m}",
        "number": since,
    }


def find_cohort(ground: Ground, first: date, since: int | None = None) -> Found:
    end = months_on(first, 1)
    sql = """
        SELECT customer_id FROM orders_rollup AS rollup
        WHERE first_order_at >= %(start)s AND first_order_at < %(end)s AND first_order_at <= %(as_of)s
    """
    values: dict[str, Any] = {"start": start_of(first), "end": start_of(end)}
    if since is None:
        return sql, values
    month = months_on(first, min(since, 1_000))
    bought = f"{ground.orders(month)} AS bought"
    sql += f"""
        AND EXISTS (SELECT FROM {bought} WHERE bought.customer_id = rollup.customer_id
                    AND bought.placed_at < %(before)s)
    """
    return sql, values | {"before": start_of(months_on(month, 1))}


def tell_lapsed(month: date, lapse: int) -> str:
    return _("%(days)d days without an order were over in %(month)s") % {
        "days": lapse,
        "month": f"{month:%Y-%m}",
    }


def find_lapsed(ground: Ground, month: date, lapse: int) -> Found:
    lapse, end = min(lapse, MOST_DAYS), months_on(month, 1)
    first, last = month - timedelta(days=lapse + 1), end - timedelta(days=lapse + 1)
    sql = f"""
        SELECT customer_id FROM {ground.orders(first)} AS last
        WHERE last.placed_at < %(last)s AND last.day < %(month)s AND NOT EXISTS (
            SELECT FROM {ground.orders(first)} AS next WHERE next.customer_id = last.customer_id
                AND next.day > last.day AND next.day <= last.day + %(lapse)s::int + 1)
    """
    return sql, {"last": start_of(last), "month": month, "lapse": lapse}


def tell_again(within: int) -> str:
    return _("Bought again within %(days)d days") % {"days": within}


def find_again(ground: Ground, within: int) -> Found:
    within = min(within, MOST_DAYS)
    last = days_ago(ground, within)
    first = last - timedelta(days=364)
    sql = f"""
        SELECT customer_id FROM orders_rollup AS rollup
        CROSS JOIN LATERAL (SELECT (first_order_at AT TIME ZONE %(zone)s)::date AS began) AS local
        WHERE first_order_at >= %(first)s AND first_order_at < %(end)s AND EXISTS (
            SELECT FROM {ground.orders(first)} AS bought WHERE bought.customer_id = rollup.customer_id
                AND bought.day > local.began AND bought.day <= local.began + %(within)s::int)
    """
    return sql, {"first": start_of(first), "end": start_of(last + timedelta(days=1)), "within": within}


def tell_bought(days: int) -> str:
    return _("Bought in the last %(days)d days") % {"days": days}


def find_bought(ground: Ground, days: int) -> Found:
    since = days_ago(ground, min(days, MOST_DAYS) - 1)
    return f"SELECT customer_id FROM {ground.orders(since)} AS bought", {}


def tell_month(month: date) -> str:
    return _("Bought in %(month)s") % {"month": f"{month:%Y-%m}"}


def find_month(ground: Ground, month: date) -> Found:
    sql = f"SELECT customer_id FROM {ground.orders(month)} AS bought WHERE placed_at < %(end)s"
    return sql, {"end": start_of(months_on(month, 1))}


def tell_touched(days: int, channel: str = "") -> str:
    if not channel:
        return _("Met in the last %(days)d days") % {"days": days}
    return _("Met on “%(channel)s” in the last %(days)d days") % {
        "channel": label("channel", channel),
        "days": days,
    }


def find_touched(ground: Ground, days: int, channel: str = "") -> Found:
    since = days_ago(ground, min(days, MOST_DAYS) - 1)
    only = " WHERE channel = %(channel)s" if channel else ""
    return f"SELECT customer_id FROM {ground.touches(since)} AS touch{only}", {"channel": channel}


def tell_rated(days: int) -> str:
    return _("Rated us in the last %(days)d days") % {"days": days}


def find_rated(ground: Ground, days: int) -> Found:
    return _rated(days_ago(ground, min(days, MOST_DAYS) - 1), ground.today + timedelta(days=1))


def tell_ratedin(month: date) -> str:
    return _("Rated us in %(month)s") % {"month": f"{month:%Y-%m}"}


def find_ratedin(ground: Ground, month: date) -> Found:
    return _rated(month, months_on(month, 1))


def _rated(first: date, end: date) -> Found:
    sql = """
        SELECT talk.customer_id FROM reports_rating AS rating
        JOIN inbox_conversation AS talk ON talk.id = rating.conversation_id
        WHERE rating.at >= %(start)s AND rating.at < %(end)s AND talk.customer_id IS NOT NULL
    """
    return sql, {"start": start_of(first), "end": start_of(end)}


def tell_amount(low: int, high: int | None = None) -> str:
    if high is None:
        return _("An order of at least %(low)s within a year") % {"low": f"{low:,}"}
    return _("An order of %(low)s to less than %(high)s within a year") % {
        "low": f"{low:,}",
        "high": f"{high:,}",
    }


def find_amount(ground: Ground, low: int, high: int | None = None) -> Found:
    below = " AND net < %(high)s" if high is not None else ""
    sql = f"""
        SELECT customer_id FROM {ground.orders(days_ago(ground, spread.YEAR - 1))} AS bought
        WHERE currency = %(currency)s AND net >= %(low)s{below}
    """
    return sql, {"low": low, "high": high}


def tell_place(code: str) -> str:
    if code == "none":
        return _("Province unknown")
    province = provinces.PROVINCES.get(code)
    return province.name if province else country_name(code.upper())


def find_place(ground: Ground, code: str) -> Found:
    """Provinces are named in capitals, countries in small letters."""
    sql = "SELECT id FROM customers_customer WHERE "
    home, written = list(provinces.HOME), "lower(btrim(province))"
    if code == "none":
        known = sorted(provinces.spellings())
        return f"{sql} upper(country) = ANY (%(home)s) AND NOT {written} = ANY (%(known)s)", {
            "home": home,
            "known": known,
        }
    province = provinces.PROVINCES.get(code)
    if province is None:
        if not (code.islower() and len(code) == 2):
            raise BadInput(_("The list cannot be narrowed to this."))
        return f"{sql} upper(country) = %(country)s", {"country": code.upper()}
    abroad = [country for country, there in provinces.AS_COUNTRIES.items() if there == code]
    return (
        f"{sql} (upper(country) = ANY (%(home)s) AND {written} = ANY (%(known)s)"
        " OR upper(country) = ANY (%(abroad)s))",
        {"home": home, "known": sorted(province.spellings), "abroad": abroad},
    )


def tell_funnel(step: str, channel: str = "") -> str:
    names = {
        "met": _("Met us within a year"),
        "replied": _("Met us within a year and replied"),
        "ordered": _("Met us within a year and ordered"),
        "again": _("Met us within a year and ordered again"),
        "loyal": _("Met us within a year and became loyal"),
    }
    if step not in names:
        raise BadInput(_("The list cannot be narrowed to this."))
    return f"{names[step]} · {label('channel', channel)}" if channel else names[step]


def find_funnel(ground: Ground, step: str, channel: str = "") -> Found:
    tell_funnel(step)
    since = days_ago(ground, funnel.YEAR - 1)
    new = funnel.NEW.format(touches=ground.touches(since))
    only = " AND channel = %(channel)s" if channel else ""
    sql = f"SELECT customer_id FROM ({new}) AS new WHERE {step}{only}"
    return sql, {"start": start_of(since), "channel": channel}


def tell_product(product: int) -> str:
    return _("Bought “%(name)s” within a year") % {"name": _product(product).name}


def find_product(ground: Ground, product: int) -> Found:
    return _bought_lately(ground, "line.product_id = %(product)s"), {"product": _product(product).pk}


def tell_category(product: int) -> str:
    name = _product(product).category or _("Without a category")
    return _("Bought “%(name)s” within a year") % {"name": name}


def find_category(ground: Ground, product: int) -> Found:
    """The category is named by one of its products: names of categories may hold anything."""
    same = "line.product_id IN (SELECT id FROM orders_product WHERE category = %(category)s)"
    return _bought_lately(ground, same), {"category": _product(product).category}


def _bought_lately(ground: Ground, which: str) -> str:
    return f"""
        SELECT customer_id FROM {ground.orders(days_ago(ground, spread.YEAR - 1))} AS bought
        JOIN orders_orderline AS line ON line.order_id = bought.id WHERE {which}
    """


def _product(pk: int) -> Product:
    found = Product.objects.filter(pk=pk).first()
    if found is None:
        raise BadInput(_("The list cannot be narrowed to this."))
    return found


def tell_path(way: str) -> str:
    return _("Ordered by the way %(way)s") % {"way": channels.in_words(way)}


def find_path(ground: Ground, way: str) -> Found:
    walked = "" if way == "none" else way
    return f"SELECT customer_id FROM ({channels.paths(ground)}) AS walked WHERE way = %(way)s", {
        "way": walked
    }


def tell_touchedway(channel: str) -> str:
    return _("Met on “%(channel)s” on the way to an order") % {"channel": label("channel", channel)}


def find_touchedway(ground: Ground, channel: str) -> Found:
    sql = f"SELECT customer_id FROM ({channels.paths(ground)}) AS walked WHERE %(channel)s = ANY (path)"
    return sql, {"channel": channel}
