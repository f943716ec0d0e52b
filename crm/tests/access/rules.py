"""What every address asks for. A new address is entered here, or the crawl fails."""

from crm.tests.access.crawl import Rule

# Open to everybody; what they may do is tested beside them.
PUBLIC = {
    "set_language": "the sign-in page can be read in both languages",
    "desk:theme": "the sign-in page can be light or dark",
    "desk:livez": "monitors ask whether the process is alive",
    "mail:open": "customers have no account",
    "mail:click": "customers have no account",
    "mail:unsubscribe": "customers have no account",
}

CUSTOMER, WRITE = "customer", True

RULES: dict[str, Rule] = {
    "desk:home": Rule(),
    "desk:search": Rule(),
    "desk:figures": Rule("customer"),
    "customers:list": Rule("customer"),
    "customers:new": Rule("customer", "create"),
    "customers:assignment": Rule("customer", "assign", writes=WRITE),
    "customers:tags": Rule("customer", "edit", writes=WRITE),
    "customers:duplicates": Rule("customer", "create", writes=WRITE),
    "customers:detail": Rule("customer", "view", on=CUSTOMER),
    "customers:edit": Rule("customer", "edit", on=CUSTOMER, shows_contacts=True),
    "customers:deletion": Rule("customer", "delete", on=CUSTOMER, writes=WRITE),
    "customers:notes": Rule("customer", "edit", on=CUSTOMER, writes=WRITE),
    "customers:reveal": Rule("customer", "reveal", on=CUSTOMER, writes=WRITE, shows_contacts=True),
    "customers:panel": Rule("customer", "view", on=CUSTOMER, extra=(("key", "orders"),)),
    "scoring:rfm": Rule("score"),
    "scoring:runs": Rule("score", "configure", writes=WRITE),
    "scoring:run": Rule("score", "view", on="run"),
    "segments:list": Rule("segment"),
    "segments:new": Rule("segment", "create"),
    "segments:draft": Rule("segment", "edit", writes=WRITE),
    "segments:count": Rule("segment", "edit", writes=WRITE),
    "segments:detail": Rule("segment", on="segment"),
    "segments:edit": Rule("segment", "edit", on="segment"),
    "segments:deletion": Rule("segment", "delete", on="segment", writes=WRITE),
    "segments:refreshes": Rule("segment", "edit", on="segment", writes=WRITE),
    "channels:list": Rule("channel"),
    "channels:new": Rule("channel", "configure"),
    "channels:edit": Rule("channel", "configure", on="channel"),
    "channels:connection": Rule("channel", "configure", on="channel", writes=WRITE),
    "channels:availability": Rule("channel", "configure", on="channel", writes=WRITE),
    "channels:sandbox": Rule("channel"),
    "channels:sandbox-faults": Rule("channel", "configure", writes=WRITE),
    "channels:sandbox-clearing": Rule("channel", "configure", writes=WRITE),
    "channels:sandbox-message": Rule("channel", on="arrival"),
    "channels:sandbox-html": Rule("channel", on="arrival"),
}
