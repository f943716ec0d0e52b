"""A small company in which every text carries the number of its customer.

A page that shows `CANARY-7-…` to somebody without a right to customer 7 has a hole, whatever its code says.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.core.files.base import ContentFile

from channels.audiences.models import Audience
from channels.campaigns.models import Campaign, CampaignLink, Delivery
from channels.campaigns.templating.models import Template
from channels.consent.models import Consent, ConsentEntry, Purpose, State
from channels.direct.models import DirectMessage
from channels.events.models import Event as Gathering
from channels.events.models import Registration
from channels.inbound.models import Event
from channels.inbox.models import CannedReply, Conversation, Enclosure, Message
from channels.journeys.models import Journey
from channels.knowledge import factories as knowledge
from channels.knowledge.models import Article, Category, Playbook, Step, Version
from channels.knowledge.models import Run as PlaybookRun
from channels.landing.models import LandingPage
from channels.mail import blobs
from channels.models import Channel
from channels.offers.models import Offer, Redemption
from channels.routing.models import Rule as RoutingRule
from channels.routing.models import RuleSet, Simulation
from channels.sandbox.models import SandboxMessage
from channels.social.models import SocialPost
from channels.standards.models import Calendar, Policy
from channels.store.models import Pickup, Shop
from channels.webhooks import factories as webhooks
from channels.webhooks.models import Subscription
from crm.accounts import factories as people
from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from crm.api import services as token_services
from crm.api.models import Token
from crm.desk.goals.models import Goal, Review
from crm.desk.goals.models import Proposal as Promise
from crm.desk.notices.models import Notice
from crm.desk.pivot.models import SavedPivot
from crm.tests.access import advertised, journeys, offered, recommended, templates
from customers.addresses.models import Address
from customers.bulk.models import BulkJob
from customers.exports.models import ExportJob
from customers.fields.models import CustomField, FieldValues
from customers.files.models import Attachment
from customers.identity.models import Identity, Profile
from customers.imports.models import ImportJob, ImportProblem, SavedMapping, Schedule
from customers.inquiries.models import Check, Inquiry, Match
from customers.lists.models import SavedList
from customers.matching.models import Pair, Run
from customers.merging.models import Merge
from customers.models import Customer, SearchDocument, Share
from customers.orders.models import Order, OrderLine, Product, Rollup
from customers.privacy.models import SubjectRequest
from customers.quality.models import Assessment, Proposal, Quality, Refresh
from customers.record.models import Change
from customers.relations.models import Relation
from customers.tasks.models import Task
from customers.timeline.models import Entry
from segments.grouping.models import Grouping, Lookalike, NaturalGroup
from segments.models import Membership, Segment
from segments.predicting.models import Prediction, PredictionRun
from segments.recommending.models import Exclusion, Learning
from segments.scoring.models import Group, Score, ScoringRun, Stage, Trial

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
CANARY = re.compile(r"CANARY-(\d+)-")


@dataclass
class World:
    """Who works here and whom they serve. `customers` is keyed by how the customer is held."""

    teams: dict[str, Team] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    segment: Segment | None = None
    channel: Channel | None = None
    campaign: Campaign | None = None
    journey: Journey | None = None
    landing: LandingPage | None = None
    template: Template | None = None
    audience: Audience | None = None
    social: SocialPost | None = None
    job: ImportJob | None = None
    saved_mapping: SavedMapping | None = None
    schedule: Schedule | None = None
    saved: SavedList | None = None
    pivot: SavedPivot | None = None
    goal: Goal | None = None
    review: Review | None = None
    proposal: Promise | None = None
    bulk: BulkJob | None = None
    export: ExportJob | None = None
    run: ScoringRun | None = None
    trial: Trial | None = None
    learning: Learning | None = None
    exclusion: Exclusion | None = None
    grouping: Grouping | None = None
    group: NaturalGroup | None = None
    lookalike: Lookalike | None = None
    prediction_run: PredictionRun | None = None
    token: Token | None = None
    webhook: Subscription | None = None
    arrival: SandboxMessage | None = None
    event: Event | None = None
    assessment: Assessment | None = None
    notice: Notice | None = None
    # By the customer whose possible duplicate they are about; the other one is held in the same way.
    pairs: dict[int, Pair] = field(default_factory=dict)
    matching: Run | None = None
    check: Check | None = None
    inquiry: Inquiry | None = None
    mail: DirectMessage | None = None
    canned: CannedReply | None = None
    article: Article | None = None
    version: Version | None = None
    draft: Version | None = None
    shelf: Category | None = None
    playbook: Playbook | None = None
    step: Step | None = None
    playbook_run: PlaybookRun | None = None
    ruleset: RuleSet | None = None
    routing_rule: RoutingRule | None = None
    simulation: Simulation | None = None
    department: Team | None = None
    calendar: Calendar | None = None
    policy: Policy | None = None
    shop: Shop | None = None
    pickup: Pickup | None = None
    offer: Offer | None = None
    redemption: Redemption | None = None
    gathering: Gathering | None = None
    registration: Registration | None = None


def build() -> World:
    world = World()
    for name in ("north", "south"):
        world.teams[name] = people.team(name)
        for role in Role:
            key = f"{role}-{name}"
            staff = role in (Role.ADMIN, Role.AUDITOR)
            world.users[key] = people.user(
                role, teams=(world.teams[name],), username=key, name=f"Colleague {key}", is_staff=staff
            )
    world.users["nobody"] = people.user(username="nobody")
    _fill_company(world)
    for key, (owner, team, restricted, shared_with) in HOLDINGS.items():
        customer = _customer(world, key, owner, team, restricted=restricted)
        if shared_with:
            Share.objects.create(customer=customer, user=world.users[shared_with])
        _children(world, customer)
        _double(world, customer)
    _relate(list(world.customers.values()))
    recommended.fill(world)
    advertised.fill(world)
    offered.fill(world)
    deleted = world.customers["deleted"]
    deleted.deleted_at = LONG_AGO
    deleted.save()
    Customer.objects.filter(name=f"CANARY-{deleted.pk}-twin").update(deleted_at=LONG_AGO)
    own = world.customers["own"]
    world.mail = DirectMessage.objects.create(
        customer=own,
        channel=Channel.objects.get(),
        subject=f"CANARY-{own.pk}-subject",
        body=f"CANARY-{own.pk}-body",
        by=world.users["operations-north"],
    )
    world.canned = CannedReply.objects.create(title="Hello", text="Dear {{ customer.name }}")
    world.notice = Notice.objects.create(
        user=world.users["operations-north"],
        reason="mention",
        customer=own,
        entry=own.entries.get(source="staff"),
    )
    _inquire(world)
    _teach(world)
    _aim(world)
    _sell(world)
    _set_up_service(world)
    return world


def _set_up_service(world: World) -> None:
    in_use = RuleSet.objects.get(state="active")
    world.department = world.teams["north"]
    world.ruleset = RuleSet.objects.create(number=2, made_by=world.users["operations-north"])
    world.routing_rule = RoutingRule.objects.create(ruleset=world.ruleset, position=1, name="Everything")
    world.simulation = Simulation.objects.create(
        ruleset=world.ruleset, against=in_use, since=LONG_AGO, until=LONG_AGO + timedelta(days=7)
    )
    world.policy = Policy.objects.order_by("pk").first()
    world.calendar = Calendar.objects.order_by("pk").first()


def _teach(world: World) -> None:
    """What is published is read by all who may; a draft only by who writes."""
    world.article = knowledge.published("How to return goods", owner=world.users["service-north"])
    world.version = Version.objects.get()
    draft = knowledge.article(owner=world.users["service-north"], category=world.article.category)
    world.draft = knowledge.version(draft, author=world.users["service-north"])
    world.shelf = world.article.category
    world.playbook = knowledge.playbook("Ask for a photo")
    world.step = world.playbook.steps.get()
    talk = world.customers["own"].conversations.get()
    world.playbook_run = PlaybookRun.objects.create(conversation=talk, playbook=world.playbook)


def _aim(world: World) -> None:
    operator, day = world.users["operations-north"], LONG_AGO.date()
    given = {"indicator": "revenue", "owner": operator}
    world.goal = Goal.objects.create(**given, target=9, starts_on=day, ends_on=day)
    world.review = Review.objects.create(month=day, made_by=operator)
    world.proposal = Promise.objects.create(**given, review=world.review, text="Call them", due_on=day)


def _sell(world: World) -> None:
    """At the counter everybody sees every order, but whole names only of customers whom they may see."""
    world.shop = Shop.objects.create(name="Riverside", key="S1")
    order = Order.objects.create(
        customer=world.customers["restricted elsewhere"],
        source="shop",
        external_id="LS000000001",
        status="ready",
        placed_at=LONG_AGO,
        amount=100,
        currency="CNY",
    )
    world.pickup = Pickup.objects.create(order=order, shop=world.shop, code="482913", ready_at=LONG_AGO)


def _inquire(world: World) -> None:
    """A seller met a colleague's customer and asked for a part in them."""
    seller, other = world.users["sales-north"], world.customers["other"]
    world.check = Check.objects.create(asked_by=seller, about="CANARY-0-about")
    Match.objects.create(check_of=world.check, customer=other, is_same=True)
    world.inquiry = Inquiry.objects.create(
        customer=other,
        wish=Inquiry.Wish.COOPERATE,
        about=world.check.about,
        note="We met.",
        asked_by=seller,
        asked_at=LONG_AGO,
        due_at=LONG_AGO + timedelta(days=2),
    )


# How each customer is held: owner, team, restricted, shared with.
HOLDINGS: dict[str, tuple[str, str, bool, str]] = {
    "own": ("sales-north", "north", False, ""),
    "other": ("sales-south", "south", False, ""),
    "unowned": ("", "north", False, ""),
    "nobody's": ("", "", False, ""),
    "restricted": ("sales-north", "north", True, ""),
    "restricted elsewhere": ("sales-south", "north", True, ""),
    "shared": ("sales-south", "south", False, "sales-north"),
    "deleted": ("sales-north", "north", False, ""),
}


def _customer(world: World, key: str, owner: str, team: str, *, restricted: bool) -> Customer:
    customer = Customer.objects.create(
        name="draft",
        owner=world.users.get(owner),
        team=world.teams.get(team),
        restricted=restricted,
        touched_at=LONG_AGO,
    )
    number = customer.pk
    for attribute in ("name", "company", "job_title", "address", "city"):
        setattr(customer, attribute, f"CANARY-{number}-{attribute}")
    customer.email = f"canary-{number}-mail@secret.test"
    customer.phone = f"+8613900{number:06d}"
    customer.save()
    world.customers[key] = customer
    return customer


def _talk(customer: Customer) -> None:
    """What they wrote to us, with a file and with a part that nobody had to do with."""
    number = customer.pk
    talk = Conversation.objects.create(
        customer=customer, subject=f"CANARY-{number}-matter", preview=f"CANARY-{number}-preview", kind="email"
    )
    message = Message.objects.create(
        conversation=talk,
        direction="in",
        channel=Channel.objects.first(),
        text=f"CANARY-{number}-question",
        html=f"<p>CANARY-{number}-formatted</p>",
        subject=f"CANARY-{number}-line",
    )
    digest = blobs.keep(f"CANARY-{number}-enclosed".encode())
    Enclosure.objects.create(message=message, name=f"CANARY-{number}-file.txt", size=20, digest=digest)


def _children(world: World, customer: Customer) -> None:
    number = customer.pk
    _talk(customer)
    Rollup.objects.create(
        customer=customer, orders=1, days=1, total=100, first_order_at=LONG_AGO, last_order_at=LONG_AGO
    )
    profile = Profile.objects.create(
        customer=customer, source="shop", source_key=f"{number}", raw={"name": f"CANARY-{number}-raw"}
    )
    for kind, value in (
        ("email", customer.email),
        ("phone", customer.phone),
        ("card", f"CANARY-{number}-card"),
    ):
        Identity.objects.create(profile=profile, kind=kind, value=value, source="shop")
    FieldValues.objects.create(customer=customer, values={"favourite": f"CANARY-{number}-favourite"})
    Address.objects.create(
        customer=customer, address=f"CANARY-{number}-street", city="Wuhan", phone=customer.phone
    )
    SearchDocument.objects.create(customer=customer, tokens=["canary", f"canary-{number}"])
    order = Order.objects.create(
        customer=customer,
        source="shop",
        external_id=f"CANARY-{number}-order",
        placed_at=LONG_AGO,
        amount=100,
        currency="CNY",
    )
    OrderLine.objects.create(order=order, product=Product.objects.get(), amount=100)
    Entry.objects.create(
        customer=customer,
        kind="note",
        channel="staff",
        occurred_at=LONG_AGO,
        summary=f"CANARY-{number}-summary",
        body=f"CANARY-{number}-body",
        source="staff",
        source_id=f"{number}",
    )
    Quality.objects.create(customer=customer, score=10, completeness=10, accuracy=10, timeliness=10)
    asked = Refresh.objects.create(customer=customer, expires_at=LONG_AGO, status="expired")
    Proposal.objects.create(refresh=asked, field="city", value=f"CANARY-{number}-said")
    SubjectRequest.objects.create(
        customer=customer,
        kind="access",
        law="pipl",
        note=f"CANARY-{number}-wish",
        proof=f"CANARY-{number}-how",
        due_on=LONG_AGO.date(),
    )
    Customer.objects.filter(pk=number).update(version=2)
    Change.objects.create(
        customer=customer,
        version=2,
        field="address",
        old=f"CANARY-{number}-before",
        new=customer.address,
        source="form",
        at=LONG_AGO,
    )
    held = {"owner": customer.owner, "team": customer.team, "restricted": customer.restricted}
    joined = Customer.objects.create(
        name=f"CANARY-{number}-joined", touched_at=LONG_AGO, deleted_at=LONG_AGO, **held
    )
    Merge.objects.create(
        survivor=customer,
        absorbed=joined,
        batch=uuid4(),
        before={"phone": ""},
        after={"phone": customer.phone},
    )
    attachment = Attachment(
        customer=customer,
        name=f"CANARY-{number}-file.txt",
        size=4,
        media_type="text/plain",
        digest=str(number),
    )
    attachment.file.save("x", ContentFile(f"CANARY-{number}-content".encode()))
    Task.objects.create(
        customer=customer,
        title=f"CANARY-{number}-task",
        assignee=world.users["operations-north"],
        created_by=world.users["operations-north"],
        due_on=LONG_AGO,
    )
    entry = ConsentEntry.objects.create(
        customer=customer,
        purpose=Purpose.MARKETING,
        channel="email",
        state=State.GRANTED,
        source="shop",
        evidence={"form": f"CANARY-{number}-proof"},
    )
    Consent.objects.create(
        customer=customer, purpose=entry.purpose, channel="email", state=entry.state, entry=entry, at=LONG_AGO
    )
    Score.objects.create(
        customer=customer, recency=5, frequency=5, monetary=5, group=Group.CHAMPION, stage=Stage.ACTIVE
    )
    Prediction.objects.create(customer=customer, lapse_risk=30, value=100, potential=5, reasons="Lf")
    assert world.segment
    assert world.campaign
    assert world.journey
    journeys.walk(world.journey, customer)
    Membership.objects.create(segment=world.segment, customer=customer)
    Delivery.objects.create(
        campaign=world.campaign,
        customer=customer,
        state="skipped",
        reason="no_consent",
        address=customer.email,
    )


def _double(world: World, customer: Customer) -> None:
    """Somebody who may be the same, and is held in the same way."""
    number = customer.pk
    twin = Customer.objects.create(
        name=f"CANARY-{number}-twin",
        owner=customer.owner,
        team=customer.team,
        restricted=customer.restricted,
        touched_at=LONG_AGO,
    )
    Rollup.objects.create(customer=twin)
    for share in customer.shares.all():
        Share.objects.create(customer=twin, user=share.user)
    reasons = [{"field": "name", "level": "same_han_name", "bits": 12.0, "rarity": 0.0}]
    world.pairs[number] = Pair.objects.create(
        low=customer, high=twin, bits=2.0, prior=-10.0, reasons=reasons, found=Pair.Found.RUN
    )


def _relate(customers: list[Customer]) -> None:
    """In a ring, so that everybody is related to somebody whom not everybody may see."""
    for one, other in zip(customers, [*customers[1:], customers[0]], strict=True):
        Relation.objects.create(one=one, other=other, kind="referral")


def _fill_company(world: World) -> None:
    marketer, operator = world.users["marketing-north"], world.users["operations-north"]
    Product.objects.create(sku="bean", name="Coffee beans")
    CustomField.objects.create(key="favourite", label="Favourite", is_listed=True)
    world.segment = Segment.objects.create(name="Everybody", created_by=marketer)
    world.channel = Channel.objects.create(
        connector="smtp",
        kind="email",
        name="Newsletter",
        secret="CANARY-0-secret",
        config={"host": "127.0.0.1"},
    )
    world.campaign = Campaign.objects.create(
        name="Spring",
        segment=world.segment,
        channel=world.channel,
        subject="Hello",
        body="Hello",
        status="done",
        created_by=marketer,
        launched_at=LONG_AGO,
        launched_by=marketer,
    )
    CampaignLink.objects.create(campaign=world.campaign, url="https://shop.test/")
    world.journey = journeys.journey(marketer)
    world.template = templates.template(marketer)
    world.job = ImportJob.objects.create(
        kind="customers",
        status="done",
        file_name="CANARY-0-file.csv",
        created_by=operator,
        file="missing.csv",
    )
    ImportProblem.objects.create(
        job=world.job, line=1, column="name", reason="empty", cells=["CANARY-0-cell"]
    )
    world.pivot = SavedPivot.objects.create(
        name="By month", query="subject=orders&rows=month", owner=operator, audience="all"
    )
    world.saved = SavedList.objects.create(name="All of them", owner=operator, audience="all")
    world.bulk = BulkJob.objects.create(action="tag", created_by=operator)
    world.export = ExportJob.objects.create(status="waiting", total=1, limit=1, created_by=operator)
    world.webhook = webhooks.subscription(name="Shop", events=["task.done"])
    world.token = token_services.create(operator, "Shop", ["orders:read"], days=30, by=operator).token
    world.saved_mapping = SavedMapping.objects.create(
        name="CANARY-0-mapping", kind="customers", source="shop", created_by=operator
    )
    world.schedule = Schedule.objects.create(
        name="CANARY-0-schedule",
        mapping=SavedMapping.objects.create(name="Nightly", kind="customers", source="shop"),
        created_by=operator,
        is_active=False,
    )
    world.matching = Run.objects.create(step=Run.Step.DONE, finished_at=LONG_AGO)
    world.assessment = Assessment.objects.create(finished_at=LONG_AGO)
    world.run = ScoringRun.objects.create(status="done", finished_at=LONG_AGO)
    world.trial = Trial.objects.create(finished_at=LONG_AGO, result={"stage": [], "group": []})
    world.prediction_run = PredictionRun.objects.create(status="done", finished_at=LONG_AGO)
    world.event = Event.objects.create(
        channel=world.channel,
        dedupe_key="1",
        raw=b"{}",
        state=Event.State.PARKED,
        reason="nobody",
    )
    world.arrival = SandboxMessage.objects.create(
        received_at=LONG_AGO,
        protocol="smtp",
        sender="news@crm.test",
        recipient="somebody@elsewhere.test",
        subject="Hello",
        raw=b"Subject: Hello\r\n\r\nHello",
        answered=True,
    )
