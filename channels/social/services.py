"""What people ask of posts: keep, approve, schedule, move, take back."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.social import tasks
from channels.social.models import Posting, SocialPost
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused

State = SocialPost.State


@transaction.atomic
def save(post: SocialPost, texts: dict[int, str], *, by: User) -> SocialPost:
    """Words by account. Approved are the words, not their moment: other words have to be approved anew."""
    is_new = post.pk is None
    if is_new or not _says_the_same(post, texts):
        post.state, post.approved_by = State.DRAFT, None
    post.save()
    post.postings.exclude(channel__in=texts).delete()
    for channel, text in texts.items():
        Posting.objects.update_or_create(post=post, channel_id=channel, defaults={"text": text})
    audit.record("social.created" if is_new else "social.changed", post, by=by)
    return post


@transaction.atomic
def approve(post: SocialPost, *, by: User) -> None:
    mine = SocialPost.objects.visible_to(by, "approve").filter(pk=post.pk, state=State.DRAFT)
    if not mine.update(state=State.APPROVED, approved_by=by):
        raise Refused(_("Somebody else did that meanwhile."))
    audit.record("social.approved", post, by=by)


@transaction.atomic
def schedule(post: SocialPost, *, by: User) -> None:
    """At its moment, or at once where that is past already."""
    if not SocialPost.objects.filter(pk=post.pk, state=State.APPROVED).update(state=State.SCHEDULED):
        raise Refused(_("Only what was approved can be scheduled."))
    due = max(post.at, timezone.now())
    if due > post.at:
        SocialPost.objects.filter(pk=post.pk).update(at=due)
    post.postings.update(due_at=due, lease_until=None, state=Posting.State.PLANNED, attempts=0, reason="")
    audit.record("social.scheduled", post, by=by)
    transaction.on_commit(tasks.publish.delay)


@transaction.atomic
def move(post: SocialPost, day: date, *, by: User) -> None:
    """To the same hour of another day, as long as nothing of it has gone out."""
    current = SocialPost.objects.select_for_update().get(pk=post.pk)
    rows = list(current.postings.select_for_update())
    if not current.may_be_moved_by(by) or any(one.state != Posting.State.PLANNED for one in rows):
        raise Refused(_("It is out already, or was tried: it can no longer be moved."))
    at = timezone.make_aware(datetime.combine(day, timezone.localtime(current.at).time()))
    if at <= timezone.now():
        raise Refused(_("That moment is past already. Choose a later day."))
    SocialPost.objects.filter(pk=post.pk).update(at=at)
    if current.state == State.SCHEDULED:
        current.postings.update(due_at=at, lease_until=None, attempts=0, reason="")
    audit.record("social.moved", current, by=by, at=at.isoformat())


@transaction.atomic
def take_back(post: SocialPost, *, by: User) -> None:
    """A draft again, as long as nothing of it has gone out."""
    scheduled = SocialPost.objects.filter(pk=post.pk, state=State.SCHEDULED)
    taken = scheduled.update(state=State.DRAFT, approved_by=None)
    rows = list(post.postings.select_for_update())
    if not taken or any(one.state != Posting.State.PLANNED for one in rows):
        raise Refused(_("Part of it is out already."))
    post.postings.update(due_at=None)
    audit.record("social.taken_back", post, by=by)


@transaction.atomic
def delete(post: SocialPost, *, by: User) -> None:
    if not SocialPost.objects.filter(pk=post.pk, state__in=[State.DRAFT, State.APPROVED]).delete()[0]:
        raise Refused(_("What is scheduled can no longer be changed. Take it back first."))
    audit.record("social.deleted", None, by=by, post=post.pk)


def _says_the_same(post: SocialPost, texts: dict[int, str]) -> bool:
    """Whether only its moment is another than before; locks what was written then."""
    open_ones = SocialPost.objects.filter(pk=post.pk, state__in=[State.DRAFT, State.APPROVED])
    before = open_ones.select_for_update().first()
    if before is None:
        raise Refused(_("What is scheduled can no longer be changed. Take it back first."))
    post.state, post.approved_by = before.state, before.approved_by
    said = dict(before.postings.values_list("channel_id", "text"))
    words = ("text", "link", "picture")
    return said == texts and all(getattr(post, name) == getattr(before, name) for name in words)
