"""Sends a template to a colleague, through the same doors as a campaign's own test."""

from django.utils.translation import gettext as _

from channels.campaigns import services as campaigns
from channels.campaigns.models import Campaign
from channels.campaigns.placeholders import Person
from channels.campaigns.templating.design import Design
from channels.campaigns.templating.models import Template, Version
from channels.models import Channel
from crm.accounts.models import User
from crm.lib.errors import Refused


def send(template: Template, drawn: Design, language: str, person: Person, *, to: User) -> None:
    if not template.is_mail:
        raise Refused(_("Only mails can be sent to oneself."))
    channel = Channel.objects.enabled().filter(kind="email").order_by("pk").first()
    if channel is None:
        raise Refused(_("No channel for e-mail is switched on."))
    if language not in drawn["languages"]:
        raise Refused(_("The template does not have this language."))
    only = {**drawn, "languages": {language: drawn["languages"][language]}}
    campaigns.send_trial(Campaign(channel=channel, version=Version(design=only)), person, to=to)
