"""An article is found by its words in either script, and suggested by a customer's question."""

import pytest
from django.utils import translation

from channels.knowledge import factories, palette, searching
from channels.knowledge.models import Article, Translation
from crm.accounts import factories as people
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> dict[str, Article]:
    returns = factories.published(
        "退货运费由谁承担", "商品有质量问题时，退货运费由我们承担。", language="zh-hans", tags=["退换"]
    )
    factories.add(returns, "Who pays for returns", "We pay when the goods are faulty.", "en")
    invoice = factories.published("如何开发票", "在订单页申请电子发票。", language="zh-hans")
    repair = factories.published("咖啡机维修", "请联系售后寄修。", language="zh-hans")
    return {"returns": returns, "invoice": invoice, "repair": repair}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("退货", "returns"),
        ("退货的运费", "returns"),
        ("退貨運費", "returns"),
        ("tuihuo", "returns"),
        ("thyf", "returns"),
        ("退换", "returns"),
        ("returns", "returns"),
        ("faul", "returns"),
        ("发票", "invoice"),
        ("fapiao", ""),
        ("kafeiji", "repair"),
        ("寄修", "repair"),
        ("no such thing", ""),
        ("¿?", ""),
    ],
)
def test_articles_are_found(shelf: dict[str, Article], text: str, found: str) -> None:
    hits = searching.find(Translation.objects.all(), text, language="zh-hans")
    assert [hit.translation.article for hit in hits][:1] == ([shelf[found]] if found else [])


def test_each_article_comes_once_in_the_language_asked_for(shelf: dict[str, Article]) -> None:
    hits = searching.find(Translation.objects.all(), "returns 退货", language="en")
    assert [hit.translation.article for hit in hits].count(shelf["returns"]) == 1


def test_a_question_suggests_and_says_by_which_words(shelf: dict[str, Article]) -> None:
    text = "你好，我上周买的杯子坏了，想退货，运费谁承担？"
    hits = searching.find(Translation.objects.all(), text, language="zh-hans", suggest=True)
    assert hits[0].translation.article == shelf["returns"]
    assert {"退货", "运费"} <= set(hits[0].words)


@pytest.mark.parametrize(
    "text", ["你好", "谢谢，好的", "请问什么时候可以？", "Thank you very much", "13800138000"]
)
def test_politeness_suggests_nothing(shelf: dict[str, Article], text: str) -> None:
    assert searching.find(Translation.objects.all(), text, language="zh-hans", suggest=True) == []


def test_what_is_archived_is_not_found(shelf: dict[str, Article]) -> None:
    translation = shelf["invoice"].translations.get()
    searching.index(translation, None, ())
    assert searching.find(Translation.objects.all(), "发票", language="zh-hans") == []


def test_the_search_box_finds_them_in_the_readers_language(shelf: dict[str, Article]) -> None:
    reader, returns = people.user(Role.SERVICE), shelf["returns"]
    with translation.override("en"):
        (hit,) = palette.find(reader, "退货", 4)
        (again,) = palette.named(reader, [returns.pk])
    assert (hit.pk, hit.url) == (returns.pk, f"/knowledge/{returns.pk}/?language=zh-hans")
    assert again.title == "Who pays for returns"
