"""Words for the people of the demo: names, mail addresses, streets, tags."""

from functools import lru_cache

import zhconv
from pypinyin import lazy_pinyin

from crm.demo.dice import Ints
from crm.demo.people import NONE, People
from crm.demo.words import names, places

# Reserved names: whatever a demo sends, it can reach nobody.
DOMAINS = ["mail.example", "post.example", "inbox.example", "qmail.example", "letter.example"]
OFFICES = ["info", "hello", "office", "caigou", "contact"]
ORDINARY, PINYIN, SPACED, TRADITIONAL, TYPO, POLITE = range(6)


def full_names(people: People, rows: Ints) -> list[str]:
    columns = (
        people.company,
        people.western,
        people.female,
        people.family,
        people.given,
        people.city,
        people.variant,
    )
    return [_full_name(*one) for one in zip(*(column[rows].tolist() for column in columns), strict=True)]


def mail_addresses(people: People, rows: Ints) -> list[str]:
    owner = people.mail_of[rows]
    columns = (people.company, people.western, people.female, people.family, people.given, people.number)
    made = zip(*(column[owner].tolist() for column in columns), strict=True)
    return [
        _mail_address(*one) if has else "" for one, has in zip(made, (owner != NONE).tolist(), strict=True)
    ]


def phone_numbers(people: People, rows: Ints) -> list[str]:
    return [f"+{number}" if number else "" for number in people.phone[rows].tolist()]


@lru_cache(maxsize=200_000)
def address(city: int, street: int, door: int) -> str:
    if city < len(places.CHINA):
        return f"{places.STREETS[street % len(places.STREETS)]}{door}号{1 + street % 30}室"
    return f"{door} {places.WESTERN_STREETS[street % len(places.WESTERN_STREETS)]}"


@lru_cache(maxsize=1024)
def tags(code: int) -> list[str]:
    if not code:
        return []
    many = len(names.TAGS)
    return [names.TAGS[place] for place in dict.fromkeys(divmod(code - 1, many))]


def job_title(company_row: int, row: int, *, western: bool) -> str:
    titles = names.WESTERN_TITLES if western else names.TITLES
    return titles[(row * 7 + company_row) % len(titles)]


def _full_name(
    company: bool, western: bool, female: bool, family: int, given: int, city: int, variant: int
) -> str:
    if company:
        return _company_name(western, family, given, city, variant)
    last, first = _parts(western, female, family, given)
    if western:
        return (
            f"{last}, {first}"
            if variant == SPACED
            else f"{first[0]}. {last}"
            if variant == POLITE
            else f"{first} {last}"
        )
    if variant == ORDINARY:
        return last + first
    return _otherwise(last, first, female, variant)


def _otherwise(last: str, first: str, female: bool, variant: int) -> str:
    """A Chinese name as it is spelt where somebody else wrote it down."""
    if variant == PINYIN:
        return f"{_latin(last).title()} {_latin(first).title()}"
    if variant == SPACED:
        return f"{last} {first}"
    if variant == TRADITIONAL:
        return str(zhconv.convert(last + first, "zh-hant"))
    if variant == TYPO:
        return last + first[:-1] + _homophone(first[-1])
    return last + ("女士" if female else "先生")


def _company_name(western: bool, brand: int, trade: int, city: int, variant: int) -> str:
    if western:
        brands, trades = names.WESTERN_BRANDS, names.WESTERN_TRADES
        return f"{brands[brand % len(brands)]} {trades[trade % len(trades)]}"
    first = names.BRAND_FIRST[brand % len(names.BRAND_FIRST)]
    second = names.BRAND_SECOND[brand // len(names.BRAND_FIRST) % len(names.BRAND_SECOND)]
    name = f"{places.CITIES[city].name}{first}{second}{names.TRADES[trade % len(names.TRADES)]}"
    return name.removesuffix("有限公司") if variant else name


def _parts(western: bool, female: bool, family: int, given: int) -> tuple[str, str]:
    if western:
        return names.SURNAMES[family], (names.WESTERN_WOMEN if female else names.WESTERN_MEN)[given]
    return names.FAMILY[family], (names.WOMEN if female else names.MEN)[given]


def _mail_address(company: bool, western: bool, female: bool, family: int, given: int, number: int) -> str:
    if company:
        return f"{OFFICES[number % len(OFFICES)]}@{_brand(western, family)}{number}.example"
    last, first = _parts(western, female, family, given)
    last, first = (_plain(last), _plain(first)) if western else (_latin(last), _latin(first))
    style = number % 4
    if style == 0:
        local = f"{first}.{last}{number}"
    elif style == 1:
        local = f"{last}{first}{number}"
    elif style == 2:
        local = f"{first[0]}{last}{number}"
    else:
        local = f"{first}{number}"
    return f"{local}@{DOMAINS[number % len(DOMAINS)]}"


def _brand(western: bool, brand: int) -> str:
    if western:
        return "".join(
            letter
            for letter in names.WESTERN_BRANDS[brand % len(names.WESTERN_BRANDS)].lower()
            if letter.isalpha()
        )
    first = names.BRAND_FIRST[brand % len(names.BRAND_FIRST)]
    return _latin(first + names.BRAND_SECOND[brand // len(names.BRAND_FIRST) % len(names.BRAND_SECOND)])


@lru_cache(maxsize=4096)
def _latin(chinese: str) -> str:
    return "".join(lazy_pinyin(chinese))


@lru_cache(maxsize=512)
def _plain(word: str) -> str:
    return "".join(letter for letter in word.lower() if letter.isalpha())


@lru_cache(maxsize=1024)
def _homophone(character: str) -> str:
    """Another character of our names that sounds the same, or the same one where there is none."""
    sound = _latin(character)
    return next(
        (
            one
            for one in "玮炜蔷铭嘉佳筱晖亭婧丽颖艳闽宇至健国文晨杰超峰菲琳欣瑶琪君华霞红梅玉涛博凯"
            if one != character and _latin(one) == sound
        ),
        character,
    )
