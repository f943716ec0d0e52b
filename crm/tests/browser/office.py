"""A small company with something on every page, and a colleague who may see all of it."""

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from django.core.management import call_command
from django.db.models import Model
from django.utils import timezone

from channels.audiences.models import Audience
from channels.campaigns.models import Campaign, Delivery
from channels.campaigns.templating.models import Template
from channels.events.models import Event as Gathering
from channels.inbound.models import Event
from channels.inbox.models import CannedReply, Conversation
from channels.journeys.models import Journey
from channels.journeys.models import Run as JourneyRun
from channels.knowledge.models import Article, Category, Playbook, Step, Version
from channels.landing.models import LandingPage
from channels.models import Channel
from channels.offers.models import Offer
from channels.routing import services as routing
from channels.routing import simulating
from channels.routing.models import Rule as RoutingRule
from channels.routing.models import RuleSet, Simulation
from channels.sandbox.models import SandboxMessage
from channels.social.models import SocialPost
from channels.standards.models import Calendar, Policy
from channels.store.models import Pickup, Shop
from channels.webhooks.models import Subscription
from crm.accounts import factories
from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from crm.desk.goals.models import Goal, Review
from crm.desk.pivot.models import SavedPivot
from crm.tests.access.crawl import Rule
from customers.addresses.models import Address
from customers.bulk.models import BulkJob
from customers.exports.models import ExportJob
from customers.imports.models import ImportJob, SavedMapping, Schedule
from customers.inquiries.models import Check, Inquiry, Match
from customers.lists.models import SavedList
from customers.matching.models import Pair, Run
from customers.merging.models import Merge
from customers.models import Customer
from customers.privacy.models import SubjectRequest
from customers.quality.models import Assessment
from customers.record.models import Change
from customers.tasks.models import Task
from customers.timeline.models import Entry
from segments.grouping.models import Lookalike
from segments.models import Segment
from segments.scoring import services as scoring
from segments.scoring import simulating as trying
from segments.scoring.models import ScoringRun, Trial
from segments.scoring.ruling import Rules


@dataclass(frozen=True)
class Office:
    user: User

    def things(self, rule: Rule) -> list[dict[str, Any]]:
        """The parts of an address for each thing it is worth looking at."""
        extra = dict(rule.extra)
        if rule.on == "change":
            change = Change.objects.filter(customer__deleted_at=None).order_by("-pk")[0]
            return [{"pk": change.customer_id, "version": change.version}]
        if rule.on == "address":
            address = Address.objects.filter(customer__deleted_at=None, is_main=False).order_by("-pk")[0]
            return [{"pk": address.customer_id, "address_pk": address.pk}]
        if rule.on == "entry":
            note = Entry.objects.filter(kind="note", customer__deleted_at=None).order_by("-pk")[0]
            return [{"pk": note.customer_id, "entry_pk": note.pk}]
        if rule.on == "merge":
            merge = Merge.objects.standing().filter(survivor__deleted_at=None).order_by("-pk")[0]
            return [{"pk": merge.survivor_id, "merge_pk": merge.pk}]
        if rule.on == "talk":
            talks = Conversation.objects.filter(customer__deleted_at=None).order_by("-pk")
            return [{"pk": pk} for pk in talks.values_list("pk", flat=True)[:1]]
        if rule.on == "canned":
            reply, _made = CannedReply.objects.get_or_create(title="Hello", text="Dear {{ customer.name }}")
            return [{"pk": reply.pk}]
        if rule.on in ("delivery", "journey_run"):
            return [_walked(rule) | extra]
        return [{"pk": pk} | extra for pk in self._numbers(rule)] if rule.on else [extra]

    def _numbers(self, rule: Rule) -> list[int]:
        if rule.on == "customer":
            kinds = Customer.objects.filter(restricted=False).order_by("-pk")
            return [
                kinds.filter(kind=kind).values_list("pk", flat=True)[0] for kind in ("person", "organisation")
            ]
        if rule.on == "job":
            states = ImportJob.objects.order_by("status", "-pk").distinct("status")
            return list(states.values_list("pk", flat=True))
        if rule.on == "campaign":
            drafts, others = Campaign.objects.drafts(), Campaign.objects.exclude(status="draft")
            if rule.extra:
                drafts = drafts.filter(variants__number=2)
            chosen = drafts if rule.action == "edit" else others | drafts
            return list(chosen.values_list("pk", flat=True))
        if rule.on == "bulk":
            # Everybody sees their own; the demo's is a colleague's.
            mine = BulkJob.objects.filter(created_by=self.user)
            return list(mine.order_by("pk").values_list("pk", flat=True))
        if rule.on == "pair":
            # Of a pair that was joined, one is no longer there.
            return list(Pair.objects.open().best_first().values_list("pk", flat=True)[:1])
        models: dict[str, type[Model]] = {
            "segment": Segment,
            "journey": Journey,
            "template": Template,
            "task": Task,
            "channel": Channel,
            "event": Event,
            "run": ScoringRun,
            "lookalike": Lookalike,
            "trial": Trial,
            "webhook": Subscription,
            "arrival": SandboxMessage,
            "subject": SubjectRequest,
            "assessment": Assessment,
            "matching": Run,
            "schedule": Schedule,
            "ruleset": RuleSet,
            "routing_rule": RoutingRule,
            "simulation": Simulation,
            "department": Team,
            "calendar": Calendar,
            "policy": Policy,
            "article": Article,
            "version": Version,
            "shelf": Category,
            "playbook": Playbook,
            "step": Step,
            "saved_mapping": SavedMapping,
            "saved": SavedList,
            "pivot": SavedPivot,
            "goal": Goal,
            "review": Review,
            "export": ExportJob,
            "check": Check,
            "inquiry": Inquiry,
            "shop": Shop,
            "pickup": Pickup,
            "offer": Offer,
            "gathering": Gathering,
            "landing": LandingPage,
            "audience": Audience,
            "social": SocialPost,
        }
        return list(models[rule.on]._default_manager.order_by("pk").values_list("pk", flat=True)[:1])


def _walked(rule: Rule) -> dict[str, Any]:
    """What stands below a campaign or a journey, and is about one customer."""
    if rule.on == "journey_run":
        run = JourneyRun.objects.active().order_by("pk")[0]
        return {"pk": run.journey_id, "run_pk": run.pk}
    one = Delivery.objects.order_by("pk")[0]
    return {"pk": one.campaign_id, "delivery_pk": one.pk}


def open_office() -> Office:
    call_command("demo", customers=60, seed=3, verbosity=0)
    user = factories.user(*Role, username="everybody", is_staff=True)
    # One being prepared and one that is over.
    BulkJob.objects.create(action="edit", created_by=user)
    over = {"status": "done", "finished_at": timezone.now(), "params": {"tags": ["VIP"]}}
    BulkJob.objects.create(action="tag", created_by=user, total=3, changed=2, same=1, **over)
    tried = routing.draft() or routing.begin_draft(routing.active(), by=user)
    refund = RoutingRule(name="Refunds", conditions={"words": ["退款", "refund"]}, priority=4, tags=["money"])
    routing.save_rule(refund, tried, by=user)
    simulating.run(routing.simulate(tried, by=user).pk)
    trying.run(scoring.try_out(Rules(risk_after=60, dormant_after=120), by=user).pk)
    check = Check.objects.create(asked_by=user, about="王小明")
    met = Customer.objects.present().order_by("pk")[0]
    Match.objects.create(check_of=check, customer=met, is_same=True)
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "Good morning", "shop@crm.test", "somebody@mail.test"
    letter.set_content("Good morning!")
    letter.add_alternative("<p>Good <b>morning</b>!</p>", subtype="html")
    SandboxMessage.objects.create(
        received_at=timezone.now(),
        protocol="smtp",
        sender="shop@crm.test",
        recipient="somebody@mail.test",
        subject="Good morning",
        raw=letter.as_bytes(),
        answered=True,
    )
    Event.objects.create(
        channel=Channel.objects.order_by("pk")[0],
        dedupe_key="parked",
        raw=b'{"text": "' + b"x" * 500 + b'"}',
        state=Event.State.PARKED,
        reason="nobody",
    )
    return Office(user)
