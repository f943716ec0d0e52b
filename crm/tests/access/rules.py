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
}
