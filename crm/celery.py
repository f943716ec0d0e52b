"""Celery wakes workers up. The work itself is in PostgreSQL, so a lost message costs seconds, never work."""

import logging
import os
from typing import Any

from celery import Celery, Task, signals
from kombu.exceptions import OperationalError

from crm.embedded.priority import give_way
from crm.embedded.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
log = logging.getLogger(__name__)


class Nudge(Task):  # type: ignore[misc]
    """A task whose message may be lost: nobody's request fails because the broker is away."""

    def apply_async(self, *args: Any, **options: Any) -> Any:
        try:
            return super().apply_async(*args, **options)
        except OperationalError:
            log.warning("The broker is away. The next sweep will find the work of %s.", self.name)
            return None


def every(seconds: float, task: str, queue: str = "default") -> dict[str, Any]:
    """A schedule entry. A message nobody took in time is dropped, so they do not pile up without workers."""
    return {"task": task, "schedule": seconds, "options": {"queue": queue, "expires": seconds}}


app = Celery("crm", task_cls=Nudge)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Sweeps find what a lost message or a crash left behind. Each entry is a sentence: what it looks for.
app.conf.beat_schedule = {
    "imports that wait or were left half-way": every(5, "imports.sweep"),
    "bulk changes that wait or were left half-way": every(5, "bulk.sweep"),
    "files that imports wait for by schedule": every(60, "imports.collect"),
    "files of imports that were kept long enough": every(3600, "imports.forget_old"),
    "exports that wait, were left, or are to be removed": every(10, "exports.sweep"),
    "segments that are out of date": every(60, "segments.sweep", "bulk"),
    "customers who changed, for the segments they are in": every(120, "segments.follow", "bulk"),
    "entries into segments that nobody looks up any more": every(24 * 3600, "segments.forget_old", "bulk"),
    "scorings that wait or were left, and the night's": every(10, "scoring.sweep", "bulk"),
    "months to add up, and who moved by the newest scoring": every(60, "movement.sweep", "bulk"),
    "scoring rules that are tried out": every(10, "scoring.sweep_trials", "bulk"),
    "groupings and searches for similar customers that wait or were left": every(
        10, "grouping.sweep", "bulk"
    ),
    "recommendations that are to be learnt, and the night's": every(10, "recommending.sweep", "bulk"),
    "predictions that wait or were left, and customers who ordered since": every(
        10, "predicting.sweep", "bulk"
    ),
    "erasures that left something, and the night's retention": every(60, "privacy.sweep", "bulk"),
    "assessments that wait or were left, and the night's": every(60, "quality.sweep", "bulk"),
    "questions that nobody answered in time": every(300, "inquiries.sweep"),
    "customers who changed and are to be matched": every(20, "matching.sweep", "bulk"),
    "matchings of the whole base that wait or were left, and the night's": every(
        60, "matching.sweep_runs", "bulk"
    ),
    "rows that reached an absorbed customer late": every(60, "merging.gather"),
    "decisions about many pairs that wait or were left": every(10, "duplicates.sweep", "bulk"),
    "letters that wait or were left": every(10, "letters.sweep"),
    "campaigns that wait, were left or are over": every(5, "campaigns.sweep"),
    "campaigns whose figures are old": every(30, "campaigns.measure", "bulk"),
    "customers who enter journeys or move on them": every(10, "journeys.sweep"),
    "coupon codes that are still to be made": every(20, "offers.sweep", "bulk"),
    "ads audiences that are due, wait or were left": every(30, "audiences.sweep", "bulk"),
    "social posts that are due or were left": every(20, "social.publish"),
    "webhooks that are due": every(5, "webhooks.sweep"),
    "tokens of colleagues who left": every(60, "api.sweep"),
    "tasks one is to be reminded of": every(20, "tasks.remind"),
    "contacts written to the timeline in bulk": every(60, "tasks.read_contacts", "bulk"),
    "what arrived and was not taken in": every(5, "inbound.drain"),
    "what arrived and cannot be found by handles yet": every(60, "inbound.mark_old", "bulk"),
    "what arrived long ago and is kept word for word": every(24 * 3600, "inbound.forget_old", "bulk"),
    "channels that are to be asked for news": every(10, "inbound.fetch"),
    "files of messages that are to be fetched": every(5, "inbound.sweep_media"),
    "stored files that no message has": every(24 * 3600, "inbound.sweep_blobs", "bulk"),
    "stored files that no customer has": every(24 * 3600, "files.sweep", "bulk"),
    "permissions that nobody confirmed": every(24 * 3600, "chat.sweep", "bulk"),
    "news that nobody reads any more": every(3600, "live.sweep", "bulk"),
    "automatic answers that no budget counts any more": every(3600, "mail.sweep", "bulk"),
    "pick-ups whose order was moved elsewhere": every(30, "store.sweep"),
    "single messages that wait or were left half-way": every(10, "direct.sweep"),
    "promises that are near their end or over": every(60, "standards.sweep"),
    "conversations that wait for somebody who is here": every(60, "routing.sweep"),
    "simulations that wait or were left": every(10, "routing.sweep_simulations", "bulk"),
    "articles that are to be looked over": every(3600, "knowledge.remind"),
    "conversations that changed, for the service reports": every(60, "reports.sweep", "bulk"),
    "conversations that are to be rated": every(300, "reports.ask_for_ratings", "bulk"),
    "snoozed conversations whose time has come": every(20, "inbox.wake"),
    "news of followed customers that bulk work wrote": every(30, "notices.sweep"),
    "colleagues who want to hear of notices by e-mail": every(300, "notices.mail"),
    "goals, reviews and proposals whose numbers are due": every(120, "goals.sweep", "bulk"),
    "pivots that are to go out by e-mail": every(60, "pivot.sweep", "bulk"),
    "figures of the insight pages that are old or asked for": every(30, "insights.sweep", "bulk"),
    "keep the home page counted": every(300, "desk.refresh_figures"),
}


def _end_with_worker(**kwargs: object) -> None:
    """Without this, a killed worker leaves its pool behind."""
    die_with_parent()


def _give_way(instance: Any, **kwargs: object) -> None:
    """Who takes bulk work only, may wait."""
    if set(instance.app.amqp.queues.consume_from) == {"bulk"}:
        give_way()


signals.worker_process_init.connect(_end_with_worker)
signals.celeryd_after_setup.connect(_give_way)
