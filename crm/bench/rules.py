"""Two hundred segments as a company has them: most about money, time and place, some about what was bought
and said, some made of others. Drawn from one seed, so that every run asks the same."""

from random import Random
from typing import Any

from customers.models import Customer
from customers.orders.models import Product
from segments.models import MEMBER, Segment
from segments.scoring.models import Group, Stage

Rule = dict[str, Any]
# One in so many builds on others.
NESTED = 10
DAYS = (7, 30, 60, 90, 180, 365)


class Maker:
    def __init__(self, seed: int = 7) -> None:
        self.dice = Random(seed)
        cities = Customer.objects.exclude(city="").values_list("city", flat=True)[:2000]
        self.cities = sorted(set(cities)) or ["上海"]
        self.categories = sorted(set(Product.objects.values_list("category", flat=True)) - {""}) or ["tea"]
        self.products = sorted(Product.objects.values_list("name", flat=True)[:50]) or ["tea"]

    def segments(self, number: int, owner: Any) -> list[Segment]:
        made: list[Segment] = []
        for place in range(number):
            tree = self.nested(made) if made and place % NESTED == NESTED - 1 else self.rule()
            made.append(Segment.objects.create(name=f"Bench {place}", rule=tree, created_by=owner))
        return made

    def rule(self, conditions: int = 0) -> Rule:
        """Mostly two to four conditions that must all hold, at times a choice or an exception among them."""
        number = conditions or self.dice.choices((1, 2, 3, 4, 5), (10, 30, 30, 20, 10))[0]
        rules = [self.leaf() for _place in range(number)]
        if number > 2 and self.dice.random() < 0.4:
            match = self.dice.choice(("any", "none"))
            rules = [*rules[:-2], {"match": match, "rules": rules[-2:]}]
        return {"match": "all", "rules": rules}

    def nested(self, made: list[Segment]) -> Rule:
        chosen = [one.pk for one in self.dice.sample(made, min(2, len(made)))]
        inside = {"fact": MEMBER, "op": self.dice.choice(("any_of", "none_of")), "value": chosen}
        return {"match": "all", "rules": [inside, self.leaf()]}

    def leaf(self) -> Rule:
        makers = {
            self.figure: 20,
            self.day: 16,
            self.score: 16,
            self.place: 16,
            self.window: 12,
            self.bought: 6,
            self.allowed: 8,
            self.touch: 6,
        }
        return self.dice.choices(list(makers), list(makers.values()))[0]()

    def figure(self) -> Rule:
        figures: dict[str, list[Any]] = {
            "orders.total": ["100", "500", "1000", "2000", "5000"],
            "orders.orders": [1, 2, 3, 5, 10],
            "orders.average": ["50", "150"],
        }
        fact = self.dice.choice(list(figures))
        op = self.dice.choice(("at_least", "at_most"))
        return {"fact": fact, "op": op, "value": self.dice.choice(figures[fact])}

    def day(self) -> Rule:
        facts = ("orders.last", "orders.first", "profile.created", "profile.touched", "contact.last")
        op = self.dice.choice(("within", "beyond"))
        return {
            "fact": self.dice.choice(facts),
            "op": op,
            "value": self.dice.choice((7, 30, 60, 90, 180, 365)),
        }

    def score(self) -> Rule:
        if self.dice.random() < 0.4:
            return _among("scores.group", self.dice.sample(Group.values, 2))
        if self.dice.random() < 0.4:
            return _among("scores.stage", self.dice.sample(Stage.values, 2))
        fact = self.dice.choice(("scores.recency", "scores.frequency", "scores.monetary"))
        return {"fact": fact, "op": "at_least", "value": self.dice.choice((3, 4, 5))}

    def place(self) -> Rule:
        flags = [{"fact": fact, "op": "yes"} for fact in ("profile.has_email", "profile.has_phone")]
        others = [
            _among("profile.city", self.dice.sample(self.cities, min(3, len(self.cities)))),
            _among("profile.gender", [self.dice.choice(("female", "male"))]),
            {"fact": "profile.age", "op": "between", "value": [25, 40]},
            {"fact": "profile.birthday", "op": "ahead", "value": 14},
            _among("profile.tags", ["vip"]),
        ]
        return self.dice.choice(flags + others)

    def window(self) -> Rule:
        days = self.dice.choice((30, 60, 90, 180, 365))
        fact, of, number = self.dice.choice(
            (
                ("orders.times", [], self.dice.choice((1, 2, 3))),
                ("orders.spent", [], self.dice.choice(("200", "1000"))),
                ("orders.times_category", [self.dice.choice(self.categories)], self.dice.choice((1, 2))),
                ("orders.spent_category", [self.dice.choice(self.categories)], "300"),
            )
        )
        op = self.dice.choice(("at_least", "at_least", "at_most"))
        return {"fact": fact, "op": op, "value": {"number": number, "days": days, "of": of}}

    def bought(self) -> Rule:
        if self.dice.random() < 0.6:
            return _among("orders.category", self.dice.sample(self.categories, min(2, len(self.categories))))
        return _among("orders.product", self.dice.sample(self.products, min(3, len(self.products))))

    def allowed(self) -> Rule:
        return _among("consent.marketing.granted", [self.dice.choice(("email", "sms", "wechat"))])

    def touch(self) -> Rule:
        fact = self.dice.choice(("contact.times", "contact.times_in", "contact.times_out"))
        days, number = self.dice.choice((30, 90, 180)), self.dice.choice((1, 2, 3))
        of = self.dice.choice(([], ["wechat"], ["phone", "email"]))
        return {"fact": fact, "op": "at_least", "value": {"number": number, "days": days, "of": of}}


def _among(fact: str, values: list[str]) -> Rule:
    return {"fact": fact, "op": "any_of", "value": values}
