"""Tables that colleagues keep, share and get by e-mail."""

from crm.accounts.models import User
from crm.accounts.sharing import Audience
from crm.demo.company import Staff
from crm.desk.pivot import services
from crm.desk.pivot.models import SavedPivot, Schedule

TABLES = {
    "各渠道月度销售额": "subject=orders&measure=revenue&rows=month&column=channel&period=12m",
    "品类季度销量": "subject=lines&measure=quantity&rows=category&rows=product&column=quarter&period=12m",
    "各城市客户生命周期": "subject=customers&rows=city&column=stage&top=10&share=row",
    "触点时段分布": "subject=touches&rows=weekday&column=hour&period=90d",
}


def keep(staff: Staff) -> None:
    marketer, boss = (User.objects.get(pk=staff.users[name]) for name in ("sutang", "zhoumin"))
    if SavedPivot.objects.filter(owner=marketer).exists():
        return
    made = [services.keep(name, query, by=marketer, audience=Audience.ALL) for name, query in TABLES.items()]
    services.plan(Schedule(pivot=made[0], user=boss, every=Schedule.Every.MONTH, hour=8), by=boss)
    services.plan(Schedule(pivot=made[1], user=marketer, every=Schedule.Every.WEEK, hour=9), by=marketer)
