"""The message template of the small company, in both languages and with one version."""

from channels.campaigns.templating import services, starters
from channels.campaigns.templating.models import Template
from crm.accounts.models import User


def template(by: User) -> Template:
    made = services.create("Welcome", "email", starters.find("welcome").draw(), by=by)
    services.keep(made, "", by=by)
    return made
