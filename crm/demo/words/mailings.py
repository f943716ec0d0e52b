"""The demo company's segments, its mailings and the file it once imported."""

from typing import Any, NamedTuple


class Group(NamedTuple):
    name: str
    description: str
    rules: list[dict[str, Any]]
    # The names of segments of which it is a part.
    inside: tuple[str, ...] = ()


class Mailing(NamedTuple):
    name: str
    segment: str
    subject: str
    body: str
    # Another subject for the same words, tried against the first.
    other_subject: str = ""
    # How the campaign is tried and measured.
    proof: dict[str, Any] = {}


LOYAL = "高价值常客"
LOCAL = "上海 · 可发邮件"
SLIPPING = "高价值流失风险"
NEWCOMERS = "近 30 天新客"
SEGMENTS = [
    Group(
        LOYAL,
        "最近常来、买得也勤的客人，新品和内测先告诉他们。",
        [
            {"fact": "scores.recency", "op": "at_least", "value": 4},
            {"fact": "scores.frequency", "op": "at_least", "value": 4},
        ],
    ),
    Group(
        SLIPPING,
        "以前买得多、最近没来的客人，由负责人亲自问候。",
        [
            {"fact": "scores.group", "op": "any_of", "value": ["risk", "cannot_lose"]},
            {"fact": "orders.total", "op": "at_least", "value": "2000"},
        ],
    ),
    Group(
        NEWCOMERS,
        "刚认识我们、已经下过单的客人。",
        [
            {"fact": "profile.created", "op": "within", "value": 30},
            {"fact": "orders.orders", "op": "at_least", "value": 1},
        ],
    ),
    Group(
        LOCAL,
        "住在上海、同意接收邮件的客人，用于门店活动。",
        [
            {"fact": "profile.city", "op": "any_of", "value": ["上海"]},
            {"fact": "consent.marketing.granted", "op": "any_of", "value": ["email"]},
        ],
    ),
    Group(
        "企业客户",
        "公司和机构，礼盒与办公室咖啡的主要买家。",
        [{"fact": "profile.kind", "op": "any_of", "value": ["organisation"]}],
    ),
    Group(
        "半年未下单",
        "买过、但超过 180 天没有再来的客人。",
        [{"fact": "orders.last", "op": "beyond", "value": 180}],
    ),
    Group(
        "咖啡豆回购客",
        "三个月内至少两次买咖啡豆的客人，新豆到店先通知他们。",
        [
            {
                "fact": "orders.times_category",
                "op": "at_least",
                "value": {"number": 2, "days": 90, "of": ["咖啡豆"]},
            }
        ],
    ),
    Group(
        "久未联系的高价值常客",
        "高价值常客里近 30 天没有联系过的，由负责人打电话问候。",
        [{"fact": "contact.times_out", "op": "at_most", "value": {"number": 0, "days": 30, "of": []}}],
        (LOYAL,),
    ),
]

FINISHED = Mailing(
    "会员日预告",
    LOCAL,
    "{{ name }}，会员日为您留了一份新豆",
    """{{ name }}，您好：

这周六是会员日。今年的埃塞俄比亚新产季已经到仓，我们先为老朋友留出了 200 份。

[看看会员日豆单](https://shop.lanshan.example/members-day)

到店的客人可以免费试喝，并参加下午三点的手冲体验课：https://shop.lanshan.example/class

澜山生活""",
    "这周六会员日，老朋友先选",
    {"holdout": 10},
)
PAUSED = Mailing(
    "新客欢迎信",
    NEWCOMERS,
    "欢迎来到澜山，{{ name }}",
    """{{ name }}，欢迎您。

第一次在家做手冲，水温 92℃、粉水比 1:15 是一个不会错的开始。我们把三分钟的冲煮步骤写在了这里：

[三分钟学会手冲](https://shop.lanshan.example/brewing)

有任何问题，直接回复这封邮件就好。""",
)
DRAFT = Mailing(
    "好久不见",
    SLIPPING,
    "{{ name }}，好久不见",
    """{{ name }}，您好：

有一阵子没见了。{{ city|您的城市 }}的门店新到了一批您以前常买的豆子，凭这封邮件可以免费试喝。

[预约试喝](https://shop.lanshan.example/tasting)""",
    "有一款您常买的豆子回来了",
    {"holdout": 10, "test_share": 30, "decide_by": "clicks", "test_hours": 12},
)

# Over mail, SMS and WeChat: what each says, and what the provider approved for those who were silent.
OVER = Mailing(
    "老朋友新豆品鉴",
    LOYAL,
    "{{ name }}，周末来尝一支新豆",
    """{{ name }}，您好：

本季的哥伦比亚日晒批次到了。作为常客，您可以在周末两天免费品鉴，并优先预订。

[预约品鉴](https://shop.lanshan.example/tasting)""",
    "",
    {"holdout": 10},
)
OVER_TEXT = "【澜山】{{ name }}，本季新豆到店，周末请您免费品鉴：https://shop.lanshan.example/tasting"
OVER_TEMPLATE, OVER_BLANKS = "new_beans", "{{ name }}"

FILE_NAME = "咖啡节线下登记.csv"
FILE_HEADER = "姓名,手机,邮箱,城市,生日,标签"
# What people wrote on paper and somebody typed in later: most of it is fine.
FILE_ROWS = """
许安然,+86 138 1600 2210,anran.xu@mail.example,上海,1992-04-18,咖啡节
顾清越,159 2100 3371,,杭州,1988/9/2,咖啡节
Hannah Price,,hannah.price@post.example,上海,1990-11-30,咖啡节
潘知行,13917004482,zhixing@inbox.example,苏州,1985-06-07,"咖啡节,手冲"
Leo Fontaine,,leo.fontaine@letter.example,上海,,咖啡节
宋予安,1391700,song@inbox.example,上海,1995-02-14,咖啡节
林晚晴,18616003357,wanqing(at)mail.example,宁波,1997-12-01,咖啡节
陶然,13585001126,taoran@qmail.example,南京,1993-02-30,咖啡节
姜一禾,17721004409,yihe@mail.example,上海,2001-07-21,"咖啡节,意式"
,,,上海,,咖啡节
孟夏,15021006678,mengxia@post.example,无锡,1989-05-05,咖啡节
""".strip()
MAPPING_NAME = "线下活动登记表"
SCHEDULE_NAME = "门店每晚登记"
NEXT_FILE_NAME = "手冲体验课登记.csv"
# Some came again, one with a new address, one shares a phone, one typed nonsense.
NEXT_FILE_ROWS = """
许安然,+86 138 1600 2210,anran.xu@work.example,苏州,1992-04-18,手冲课
顾清越,159 2100 3371,,杭州,1988/9/2,"咖啡节,手冲课"
许安宁,13816002210,,上海,1994-08-02,手冲课
Hannah Price,,hannah.price@post.example,杭州,1990-11-30,手冲课
白露,13701990021,bailu@mail.example,上海,1996-09-08,手冲课
周知夏,13817778823,,嘉兴,1991-12-24,手冲课
沈一诺,138177,yinuo@mail.example,上海,,手冲课
""".strip()
