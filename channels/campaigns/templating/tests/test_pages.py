"""Writing, checking, keeping and approving a template in the browser, and sending what it says."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from channels import factories
from channels.campaigns import audience
from channels.campaigns import services as campaigns
from channels.campaigns.message import Message
from channels.campaigns.models import Campaign
from channels.campaigns.templating import services, starters
from channels.campaigns.templating.models import Setting, Template, Version
from channels.campaigns.templating.tests import drawing
from channels.campaigns.tests.conftest import EVERYBODY
from channels.campaigns.tests.conftest import people as readers
from channels.mail import blobs
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers import factories as customers
from segments import factories as segments

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000ffff03000006"
    "000557bfabd40000000049454e44ae426082"
)


def as_(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def writer() -> User:
    return people.user(Role.MARKETING)


@pytest.fixture
def template(writer: User) -> Template:
    return services.create("Welcome", "email", starters.find("welcome").draw(), by=writer)


def page(name: str, *args: Any, query: str = "") -> str:
    return reverse(f"templating:{name}", args=args) + query


def blocks(template: Template, language: str = "en") -> list[dict[str, Any]]:
    template.refresh_from_db()
    listed: list[dict[str, Any]] = template.design["languages"][language]["blocks"]
    return listed


def test_a_template_is_begun_and_its_blocks_are_added_changed_moved_and_taken_away(writer: User) -> None:
    client = as_(writer)
    answer = client.post(page("new"), {"name": "News", "kind": "email", "starter": "empty"})
    template = Template.objects.get()
    assert answer["Location"] == page("detail", template.pk)
    (first,) = blocks(template)
    new = page("block-new", template.pk, "en", query=f"?kind=heading&after={first['id']}")
    assert client.get(new).status_code == 200
    assert client.post(new, {"text": "Hello {{ password }}", "size": "large"}).status_code == 422
    when = {"when-subject": "city", "when-op": "is", "when-value": "Oslo"}
    client.post(new, {"text": "Hello", "size": "large", **when})
    second = blocks(template)[1]
    assert (second["text"], second["when"]) == ("Hello", {"subject": "city", "op": "is", "value": "Oslo"})
    client.post(page("block", template.pk, "en", second["id"]), {"text": "Good day", "size": "large"})
    assert "when" not in blocks(template)[1]
    moved = client.post(
        page("block-move", template.pk, "en", second["id"]), {"by": "-1"}, headers={"hx-request": "true"}
    )
    assert 'id="sheet"' in moved.content.decode()
    assert [one["kind"] for one in blocks(template)] == ["heading", "text"]
    client.post(page("block-deletion", template.pk, "en", first["id"]))
    assert [one.get("text") for one in blocks(template)] == ["Good day"]
    client.post(page("lines", template.pk, "en"), {"subject": "A new tea", "preheader": ""})
    client.post(page("language-removal", template.pk, "zh-hans"))
    client.post(page("languages", template.pk), {"language": "zh-hans"})
    assert blocks(template, "zh-hans")[0]["text"] == "Good day"
    shown = client.get(page("detail", template.pk, query="?language=zh-hans")).content.decode()
    assert "Good day" in shown
    assert "A new tea" in shown


def test_what_two_draw_at_once_is_not_overwritten(template: Template, writer: User) -> None:
    stale = Template.objects.get(pk=template.pk)
    services.draw(template, drawing.design(drawing.block(1)), by=writer)
    with pytest.raises(Refused):
        services.draw(stale, drawing.design(drawing.block(1, text="Late")), by=writer)


def test_the_condition_asks_what_fits_its_subject(template: Template, writer: User) -> None:
    segment = segments.segment(name="Regulars")
    address = page("block", template.pk, "en", blocks(template)[0]["id"])
    part = as_(writer).get(address, {"when-subject": "segment"}, headers={"hx-request": "true"})
    assert f'<option value="{segment.pk}">Regulars</option>' in part.content.decode()
    part = as_(writer).get(address, {"when-subject": "recommended_products"}, headers={"hx-request": "true"})
    assert "when-value" not in part.content.decode()


def test_an_uploaded_picture_is_shown_to_readers_and_nothing_else_is(
    template: Template, writer: User
) -> None:
    new = page("block-new", template.pk, "en", query="?kind=picture&after=0")
    bad = SimpleUploadedFile("x.png", b"<script>alert(1)</script>")
    assert as_(writer).post(new, {"src": "", "src_upload": bad}).status_code == 409
    assert as_(writer).post(new, {"src": "", "alt": "Tea"}).status_code == 422
    as_(writer).post(new, {"src": "", "alt": "Tea", "src_upload": SimpleUploadedFile("x.png", PIXEL)})
    digest = blocks(template)[0]["src"].removeprefix("picture:")
    seen = Client().get(reverse("mail:picture", args=[digest]))
    assert (seen.status_code, seen["Content-Type"], seen.content) == (200, "image/png", PIXEL)
    other = blobs.keep(b"somebody's passport")
    assert Client().get(reverse("mail:picture", args=[other])).status_code == 404
    frame = as_(writer).get(page("mail", template.pk, query="?language=en"))
    assert f'src="/m/i/{digest}"' in frame.content.decode()


def test_the_frame_fetches_from_the_hosts_of_its_pictures_only(template: Template, writer: User) -> None:
    picture = drawing.block(2, "picture", src="https://cdn.test/a.png", alt="Tea")
    services.draw(template, drawing.design(drawing.block(1), picture), by=writer)
    policy = as_(writer).get(page("mail", template.pk))["Content-Security-Policy"]
    assert "img-src 'self' data: https://cdn.test;" in policy
    assert policy.startswith("sandbox ")


def test_the_preview_is_one_customers_own_in_each_language(template: Template, writer: User) -> None:
    one = customers.found(name="Emma Stone", city="Oslo")
    shown = as_(writer).get(page("preview", template.pk, query=f"?language=en&customer={one.pk}&q=Emma"))
    assert shown.context["draft"].subject == "Welcome, Emma"
    assert "Oslo" in shown.context["draft"].text
    assert one in shown.context["customers"]
    frame = as_(writer).get(page("mail", template.pk, query=f"?language=zh-hans&customer={one.pk}"))
    assert 'lang="zh-hans"' in frame.content.decode()
    stranger = as_(writer).get(page("mail", template.pk), {"customer": 10**9})
    assert stranger.status_code == 404


def test_nobody_approves_what_they_wrote(template: Template, writer: User) -> None:
    colleague = people.user(Role.MARKETING)
    as_(writer).post(page("versions", template.pk), {"note": "First"})
    version = Version.objects.get()
    as_(colleague).post(page("lines", template.pk, "en"), {"subject": "Welcome!", "preheader": "x"})
    services.keep(Template.objects.get(), "", by=writer)
    later = Version.objects.get(number=2)
    assert later.writers == sorted([writer.pk, colleague.pk])
    for one in (version, later):
        as_(writer).post(page("submission", template.pk, one.number))
    yes = {"approve": "on"}
    assert as_(writer).post(page("decision", template.pk, 1), yes).status_code == 409
    assert as_(colleague).post(page("decision", template.pk, 2), yes).status_code == 409
    as_(colleague).post(page("decision", template.pk, 1), yes)
    third = people.user(Role.MANAGER)
    assert as_(third).post(page("decision", template.pk, 2), {"remark": ""}).status_code == 400
    as_(third).post(page("decision", template.pk, 2), {"remark": "Too loud"})
    assert [one.state for one in Version.objects.order_by("number")] == ["approved", "rejected"]
    assert "Too loud" in as_(writer).get(page("version", template.pk, 2)).content.decode()
    as_(writer).post(page("restoration", template.pk, 1))
    template.refresh_from_db()
    assert template.design == version.design


def test_words_stay_their_authors_when_they_are_copied_or_saved_by_others(
    template: Template, writer: User
) -> None:
    services.keep(template, "First", by=writer)
    made = services.copy(template, by=people.user(Role.MARKETING))
    assert writer.pk in services.keep(made, "", by=people.user(Role.MARKETING)).writers
    other = people.user(Role.MARKETING)
    services.draw(template, drawing.design(drawing.block(1, text="Nearly the same")), by=other)
    assert writer.pk in services.keep(template, "", by=other).writers
    third = people.user(Role.MARKETING)
    services.restore(Version.objects.get(template=template, number=1), by=third)
    assert writer.pk in Template.objects.get(pk=template.pk).writers


def test_a_new_name_leaves_what_others_draw_meanwhile(template: Template, writer: User) -> None:
    drawn = drawing.design(drawing.block(1, text="Drawn meanwhile"))
    real = Template.save

    def slow(self: Template, **kwargs: Any) -> None:
        Template.objects.filter(pk=self.pk).update(design=drawn)
        real(self, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "save", slow)
        as_(writer).post(page("name", template.pk), {"name": "Better"})
    template.refresh_from_db()
    assert (template.name, template.design) == ("Better", drawn)


def test_what_is_wrong_cannot_be_kept(template: Template, writer: User) -> None:
    services.draw(template, drawing.design(), by=writer)
    assert as_(writer).post(page("versions", template.pk)).status_code == 409
    assert not Version.objects.exists()


def launched_with(version: Version, by: User) -> Campaign:
    made = factories.campaign(
        segment=segments.segment(rule=EVERYBODY),
        channel=factories.channel(connector="smtp", config={"from_address": "a@b.test"}),
        created_by=by,
        version=version,
    )
    campaigns.launch(made, by=by)
    return made


def test_only_approved_templates_go_out_where_the_company_demands_it(
    template: Template, writer: User
) -> None:
    version = services.keep(template, "", by=writer)
    operator = people.user(Role.OPERATIONS)
    as_(operator).post(page("setting"), {"needs_approval": "on"})
    assert Setting.objects.get().needs_approval
    with pytest.raises(Refused, match="approved"):
        launched_with(version, writer)
    services.submit(version, by=writer)
    services.decide(Version.objects.get(), approve=True, remark="", by=operator)
    assert launched_with(Version.objects.get(), writer).launched_at is None
    with pytest.raises(Refused, match="approved"):
        campaigns.launch(factories.campaign(segment=segments.segment(rule=EVERYBODY)), by=writer)
    as_(operator).post(page("setting"), {})
    assert not Setting.objects.get().needs_approval


def test_a_campaign_says_what_its_version_said_whatever_happens_to_the_template(
    template: Template, writer: User
) -> None:
    version = services.keep(template, "", by=writer)
    client = as_(writer)
    sent = {
        "name": "Spring",
        "segment": segments.segment(rule=EVERYBODY).pk,
        "channel": factories.channel().pk,
        "purpose": "marketing",
        "version": version.pk,
    }
    assert client.post(reverse("campaigns:new"), sent | {"version": ""}).status_code == 422
    client.post(reverse("campaigns:new"), sent)
    campaign = Campaign.objects.get()
    assert campaign.version == version
    assert campaign.subject
    services.draw(template, drawing.design(drawing.block(1, text="Other")), by=writer)
    services.archive(template, by=writer)
    one = readers(1, name="Emma Stone", language="en")[0]
    draft = Message(campaign).draft(audience.person_of(one))
    assert draft.subject == "Welcome, Emma"
    assert "Good to have you with us" in draft.html
    shown = client.get(page("detail", template.pk))
    assert [one.name for one in shown.context["carriers"]] == [campaign.name]
    assert client.get(reverse("campaigns:edit", args=[campaign.pk])).status_code == 200


def test_the_audience_knows_who_lacks_what_they_would_read(template: Template, writer: User) -> None:
    only = {"subject": "orders", "op": "above", "value": "0"}
    kept = drawing.design(
        drawing.block(1, text="In {{ city }}"),
        en=[drawing.block(2, text="Since {{ last_order }}", when=only), drawing.block(3, text="Hi")],
    )
    services.draw(template, kept, by=writer)
    version = services.keep(template, "", by=writer)
    campaign = factories.campaign(
        segment=segments.segment(rule=EVERYBODY), created_by=writer, version=version
    )
    readers(1, prefix="a", language="zh-hans")
    readers(1, prefix="b", language="zh-hans", city="上海")
    readers(1, prefix="c", language="en")
    found = audience.reach(campaign, by=writer)
    assert dict(found.left_out) == {"missing": 1}
    assert found.reachable == 2
