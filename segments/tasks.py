from celery import shared_task

from segments import following, history, membership


@shared_task(name="segments.refresh")
def refresh(segment_id: int) -> None:
    membership.refresh(segment_id)


@shared_task(name="segments.sweep")
def sweep() -> None:
    """Finds segments that are out of date: changed, scored anew, or left by a crash."""
    membership.sweep()


@shared_task(name="segments.follow")
def follow() -> None:
    """Finds customers who changed since the last time."""
    following.follow()


@shared_task(name="segments.forget_old")
def forget_old() -> None:
    history.forget_old()
