"""Lists that colleagues keep and share, a change to many customers, and exports in every state."""

from datetime import datetime, timedelta

from crm.accounts.models import User
from crm.accounts.sharing import Audience
from crm.demo.company import Staff
from customers.bulk import actions, runner
from customers.bulk.models import BulkJob
from customers.exports.models import ExportJob
from customers.lists import services
from customers.lists.models import SavedList
from segments import narrowing, rules

QUIET = {
    "match": "all",
    "rules": [
        {"fact": "orders.orders", "op": "at_least", "value": 2},
        {"fact": "orders.last", "op": "beyond", "value": 180},
    ],
}


def arrange(staff: Staff, *, until: datetime) -> None:
    boss, seller, east, operator = (
        User.objects.get(pk=staff.users[name]) for name in ("zhoumin", "hejun", "linyue", "tianye")
    )
    if SavedList.objects.filter(owner=operator).exists():
        return
    rule = narrowing.written(rules.parse(QUIET))
    quiet = f"rule={rule}&sort=-total&col=rfm&col=total&col=last_order&col=owner"
    services.keep("沉睡的老客户", quiet, by=operator, audience=Audience.ALL)
    services.keep("企业客户", "kind=organisation&sort=-total", by=operator, audience=Audience.ALL)
    team = east.teams.order_by("pk").first()
    services.keep("华东 VIP", "tag=VIP&sort=-activity", by=east, audience=Audience.TEAM, team=team)
    services.keep("我的上海客户", "city=上海&sort=name&density=compact", by=seller)
    _tag(operator, until)
    _export(operator, boss, until)


def _tag(by: User, until: datetime) -> None:
    """Companies in Hangzhou were invited to the fair."""
    action = actions.find("tag", by)
    if action is None:
        return
    job = BulkJob.objects.create(
        action=action.key,
        query="city=杭州&kind=organisation",
        params={"tags": ["杭州展会"]},
        created_by=by,
        created_at=until - timedelta(days=1),
        status=BulkJob.Status.QUEUED,
    )
    runner.run(job.pk)


def _export(operator: User, boss: User, until: datetime) -> None:
    given = {"created_by": operator, "columns": ExportJob.Columns.VIEW, "language": "zh-hans"}
    ExportJob.objects.create(
        **given,
        query="city=上海",
        status=ExportJob.Status.WAITING,
        in_clear=True,
        reason="上海门店开业邀请函，交给印刷厂寄送。",
        total=420,
        limit=420,
        created_at=until - timedelta(hours=2),
    )
    ExportJob.objects.create(
        **given,
        query="sort=-total",
        status=ExportJob.Status.REFUSED,
        reason="备份一份到自己的电脑。",
        total=1980,
        limit=1980,
        created_at=until - timedelta(days=6),
        decided_by=boss,
        decided_at=until - timedelta(days=5, hours=20),
        note="请直接在系统里查看，不需要带走整份名单。",
    )
