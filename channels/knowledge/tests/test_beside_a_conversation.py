"""Articles and playbooks beside the composer."""

import pytest
from django.urls import reverse

from channels.inbox.models import Conversation
from channels.knowledge import factories, following
from channels.knowledge.models import Insertion, Run, Step, Tick
from channels.knowledge.tests.conftest import as_
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused


def test_the_last_question_suggests_articles_with_reasons(asked: Conversation, writer: User) -> None:
    article = factories.published(
        "退货运费由谁承担", "1. **先**联系我们\n2. 寄回", language="zh-hans", slug="returns"
    )
    page = as_(writer).get(reverse("knowledge:for-conversation", args=[asked.pk])).content.decode()
    assert "<mark>退货</mark>" in page
    assert "1. 先联系我们\n2. 寄回" in page
    assert "/help/zh-hans/returns/" in page
    found = as_(writer).get(reverse("knowledge:for-conversation", args=[asked.pk]), {"q": "tuihuo"})
    assert article.translations.get().title in found.content.decode()


def test_each_insertion_counts_once_per_conversation(asked: Conversation, writer: User) -> None:
    article = factories.published()
    url = reverse("knowledge:insertions", args=[asked.pk])
    for _ in range(2):
        assert as_(writer).post(url, {"article": article.pk}).status_code == 204
    assert Insertion.objects.get().times == 2
    assert as_(writer).post(url, {"article": "x"}).status_code == 400
    draft = factories.article()
    assert as_(writer).post(url, {"article": draft.pk}).status_code == 404
    stranger = as_(people.user(Role.SALES))
    assert stranger.post(url, {"article": article.pk}).status_code == 404
    assert stranger.get(reverse("knowledge:for-conversation", args=[asked.pk])).status_code == 404


def test_playbooks_that_fit_come_first_and_say_why(asked: Conversation, writer: User) -> None:
    factories.playbook("Anything", name="A")
    fits = factories.playbook("Ask for a photo", name="B", words=["退货"], tags=["returns"])
    offers = following.offers(asked, writer)
    assert (offers[0].playbook, offers[0].because) == (fits, ("退货",))
    asked.tags = ["returns"]
    assert following.offers(asked, writer)[0].because == ("returns", "退货")


def test_steps_are_ticked_by_somebody_and_kept(asked: Conversation, writer: User) -> None:
    playbook = factories.playbook("Ask for a photo", "Note the order number")
    first, second = playbook.steps.all()
    Step.objects.filter(pk=second.pk).update(asks_for="Order number")
    client = as_(writer)
    page = client.post(reverse("knowledge:runs", args=[asked.pk]), {"playbook": playbook.pk}).content.decode()
    assert "Note the order number" in page
    run = Run.objects.get()
    url = reverse("knowledge:ticks", args=[run.pk])
    assert client.post(url, {"step": second.pk}).status_code == 409
    for step, value in ((first, ""), (second, "A-1024"), (second, "other")):
        page = client.post(url, {"step": step.pk, "value": value}).content.decode()
    assert "A-1024" in page
    assert Tick.objects.get(step=second).by == writer
    run.refresh_from_db()
    assert run.finished_at
    Step.objects.filter(pk=second.pk).update(is_dropped=True)
    assert "A-1024" in client.get(reverse("knowledge:followed", args=[asked.pk])).content.decode()
    client.post(url, {"step": first.pk, "undo": "1"})
    run.refresh_from_db()
    assert run.finished_at is None


def test_a_playbook_begins_once(asked: Conversation, writer: User) -> None:
    playbook = factories.playbook("One")
    assert following.begin(asked, playbook, by=writer) == following.begin(asked, playbook, by=writer)
    Step.objects.update(asks_for="Serial number")
    run, step = Run.objects.get(), playbook.steps.get()
    with pytest.raises(Refused):
        following.tick(run, step, by=writer)


def test_playbooks_are_written_by_who_may_approve(writer: User, manager: User) -> None:
    client = as_(manager)
    made = client.post(
        reverse("knowledge:playbook-new"), {"name": "Returns", "words": "退货, return", "is_active": "on"}
    )
    client.post(made["Location"] + "steps/", {"title": "Ask for a photo", "position": 1})
    step = Step.objects.get()
    client.post(reverse("knowledge:step", args=[step.pk]), {"title": "Ask for two photos", "position": 1})
    assert "Ask for two photos" in as_(writer).get(made["Location"]).content.decode()
    assert as_(writer).post(reverse("knowledge:step-deletion", args=[step.pk])).status_code == 404
    client.post(reverse("knowledge:step-deletion", args=[step.pk]))
    assert "Ask for two photos" not in client.get(made["Location"]).content.decode()
    assert "Returns" in client.get(reverse("knowledge:playbooks")).content.decode()
