"""What people ask of posts: keep, approve, schedule, take back."""

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
    """Words by account. Whatever is changed has to be approved anew."""
    is_new = post.pk is None
    if not is_new and not SocialPost.objects.filter(
        pk=post.pk, state__in=[State.DRAFT, State.APPROVED]
    ).update(state=State.DRAFT, approved_by=None):
        raise Refused(_("What is scheduled can no longer be changed. Take it back first."))
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
