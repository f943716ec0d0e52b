"""What the company wrote down: articles in both languages, playbooks, and how they have been used."""

from datetime import datetime, timedelta

import numpy as np
from django.utils import timezone

from channels.inbox.models import Conversation, Message
from channels.knowledge import searching
from channels.knowledge.models import (
    Article,
    ArticleDay,
    Category,
    Insertion,
    MissedSearch,
    Playbook,
    Run,
    Step,
    Tick,
    Translation,
    Version,
)
from channels.reports import refreshing
from crm.demo.company import Staff
from crm.demo.dice import dice
from crm.demo.words.answers import ANSWERS, MISSED, PLAYBOOKS, SHELVES, Answer, Text

WEEKS, USED = 5, 60
WRITERS = ("maya", "fangwei", "sunlei")
State = Version.State


def teach(staff: Staff, *, seed: int, until: datetime) -> None:
    if Category.objects.exists():
        return
    rng = dice(seed, "articles")
    shelves = _put_up_shelves()
    articles = {one.slug: _write(one, shelves, staff, place, until) for place, one in enumerate(ANSWERS)}
    _leave_something_to_do(articles, staff, until)
    playbooks = _lay_out(articles)
    _read(articles, rng, until)
    _use(articles, playbooks, rng)
    refreshing.sweep()


def _put_up_shelves() -> dict[str, Category]:
    found: dict[str, Category] = {}
    for position, (key, name, name_en, upper) in enumerate(SHELVES):
        found[key] = Category.objects.create(
            name=name, name_en=name_en, parent=found.get(upper), position=position
        )
    return found


def _write(
    answer: Answer, shelves: dict[str, Category], staff: Staff, place: int, until: datetime
) -> Article:
    at = until - timedelta(days=90 - 3 * place)
    article = Article.objects.create(
        slug=answer.slug,
        category=shelves[answer.shelf],
        audience=Article.Audience.PUBLIC if answer.is_public else Article.Audience.INTERNAL,
        tags=list(answer.tags),
        owner_id=staff.users[WRITERS[place % len(WRITERS)]],
        # Two of them are due to be looked over.
        review_on=timezone.localdate(until) + timedelta(days=30 * place - 15),
        created_at=at,
        changed_at=at,
    )
    for language, text in (("zh-hans", answer.zh), ("en", answer.en)):
        translation = Translation.objects.create(article=article, language=language)
        version = Version.objects.create(
            translation=translation,
            number=1,
            state=State.PUBLISHED,
            author_id=article.owner_id,
            created_at=at,
            submitted_at=at,
            decided_at=at + timedelta(hours=5),
            decided_by_id=staff.users["dengxiaoyan"],
            **text._asdict(),
        )
        searching.index(translation, version, answer.tags)
    return article


def _leave_something_to_do(articles: dict[str, Article], staff: Staff, until: datetime) -> None:
    """One new text waits for approval, one is being written."""
    delivery = next(one.zh for one in ANSWERS if one.slug == "delivery-times")
    newer = delivery.body.replace("满 99 元包邮，不满收 10 元运费", "满 79 元包邮，不满收 8 元运费")
    _draft(
        articles["delivery-times"],
        delivery._replace(body=newer),
        staff.users["sunlei"],
        until - timedelta(hours=20),
        State.SUBMITTED,
    )
    points = next(one.zh for one in ANSWERS if one.slug == "points")
    added = f"{points.body}\n\n**双十二期间**积分翻倍。"
    _draft(
        articles["points"],
        points._replace(body=added),
        staff.users["maya"],
        until - timedelta(hours=3),
        State.DRAFT,
    )


def _draft(article: Article, text: Text, author: int, at: datetime, state: str) -> None:
    Version.objects.create(
        translation=article.translations.get(language="zh-hans"),
        number=2,
        state=state,
        author_id=author,
        created_at=at,
        submitted_at=at if state == State.SUBMITTED else None,
        **text._asdict(),
    )
    Article.objects.filter(pk=article.pk).update(changed_at=at)


def _lay_out(articles: dict[str, Article]) -> list[Playbook]:
    found = []
    for name, about, words, tags, moves in PLAYBOOKS:
        playbook = Playbook.objects.create(name=name, about=about, words=list(words), tags=list(tags))
        Step.objects.bulk_create(
            Step(
                playbook=playbook,
                position=position,
                title=move.title,
                text=move.text,
                reply=move.reply,
                asks_for=move.asks_for,
                article=articles.get(move.answer),
            )
            for position, move in enumerate(moves, 1)
        )
        found.append(playbook)
    return found


def _read(articles: dict[str, Article], rng: np.random.Generator, until: datetime) -> None:
    """The help pages were read these weeks, most articles the less the later they were written."""
    today = timezone.localdate(until)
    public = [one for one in articles.values() if one.is_public]
    days = []
    for place, article in enumerate(public):
        for language, share in (("zh-hans", 1.0), ("en", 0.2)):
            for back in range(7 * WEEKS):
                views = int(rng.poisson(share * 30 / (1 + place / 3)))
                helpful = int(rng.binomial(views, 0.08))
                unhelpful = int(rng.binomial(views, 0.015))
                if views:
                    days.append(
                        ArticleDay(
                            article=article,
                            language=language,
                            day=today - timedelta(days=back),
                            views=views,
                            helpful=helpful,
                            unhelpful=unhelpful,
                        )
                    )
    ArticleDay.objects.bulk_create(days, batch_size=1000)
    MissedSearch.objects.bulk_create(
        MissedSearch(words=words, language=language, place=place, day=today - timedelta(days=2), times=times)
        for words, language, place, times in MISSED
    )


def _use(articles: dict[str, Article], playbooks: list[Playbook], rng: np.random.Generator) -> None:
    """Articles that fit what customers asked were put into answers, and playbooks were followed."""
    asked = Message.objects.filter(direction=Message.Direction.IN, conversation__assignee__isnull=False)
    latest = asked.order_by("-pk").select_related("conversation")[: 6 * USED]
    insertions: dict[int, Insertion] = {}
    for message in latest:
        fits = [article for article in articles.values() if any(tag in message.text for tag in article.tags)]
        conversation = message.conversation
        if fits and conversation.pk not in insertions and len(insertions) < USED:
            insertions[conversation.pk] = Insertion(
                article=fits[int(rng.integers(len(fits)))],
                conversation=conversation,
                by_id=conversation.assignee_id,
                at=message.at + timedelta(minutes=4),
            )
    Insertion.objects.bulk_create(insertions.values())
    for playbook in playbooks:
        fitting = [m.conversation for m in latest if any(word in m.text for word in playbook.words)]
        _follow(playbook, list({one.pk: one for one in fitting}.values())[:6], rng)


def _follow(playbook: Playbook, conversations: list[Conversation], rng: np.random.Generator) -> None:
    steps = list(playbook.steps.all())
    for conversation in conversations:
        done = len(steps) if conversation.closed_at else int(rng.integers(1, len(steps)))
        at = conversation.opened_at + timedelta(minutes=6)
        run = Run.objects.create(
            conversation=conversation,
            playbook=playbook,
            started_by_id=conversation.assignee_id,
            started_at=at,
            finished_at=conversation.closed_at,
        )
        Tick.objects.bulk_create(
            Tick(
                run=run,
                step=step,
                by_id=conversation.assignee_id,
                at=at + timedelta(minutes=3 * number),
                value=f"LS{rng.integers(10**7, 10**8)}" if step.asks_for else "",
            )
            for number, step in enumerate(steps[:done])
        )
