"""Who the customers are: households, companies with contacts, and people who are on file twice.

Everybody is a row of numbers here; `naming` makes words of them when a row is written.
"""

from dataclasses import dataclass, fields

import numpy as np

from crm.demo.dice import Bools, Columns, Ints, dice, falling, pick
from crm.demo.seasons import Calendar
from crm.demo.words import names, places

COMPANIES = 0.15
WESTERN = 0.235  # of the households, which makes a fifth of all customers
COPIES = 0.06
NONE = -1
MOBILE_PREFIXES = np.array(
    [138, 139, 136, 137, 135, 150, 151, 158, 159, 186, 188, 189, 177, 133, 152, 166, 199]
)
SOURCES = ["shop", "wechat", "pos", "web", "import", "event"]
SOURCE_WEIGHTS = [30.0, 26, 22, 12, 7, 3]
AGES_FROM, AGES_TO = -7300, 13870  # born between 1950 and 2007, in days since 1970


@dataclass(frozen=True)
class People:
    """One entry per customer in every array. Rows are numbered in the order in which they came to us."""

    truth: Ints  # the row of the person meant; copies point to the first one
    company: Bools
    western: Bools
    female: Bools
    family: Ints
    given: Ints
    number: Ints  # makes the mail address unlike others
    mail_of: Ints  # whose mail address is used, NONE for none
    phone: Ints  # digits with country code, 0 for none
    city: Ints
    street: Ints
    door: Ints
    birthday: Ints  # days since 1970, NONE for unknown
    employer: Ints  # row of the company, NONE for none
    variant: Ints  # how the name is spelt, see naming
    source: Ints
    tags: Ints
    created: Ints

    def __len__(self) -> int:
        return len(self.truth)


def meet(customers: int, seed: int, calendar: Calendar) -> People:
    """All customers of the demo, in the order in which they came."""
    rng = dice(seed, "people")
    copies = int(customers * COPIES)
    companies = round((customers - copies) * COMPANIES)
    persons = customers - copies - companies
    parts = [_companies(rng, companies), _persons(rng, persons, companies)]
    originals = {field.name: np.concatenate([part[field.name] for part in parts]) for field in fields(People)}
    everyone = _with_copies(rng, originals, copies)
    order = rng.permutation(customers)
    place = np.empty(customers, np.int64)
    place[order] = np.arange(customers)
    shuffled = {name: column[order] for name, column in everyone.items()}
    for reference in ("truth", "mail_of", "employer"):
        rows = shuffled[reference]
        shuffled[reference] = np.where(rows == NONE, NONE, place[rows])
    start = np.full(customers, calendar.start)
    shuffled["created"] = np.sort(calendar.moments(rng, start, np.full(customers, calendar.until)))
    return People(**shuffled)


def _persons(rng: np.random.Generator, size: int, offset: int) -> Columns:
    """People in households of one to four, sharing a name, an address, sometimes a phone or mailbox."""
    sizes = rng.choice([1, 2, 3, 4], size, p=[0.55, 0.25, 0.13, 0.07])
    head = np.repeat(np.cumsum(sizes) - sizes, sizes)[:size]
    position = np.arange(size) - head
    western = (rng.random(size) < WESTERN)[head]
    female = rng.random(size) < 0.52
    female = np.where(position == 1, ~female[head], female)
    family = np.where(
        western,
        pick(rng, falling(len(names.SURNAMES)), size),
        pick(rng, names.FAMILY_WEIGHTS, size),
    )
    # A Chinese wife keeps her name; children bear the head's.
    keeps = (position == 1) & (rng.random(size) < np.where(western, 0.2, 0.95))
    family = np.where(keeps, family, family[head])
    phone = _mobiles(rng, western, city := _cities(rng, western)[head])
    phone = np.where((position > 0) & (rng.random(size) < 0.15), phone[head], phone)
    phone = np.where(rng.random(size) < 0.08, 0, phone)
    mail_of = np.where((position > 0) & (rng.random(size) < 0.08), head, np.arange(size)) + offset
    return {
        "truth": np.arange(size) + offset,
        "company": np.zeros(size, bool),
        "western": western,
        "female": female,
        "family": family,
        "given": _given_names(rng, western, female),
        "number": rng.integers(1, 100_000, size),
        "mail_of": np.where(rng.random(size) < 0.82, mail_of, NONE),
        "phone": phone,
        "city": city,
        "street": rng.integers(0, 2000, size)[head],
        "door": rng.integers(1, 900, size)[head],
        "birthday": np.where(rng.random(size) < 0.55, rng.integers(AGES_FROM, AGES_TO, size), NONE),
        "employer": _employers(rng, size, offset),
        "variant": np.zeros(size, np.int64),
        "source": pick(rng, SOURCE_WEIGHTS, size),
        "tags": _tags(rng, size, 0.35),
        "created": np.zeros(size, np.int64),
    }


def _companies(rng: np.random.Generator, size: int) -> Columns:
    western = rng.random(size) < 0.12
    city = _cities(rng, western)
    switchboard = np.array([int(f"86{one.area}") for one in places.CITIES])[city] * 10**8
    switchboard += rng.integers(60_000_000, 69_999_999, size)
    overseas = city >= len(places.CHINA)
    phone = np.where(overseas, _overseas_numbers(rng, size), switchboard)
    return {
        "truth": np.arange(size),
        "company": np.ones(size, bool),
        "western": western,
        "female": np.zeros(size, bool),
        "family": rng.integers(0, 10_000, size),
        "given": rng.integers(0, 10_000, size),
        "number": rng.integers(1, 100_000, size),
        "mail_of": np.where(rng.random(size) < 0.9, np.arange(size), NONE),
        "phone": phone,
        "city": city,
        "street": rng.integers(0, 2000, size),
        "door": rng.integers(1, 900, size),
        "birthday": np.full(size, NONE),
        "employer": np.full(size, NONE),
        "variant": np.zeros(size, np.int64),
        "source": pick(rng, [15.0, 5, 5, 25, 40, 10], size),
        "tags": _tags(rng, size, 0.6),
        "created": np.zeros(size, np.int64),
    }


def _with_copies(rng: np.random.Generator, originals: Columns, copies: int) -> Columns:
    """Adds people a second time, the way another clerk would have written them down."""
    meant = rng.choice(len(originals["truth"]), copies, replace=False)
    again = {name: column[meant] for name, column in originals.items()}
    again["phone"] = np.where(rng.random(copies) < 0.7, again["phone"], 0)
    again["mail_of"] = np.where(rng.random(copies) < 0.6, again["mail_of"], NONE)
    again["birthday"] = np.where(rng.random(copies) < 0.6, again["birthday"], NONE)
    # Whoever has neither would be nobody's copy: a name alone says little.
    nothing = (again["phone"] == 0) & (again["mail_of"] == NONE)
    again["phone"] = np.where(nothing, originals["phone"][meant], again["phone"])
    again["variant"] = np.where(rng.random(copies) < 0.55, rng.integers(1, 6, copies), 0)
    again["employer"] = np.full(copies, NONE)
    again["source"] = pick(rng, SOURCE_WEIGHTS, copies)
    again["tags"] = np.zeros(copies, np.int64)
    return {name: np.concatenate([column, again[name]]) for name, column in originals.items()}


def _cities(rng: np.random.Generator, western: Bools) -> Ints:
    at_home = pick(rng, [one.weight for one in places.CHINA], len(western))
    abroad = pick(rng, [one.weight for one in places.OVERSEAS], len(western)) + len(places.CHINA)
    return np.where(western & (rng.random(len(western)) < 0.55), abroad, at_home)


def _mobiles(rng: np.random.Generator, western: Bools, city: Ints) -> Ints:
    size = len(city)
    prefix = MOBILE_PREFIXES[rng.integers(0, len(MOBILE_PREFIXES), size)]
    chinese = 86 * 10**11 + prefix * 10**8 + rng.integers(0, 10**8, size)
    return np.where(city >= len(places.CHINA), _overseas_numbers(rng, size), chinese)


def _overseas_numbers(rng: np.random.Generator, size: int) -> Ints:
    area = np.array(places.OVERSEAS_AREAS)[rng.integers(0, len(places.OVERSEAS_AREAS), size)]
    return np.asarray(10**10 + area * 10**7 + 555 * 10**4 + rng.integers(0, 10**4, size), dtype=np.int64)


def _given_names(rng: np.random.Generator, western: Bools, female: Bools) -> Ints:
    size = len(western)
    lists = [names.MEN, names.WOMEN, names.WESTERN_MEN, names.WESTERN_WOMEN]
    drawn = [pick(rng, falling(len(one), 0.4), size) for one in lists]
    return np.choose(western * 2 + female * 1, drawn)


def _employers(rng: np.random.Generator, size: int, companies: int) -> Ints:
    """Each company gets a contact, the larger ones several."""
    employer = np.full(size, NONE)
    if not companies:
        return employer
    contacts = min(size, int(companies * 1.6))
    chosen = rng.choice(size, contacts, replace=False)
    employer[chosen] = np.concatenate(
        [np.arange(min(companies, contacts)), rng.integers(0, companies, max(0, contacts - companies))]
    )
    return employer


def _tags(rng: np.random.Generator, size: int, share: float) -> Ints:
    """A set of tags as a number: 0 for none, else two places in the list of tags, which may be the same."""
    many = len(names.TAGS)
    first, second = pick(rng, falling(many, 0.7), size), pick(rng, falling(many, 0.7), size)
    return np.where(rng.random(size) < share, 1 + first * many + second, 0)
