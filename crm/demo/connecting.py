"""The programs that the company has connected: nobody knows their tokens, so nothing can use them."""

from datetime import datetime, timedelta

from channels.webhooks import services as webhooks
from channels.webhooks.models import Subscription
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.api import services as tokens
from crm.api.models import Integration, Token

SHOP, WAREHOUSE = "云上商城", "数据仓库"
SHOP_MAY = ["customers:write", "orders:write", "touchpoints:write", "consent:write"]
WAREHOUSE_MAY = ["customers:read", "orders:read", "segments:read"]
HOOK = "https://hooks.lanshan.example/crm"
EVENTS = ["customer.updated", "consent.changed", "order.recorded"]


def connect(*, until: datetime, by: User) -> None:
    if Integration.objects.exists():
        return
    shop = tokens.integrate(SHOP, [Role.OPERATIONS], by=by)
    tokens.create(shop, "订单与浏览记录同步", SHOP_MAY, days=365, by=by, per_minute=6000)
    tokens.create(by, "每晚导出到数据仓库", WAREHOUSE_MAY, days=90, by=by)
    tokens.revoke(tokens.create(by, "旧收银台", ["orders:write"], days=30, by=by).token, by=by)
    Token.objects.filter(user=shop).update(last_used_at=until - timedelta(minutes=3))
    # Switched off: it would try in vain to reach an address that nobody has.
    webhooks.create(Subscription(name=WAREHOUSE, url=HOOK, events=EVENTS, enabled=False), by=by)
