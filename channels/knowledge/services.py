"""What people do with articles: write, submit, approve, send back, restore, archive."""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.knowledge import searching
from channels.knowledge.models import Article, Translation, Version
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused

State = Version.State


@transaction.atomic
def write(translation: Translation, fields: dict[str, str], *, by: User) -> Version:
    """Saves what is being worked on: the draft there is, or a new one."""
    _lock(translation)
    draft = translation.versions.in_work().first()
    if draft is None:
        draft = Version(translation=translation, number=_next_number(translation), author=by)
    elif draft.state == State.SUBMITTED:
        raise Refused(_("This version waits for approval. Take it back before you change it."))
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.author = by
    draft.writers = sorted({*draft.writers, by.pk})
    draft.save()
    _touch(translation)
    return draft


@transaction.atomic
def submit(version: Version, *, by: User) -> None:
    moved = Version.objects.filter(pk=version.pk, state=State.DRAFT).update(
        state=State.SUBMITTED, submitted_at=timezone.now(), remark=""
    )
    if not moved:
        raise Refused(_("Only a draft can be submitted."))
    _touch(version.translation)
    audit.record("article.submitted", version.translation.article, by=by, version=version.number)


@transaction.atomic
def take_back(version: Version, *, by: User, remark: str = "") -> None:
    """A submitted version is a draft again; with a remark, somebody sent it back."""
    moved = (
        Version.objects.submitted()
        .filter(pk=version.pk)
        .update(state=State.DRAFT, submitted_at=None, remark=remark)
    )
    if not moved:
        raise Refused(_("Somebody has decided about this version already."))
    _touch(version.translation)
    audit.record("article.sent_back", version.translation.article, by=by, version=version.number)


def may_approve(version: Version, user: User) -> bool:
    if not user.may("knowledge", "approve"):
        return False
    return not settings.KNOWLEDGE_NEEDS_TWO or user.pk not in (*version.writers, version.author_id)


@transaction.atomic
def publish(version: Version, *, by: User) -> None:
    """What it replaces is kept in the archive."""
    if not may_approve(version, by):
        raise Refused(_("Somebody else has to approve what you wrote yourself."))
    translation = version.translation
    _lock(translation)
    translation.versions.published().update(state=State.ARCHIVED)
    moved = (
        Version.objects.submitted()
        .filter(pk=version.pk)
        .update(state=State.PUBLISHED, decided_at=timezone.now(), decided_by=by)
    )
    if not moved:
        raise Refused(_("Somebody has decided about this version already."))
    searching.index(translation, version, translation.article.tags)
    _touch(translation)
    audit.record("article.published", translation.article, by=by, version=version.number)


@transaction.atomic
def archive(translation: Translation, *, by: User) -> None:
    """Takes what is published off the pages; it can be restored."""
    _lock(translation)
    if not translation.versions.published().update(state=State.ARCHIVED):
        raise Refused(_("Nothing of it is published."))
    searching.index(translation, None, ())
    _touch(translation)
    audit.record("article.archived", translation.article, by=by, language=translation.language)


@transaction.atomic
def restore(version: Version, *, by: User) -> Version:
    """An older version becomes the draft; it is approved like any other."""
    fields = {name: getattr(version, name) for name in ("title", "summary", "body")}
    return write(version.translation, fields, by=by)


@transaction.atomic
def retag(article: Article, tags: Iterable[str]) -> None:
    """Tags are words one finds the article by."""
    for translation in article.translations.exclude(title=""):
        searching.index(translation, translation.versions.published().get(), tags)


def _lock(translation: Translation) -> None:
    Translation.objects.select_for_update().get(pk=translation.pk)


def _next_number(translation: Translation) -> int:
    newest = translation.versions.order_by("-number").values_list("number", flat=True).first()
    return (newest or 0) + 1


def _touch(translation: Translation) -> None:
    Article.objects.filter(pk=translation.article_id).update(changed_at=timezone.now())
