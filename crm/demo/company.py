"""The demo company itself: its teams, the people who work there and what they sell."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password

from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from crm.demo.words.catalogue import ARTICLES
from customers.orders.models import Product

HEADQUARTERS = "总部"
# Each team under the one it belongs to.
TEAMS = {
    "华东销售部": HEADQUARTERS,
    "上海销售组": "华东销售部",
    "江苏销售组": "华东销售部",
    "浙江销售组": "华东销售部",
    "华南销售部": HEADQUARTERS,
    "深圳销售组": "华南销售部",
    "广州销售组": "华南销售部",
    "海外与企业部": HEADQUARTERS,
    "客户服务部": HEADQUARTERS,
    "在线客服组": "客户服务部",
    "售后服务组": "客户服务部",
    "市场部": HEADQUARTERS,
    "运营部": HEADQUARTERS,
    "内审部": HEADQUARTERS,
}
EAST_TEAMS = ["上海销售组", "江苏销售组", "浙江销售组"]
SOUTH_TEAMS = ["深圳销售组", "广州销售组"]
OVERSEAS_TEAMS = ["海外与企业部"]
SERVICE_TEAMS = ["在线客服组", "售后服务组"]

# Username, name, job title, roles, teams.
PEOPLE: list[tuple[str, str, str, list[Role], list[str]]] = [
    ("zhoumin", "周敏", "总经理", [Role.MANAGER], [HEADQUARTERS]),
    ("linyue", "林悦", "华东销售总监", [Role.MANAGER, Role.SALES], ["华东销售部"]),
    ("hejun", "何俊", "客户经理", [Role.SALES], ["上海销售组"]),
    ("shenyutong", "沈雨桐", "客户经理", [Role.SALES], ["上海销售组"]),
    ("gaoyuan", "高远", "客户经理", [Role.SALES], ["上海销售组"]),
    ("xuqing", "徐清", "客户经理", [Role.SALES], ["江苏销售组"]),
    ("lumingzhe", "陆明哲", "客户经理", [Role.SALES], ["江苏销售组"]),
    ("yeshuning", "叶书宁", "客户经理", [Role.SALES], ["浙江销售组"]),
    ("zhangkai", "张凯", "客户经理", [Role.SALES], ["浙江销售组"]),
    ("huangzhiqiang", "黄志强", "华南销售总监", [Role.MANAGER, Role.SALES], ["华南销售部"]),
    ("chenjiahao", "陈嘉豪", "客户经理", [Role.SALES], ["深圳销售组"]),
    ("liangpeishan", "梁佩珊", "客户经理", [Role.SALES], ["深圳销售组"]),
    ("wuyongqi", "吴咏琪", "客户经理", [Role.SALES], ["广州销售组"]),
    ("olivia", "Olivia Bennett", "Key account manager", [Role.SALES], ["海外与企业部"]),
    ("lucas", "Lucas Novak", "Account manager", [Role.SALES], ["海外与企业部"]),
    ("dengxiaoyan", "邓晓燕", "客服主管", [Role.MANAGER, Role.SERVICE], ["客户服务部"]),
    ("maya", "Maya Lindqvist", "Support specialist", [Role.SERVICE], [*SERVICE_TEAMS, "海外与企业部"]),
    ("sunlei", "孙磊", "在线客服", [Role.SERVICE], ["在线客服组", *EAST_TEAMS]),
    ("zhaojing", "赵静", "在线客服", [Role.SERVICE], ["在线客服组", *SOUTH_TEAMS]),
    ("fangwei", "方伟", "售后工程师", [Role.SERVICE], ["售后服务组"]),
    ("sutang", "苏棠", "市场经理", [Role.MARKETING], ["市场部"]),
    ("emma", "Emma Clarke", "CRM marketer", [Role.MARKETING], ["市场部"]),
    ("tianye", "田野", "运营经理", [Role.OPERATIONS], ["运营部"]),
    ("qinlan", "秦岚", "数据运营", [Role.OPERATIONS, Role.MARKETING], ["运营部"]),
    ("baohua", "鲍华", "内审专员", [Role.AUDITOR], ["内审部"]),
    ("jiangchen", "江辰", "系统管理员", [Role.ADMIN], ["运营部"]),
]


@dataclass(frozen=True)
class Staff:
    """Who can own customers, by team, and the numbers of the others by user name."""

    teams: dict[str, int]
    users: dict[str, int]
    sellers: dict[str, list[int]] = field(default_factory=dict)

    def of(self, usernames: Sequence[str]) -> list[int]:
        return [self.users[username] for username in usernames]


def found(password: str = "") -> Staff:
    """Makes teams, colleagues and catalogue. Without a password nobody of them can sign in."""
    teams: dict[str, Team] = {HEADQUARTERS: Team.objects.get_or_create(name=HEADQUARTERS)[0]}
    for name, parent in TEAMS.items():
        teams[name] = Team.objects.get_or_create(name=name, defaults={"parent": teams[parent]})[0]
    users = _hire(password)
    membership = User.teams.through
    membership.objects.bulk_create(
        [
            membership(user_id=users[username].pk, team_id=teams[name].pk)
            for username, _name, _title, _roles, members in PEOPLE
            for name in members
        ],
        ignore_conflicts=True,
    )
    Product.objects.bulk_create(
        [Product(sku=one.sku, name=one.name, category=one.category, price=one.price) for one in ARTICLES],
        ignore_conflicts=True,
    )
    return Staff(
        {name: team.pk for name, team in teams.items()},
        {username: user.pk for username, user in users.items()},
        {
            team: [
                users[u].pk for u, _n, _t, roles, members in PEOPLE if Role.SALES in roles and team in members
            ]
            for team in (*EAST_TEAMS, *SOUTH_TEAMS, *OVERSEAS_TEAMS)
        },
    )


def _hire(password: str) -> dict[str, User]:
    secret = make_password(password or None)
    User.objects.bulk_create(
        [
            User(
                username=username,
                name=name,
                email=f"{username}@lanshan.example",
                job_title=title,
                roles=roles,
                password=secret,
            )
            for username, name, title, roles, _teams in PEOPLE
        ],
        ignore_conflicts=True,
    )
    usernames = [username for username, *_ in PEOPLE]
    return {user.username: user for user in User.objects.filter(username__in=usernames)}
