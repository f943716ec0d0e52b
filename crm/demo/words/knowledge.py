"""Fields that a company selling coffee and tea would define, and what stands in them."""

from typing import Any

Choices = tuple[tuple[str, str, str], ...]

# Key, kind, label, label in Chinese, choices, and what is special about it.
FIELDS: tuple[tuple[str, str, str, str, Choices, dict[str, Any]], ...] = (
    (
        "favourite",
        "text",
        "Favourite drink",
        "最爱饮品",
        (),
        {"about": "person", "is_searchable": True, "is_listed": True},
    ),
    (
        "roast",
        "choice",
        "Preferred roast",
        "烘焙偏好",
        (("light", "Light", "浅烘"), ("medium", "Medium", "中烘"), ("dark", "Dark", "深烘")),
        {"about": "person", "is_listed": True},
    ),
    (
        "occasions",
        "several",
        "Buys it for",
        "购买用途",
        (("home", "Home", "家用"), ("office", "Office", "办公室"), ("gift", "Gifts", "送礼")),
        {},
    ),
    ("employees", "number", "Employees", "员工人数", (), {"about": "organisation"}),
    (
        "credit_limit",
        "money",
        "Credit limit",
        "信用额度",
        (),
        {"about": "organisation", "viewers": ["manager", "operations"], "editors": ["operations"]},
    ),
    ("contract_end", "date", "Contract ends", "合同到期日", (), {"about": "organisation", "is_listed": True}),
    ("website", "link", "Website", "网站", (), {"about": "organisation"}),
)
FAVOURITES = [
    "耶加雪菲手冲",
    "冷萃拿铁",
    "桂花乌龙",
    "澳白",
    "正山小种",
    "瑰夏",
    "Cold brew",
    "Flat white",
    "茉莉龙珠",
]
SITES = ["lanhai.example", "greenhill.example", "mingyue.example", "harbour.example", "sanjiang.example"]
FLATS = [
    "幸福路18号3栋502",
    "人民中路266号财务部",
    "创业园B座1201",
    "滨江大道77号丰巢柜",
    "学府街9号南门代收点",
    "12 Canal Street, Flat 4",
]
