"""What everybody reads: public articles only, the same for all, opinions once."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from channels.knowledge import factories
from channels.knowledge.models import Article, ArticleDay, MissedSearch
from channels.knowledge.tests.conftest import as_
from crm.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_asked_before() -> None:
    cache.clear()


@pytest.fixture
def article() -> Article:
    made = factories.published("Who pays for returns", "We **pay**.", slug="returns")
    factories.add(made, "退货运费", "我们承担。", "zh-hans")
    return made


def test_public_articles_are_read_in_both_languages(client: Client, article: Article) -> None:
    page = client.get("/help/en/returns/")
    text = page.content.decode()
    assert "We <strong>pay</strong>." in text
    assert '<link rel="alternate" hreflang="zh-Hans"' in text
    assert "noindex" not in text
    assert page["Cache-Control"] == "public, max-age=300"
    assert not page.cookies
    assert '<html lang="zh-hans"' in client.get("/help/zh-hans/returns/").content.decode()
    assert "退货运费" in client.get("/help/zh-hans/").content.decode()
    shelf = reverse("help:shelf", args=["en", article.category_id])
    assert "Who pays for returns" in client.get(shelf).content.decode()
    assert client.get("/help/", headers={"accept-language": "en"})["Location"] == "/help/en/"


def test_a_missing_language_leads_to_the_other(client: Client) -> None:
    factories.published("Only English", slug="only")
    assert client.get("/help/zh-hans/only/")["Location"] == "/help/en/only/"


@pytest.mark.parametrize("path", ["/help/fr/", "/help/en/nothing/", "/help/en/inside/", "/help/en/draft/"])
def test_nothing_else_is_shown(client: Client, path: str) -> None:
    factories.published("Inside", slug="inside", audience="internal")
    factories.version(factories.article(slug="draft", audience="public"))
    assert client.get(path).status_code == 404
    assert "Inside" not in client.get("/help/en/search/?q=inside").content.decode()
    assert "Inside" not in client.get("/help/en/").content.decode()


def test_pages_know_nothing_of_who_asks(article: Article, writer: User) -> None:
    mine = as_(writer).get("/help/en/returns/")
    assert mine.content == Client().get("/help/en/returns/").content
    assert writer.name not in mine.content.decode()


def test_an_opinion_counts_once_per_visitor(client: Client, article: Article) -> None:
    url = reverse("help:opinion", args=["en", "returns"])
    assert client.get(url).status_code == 405
    for answer in ("yes", "yes", "no"):
        assert client.post(url, {"answer": answer})["Location"].endswith("?thanks=1#opinion")
    Client().post(url, {"answer": "no"})
    forged = Client()
    forged.cookies["help"] = "forged"
    forged.post(url, {"answer": "no"})
    counted = ArticleDay.objects.aggregate(yes=Sum("helpful"), no=Sum("unhelpful"))
    assert counted == {"yes": 1, "no": 2}
    assert client.post(url, {"answer": "perhaps"}).status_code == 429


@pytest.mark.usefixtures("one_window")
def test_searching_is_limited_and_misses_are_remembered(client: Client, article: Article) -> None:
    url = "/help/en/search/"
    assert "Who pays" in client.get(url, {"q": "return"}).content.decode()
    for q in ("teleport", "teleport", "my number 13800138000", "a@b.example"):
        assert "found nothing" in client.get(url, {"q": q}).content.decode()
    assert list(MissedSearch.objects.values_list("words", "times", "place")) == [("teleport", 2, "public")]
    answers = {client.get(url, {"q": "return"}).status_code for _ in range(40)}
    assert answers == {200, 429}


def test_views_are_counted_and_shown(client: Client, article: Article, writer: User, manager: User) -> None:
    client.get("/help/en/returns/")
    client.head("/help/en/returns/")
    assert ArticleDay.objects.get().views == 1
    page = as_(manager).get(reverse("knowledge:usage"), {"days": "30"}).content.decode()
    assert "Who pays for returns" in page


def test_hostile_questions_are_answered(client: Client, article: Article) -> None:
    for q in ("<script>alert(1)</script>", "'; DROP TABLE", "%", "\ud83d\ude00" * 3, "a" * 5000):
        page = client.get("/help/en/search/", {"q": q.encode("utf-16", "surrogatepass").decode("utf-16")})
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()


def test_pictures_go_with_their_article(client: Client, manager: User, tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    from django.core.files.uploadedfile import SimpleUploadedFile

    made = factories.published(slug="shown", owner=manager)
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
    )
    url = reverse("knowledge:pictures", args=[made.pk])
    staff = as_(manager)
    assert (
        staff.post(url, {"picture": SimpleUploadedFile("a.png", b"<svg onload=alert(1)>")}).status_code == 409
    )
    assert "picture:" in staff.post(url, {"picture": SimpleUploadedFile("a.png", png)}).content.decode()
    digest = made.images.get().digest
    shown = client.get(reverse("help:picture", args=[digest]))
    assert (shown.content, shown["Content-Type"]) == (png, "image/png")
    assert "sandbox" in shown["Content-Security-Policy"]
    Article.objects.update(audience="internal")
    assert client.get(reverse("help:picture", args=[digest])).status_code == 404
    assert staff.get(reverse("knowledge:picture", args=[digest])).status_code == 200
