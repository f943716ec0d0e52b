"""From a draft to what is published, and back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from channels.knowledge import factories, reminding, services
from channels.knowledge.models import Article, Translation, Version
from channels.knowledge.tests.conftest import as_
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers.tasks.models import Task

State = Version.State
TEXT = {
    "title": "退货运费由谁承担",
    "summary": "质量问题由我们承担。",
    "body": "**质量问题**由我们承担运费。",
}


def test_an_article_is_written_submitted_and_approved_by_somebody_else(writer: User, manager: User) -> None:
    shelf = factories.category()
    mine, theirs = as_(writer), as_(manager)
    begun = mine.post(
        reverse("knowledge:new"),
        {
            "title": TEXT["title"],
            "language": "zh-hans",
            "category": shelf.pk,
            "audience": "public",
            "tags": "退货，运费",
        },
    )
    article = Article.objects.get()
    assert begun["Location"] == reverse("knowledge:write", args=[article.pk, "zh-hans"])
    assert article.slug == "tui-huo-yun-fei-you-shui-cheng-dan"
    assert article.tags == ["退货", "运费"]
    mine.post(begun["Location"], {**TEXT, "submit": "1"})
    version = Version.objects.get()
    assert version.state == State.SUBMITTED
    assert mine.post(reverse("knowledge:approval", args=[version.pk])).status_code == 404
    assert TEXT["title"] in theirs.get(reverse("knowledge:approvals")).content.decode()
    theirs.post(reverse("knowledge:approval", args=[version.pk]))
    page = as_(writer).get(reverse("knowledge:article", args=[article.pk])).content.decode()
    assert "<strong>质量问题</strong>" in page


def test_nobody_approves_their_own_words(manager: User, settings: Any) -> None:
    version = factories.version(factories.article(), author=manager)
    services.submit(version, by=manager)
    answer = as_(manager).post(reverse("knowledge:approval", args=[version.pk]))
    assert answer.status_code == 409
    settings.KNOWLEDGE_NEEDS_TWO = False
    services.publish(version, by=manager)
    assert Version.objects.get().state == State.PUBLISHED


def test_whoever_wrote_in_it_does_not_approve_it(manager: User) -> None:
    other = people.user(Role.OPERATIONS)
    translation = Translation.objects.create(article=factories.article(), language="en")
    services.write(translation, TEXT, by=manager)
    version = services.write(translation, {"summary": "Shorter"}, by=other)
    services.submit(version, by=other)
    assert not any(services.may_approve(version, one) for one in (manager, other))


def test_what_is_sent_back_says_why(writer: User, manager: User) -> None:
    version = factories.version(factories.article(owner=writer), author=writer)
    services.submit(version, by=writer)
    as_(manager).post(reverse("knowledge:refusal", args=[version.pk]), {"remark": "Name the days"})
    page = as_(writer).get(reverse("knowledge:version", args=[version.pk])).content.decode()
    assert "Name the days" in page
    with pytest.raises(Refused):
        services.take_back(version, by=manager)


def test_a_newer_version_archives_the_older_which_can_be_restored(writer: User, manager: User) -> None:
    article = factories.published(body="old words", owner=writer)
    translation = Translation.objects.get()
    newer = services.write(translation, {"title": "Returns", "summary": "", "body": "new words"}, by=writer)
    services.submit(newer, by=writer)
    page = as_(manager).get(reverse("knowledge:version", args=[newer.pk])).content.decode()
    assert "<del>old</del>" in page
    assert "<ins>new</ins>" in page
    services.publish(newer, by=manager)
    older = Version.objects.get(number=1)
    assert older.state == State.ARCHIVED
    as_(writer).post(reverse("knowledge:restoration", args=[older.pk]))
    assert Version.objects.get(state=State.DRAFT).body == "old words"
    assert translation.versions.published().get() == newer
    services.archive(translation, by=manager)
    translation.refresh_from_db()
    assert (translation.title, translation.words, article.translations.count()) == ("", [], 1)


def test_a_waiting_version_is_not_changed(writer: User) -> None:
    version = factories.version(factories.article(owner=writer), author=writer)
    services.submit(version, by=writer)
    with pytest.raises(Refused):
        services.write(version.translation, TEXT, by=writer)


def test_rules_of_the_database_hold(writer: User) -> None:
    article = factories.article()
    version = factories.version(article)
    for wrong in (
        {"state": "draft"},
        {"state": "published"},
        {"state": "submitted"},
        {"number": version.number, "state": "archived"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.version(article, **wrong)


def test_readers_see_only_what_is_published(writer: User) -> None:
    reader = as_(people.user(Role.SALES))
    draft = factories.version(factories.article(owner=writer), title="Secret draft")
    shown = factories.published("Shown to all")
    page = reader.get(reverse("knowledge:list")).content.decode()
    assert "Shown to all" in page
    assert "Secret draft" not in page
    assert reader.get(reverse("knowledge:version", args=[draft.pk])).status_code == 404
    assert reader.get(reverse("knowledge:write", args=[shown.pk, "en"])).status_code == 404


def test_who_writes_changes_their_own_articles_only(writer: User) -> None:
    other = factories.published()
    assert as_(writer).post(reverse("knowledge:write", args=[other.pk, "en"]), TEXT).status_code == 404
    assert as_(writer).get(reverse("knowledge:write", args=[other.pk, "fr"])).status_code == 404


def test_the_list_takes_few_questions(writer: User, django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        factories.published(f"Number {number}")
    client = as_(writer)
    client.get(reverse("knowledge:list"))
    with django_assert_max_num_queries(9):
        client.get(reverse("knowledge:list"))
    with django_assert_max_num_queries(16):
        assert "Number 3" in client.get(reverse("knowledge:list"), {"q": "number 3"}).content.decode()


def test_filters_narrow_the_list(writer: User) -> None:
    mine = factories.published("Mine", owner=writer, tags=["warranty"])
    factories.published("Other", audience="internal")
    client = as_(writer)
    for query in ({"mine": "1"}, {"tag": "warranty"}, {"audience": "public"}, {"category": mine.category_id}):
        page = client.get(reverse("knowledge:list"), query).content.decode()
        assert '<b class="truncate">Mine' in page, query
        assert '<b class="truncate">Other' not in page, query
    assert client.get(reverse("knowledge:list"), {"category": "x", "state": "?"}).status_code == 200


def test_on_the_day_its_owner_finds_a_task_once(writer: User) -> None:
    today = timezone.localdate()
    factories.published("Warranty", owner=writer, review_on=today)
    factories.published("Later", owner=writer, review_on=today + timedelta(days=1))
    factories.version(factories.article(owner=writer, review_on=today))
    assert [reminding.remind(), reminding.remind()] == [1, 0]
    assert "Warranty" in Task.objects.get(assignee=writer).title


def test_the_preview_runs_no_script(writer: User) -> None:
    article = factories.published(owner=writer)
    body = (
        "<script>alert(1)</script> [x](javascript:alert(1)) ![p](https://evil.example/p.png)"
        " <img src=x onerror=alert(1)>"
    )
    page = as_(writer).post(reverse("knowledge:preview", args=[article.pk]), {"body": body}).content.decode()
    assert "<script" not in page
    assert "href=" not in page
    assert "evil" not in page
    assert "<img src=x" not in page
