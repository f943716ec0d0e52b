"""What is written of people: customers, words to find them by, profiles, handles and permissions."""

import json

import numpy as np

from channels.consent.models import Consent, ConsentEntry
from crm.demo import naming, texts
from crm.demo.dice import Ints
from crm.demo.knowing import KINDS, PERMISSIONS
from crm.demo.people import NONE
from crm.demo.people import SOURCES as ORIGINS
from crm.demo.texts import EMPTY, Lines
from crm.demo.words import places
from crm.demo.world import World
from customers import search
from customers.identity.models import Identity, Profile
from customers.models import Customer, Share


def customers(world: World, rows: Ints) -> Lines:
    people, belongs = world.people, world.ownership
    cities = [places.CITIES[city] for city in people.city[rows].tolist()]
    company, western = people.company[rows].tolist(), people.western[rows].tolist()
    touched = texts.moments(world.touched[rows])
    return texts.lines(
        texts.numbers(rows, world.first[Customer]),
        ["organisation" if one else "person" for one in company],
        naming.full_names(people, rows),
        texts.numbers(people.employer[rows], world.first[Customer]),
        texts.company_names(world, rows),
        _job_titles(world, rows),
        naming.phone_numbers(people, rows),
        naming.mail_addresses(people, rows),
        [
            "" if one else "female" if she else "male"
            for one, she in zip(company, people.female[rows], strict=True)
        ],
        texts.days(people.birthday[rows]),
        [city.country for city in cities],
        [city.province for city in cities],
        [city.name for city in cities],
        _addresses(world, rows),
        ["en" if one else "zh-hans" for one in western],
        [_preferred(row, western=one) for row, one in zip(rows.tolist(), western, strict=True)],
        ["{" + ",".join(naming.tags(code)) + "}" for code in people.tags[rows].tolist()],
        [ORIGINS[source] for source in people.source[rows].tolist()],
        texts.references(belongs.owner[rows]),
        texts.references(belongs.team[rows]),
        ["t" if one else "f" for one in belongs.restricted[rows].tolist()],
        texts.moments(people.created[rows]),
        touched,
        touched,
    )


def _job_titles(world: World, rows: Ints) -> list[str]:
    columns = (rows, world.people.employer[rows], world.people.western[rows])
    return [
        naming.job_title(employer, row, western=western) if employer != NONE else ""
        for row, employer, western in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _addresses(world: World, rows: Ints) -> list[str]:
    columns = (world.people.city, world.people.street, world.people.door)
    return [naming.address(*one) for one in zip(*(column[rows].tolist() for column in columns), strict=True)]


def _preferred(row: int, *, western: bool) -> str:
    if row % 3 == 0:
        return "phone"
    return "email" if western else "wechat"


def documents(world: World, rows: Ints) -> Lines:
    numbers = texts.numbers_of(world, rows)
    found = (
        search.tokens(
            name,
            company=company,
            phones=[phone] if phone else [],
            emails=[mail] if mail else [],
            numbers=numbers.get(row, []),
        )
        for row, name, company, phone, mail in zip(
            rows.tolist(),
            naming.full_names(world.people, rows),
            texts.company_names(world, rows),
            naming.phone_numbers(world.people, rows),
            naming.mail_addresses(world.people, rows),
            strict=True,
        )
    )
    return texts.lines(
        texts.numbers(rows, world.first[Customer]),
        ['{"' + '","'.join(tokens) + '"}' for tokens in found],
    )


def shares(world: World, rows: Ints) -> Lines:
    shared = rows[world.ownership.shared_with[rows] > 0]
    return texts.lines(
        texts.numbers(shared, world.first[Share]),
        texts.numbers(shared, world.first[Customer]),
        texts.references(world.ownership.shared_with[shared]),
        ["view" if row % 3 == 0 else "edit" for row in shared.tolist()],
    )


def profiles(world: World, rows: Ints) -> Lines:
    known, base = world.profiles, world.first[Profile]
    origins = [ORIGINS[source] for source in known.source[rows].tolist()]
    return texts.lines(
        texts.numbers(rows, base),
        texts.numbers(known.customer[rows], world.first[Customer]),
        origins,
        [texts.source_key(origin, base + row) for row, origin in zip(rows.tolist(), origins, strict=True)],
        _as_received(world, known.customer[rows]),
        texts.moments(known.first_seen[rows]),
        texts.moments(known.last_seen[rows]),
    )


def _as_received(world: World, customers: Ints) -> list[str]:
    """The raw record, with the number of the person really meant: matching is judged by it."""
    people = world.people
    made = zip(
        naming.full_names(people, customers),
        naming.phone_numbers(people, customers),
        naming.mail_addresses(people, customers),
        people.city[customers].tolist(),
        (people.truth[customers] + world.first[Customer]).tolist(),
        strict=True,
    )
    records = (
        {"name": name, "phone": phone, "email": mail, "city": places.CITIES[city].name, "truth": truth}
        for name, phone, mail, city, truth in made
    )
    return [
        json.dumps({key: value for key, value in one.items() if value}, ensure_ascii=False) for one in records
    ]


def handles(world: World, rows: Ints) -> Lines:
    known, base = world.handles, world.first[Profile]
    profile = known.profile[rows]
    customer = world.profiles.customer[profile]
    kinds = [KINDS[kind] for kind in known.kind[rows].tolist()]
    origins = [ORIGINS[source] for source in world.profiles.source[profile].tolist()]
    verified = known.verified[rows].tolist()
    first_seen = texts.moments(world.profiles.first_seen[profile])
    scoped = [
        texts.handle(*one)
        for one in zip(
            kinds,
            origins,
            (profile + base).tolist(),
            naming.phone_numbers(world.people, customer),
            naming.mail_addresses(world.people, customer),
            strict=True,
        )
    ]
    return texts.lines(
        texts.numbers(rows, world.first[Identity]),
        texts.numbers(profile, base),
        [kind.value for kind in kinds],
        [scope for scope, _value in scoped],
        [value for _scope, value in scoped],
        origins,
        ["100" if one else "80" for one in verified],
        [moment if one else EMPTY for one, moment in zip(verified, first_seen, strict=True)],
        first_seen,
        texts.moments(world.profiles.last_seen[profile]),
    )


def consent_entries(world: World, rows: Ints) -> Lines:
    ledger = world.permissions
    granted = ledger.granted[rows].tolist()
    forms = ["checkout" if one else "preferences" for one in granted]
    return texts.lines(
        texts.numbers(rows, world.first[ConsentEntry]),
        texts.numbers(ledger.customer[rows], world.first[Customer]),
        *_permissions(ledger.permission[rows]),
        ["granted" if one else "withdrawn" for one in granted],
        forms,
        ["2024-05"] * len(rows),
        [f'{{"form": "{form}"}}' for form in forms],
        texts.moments(ledger.at[rows]),
    )


def consents(world: World, rows: Ints) -> Lines:
    ledger = world.permissions
    entry = ledger.current[rows]
    return texts.lines(
        texts.numbers(rows, world.first[Consent]),
        texts.numbers(ledger.customer[entry], world.first[Customer]),
        *_permissions(ledger.permission[entry]),
        ["granted" if one else "withdrawn" for one in ledger.granted[entry].tolist()],
        texts.numbers(entry, world.first[ConsentEntry]),
        texts.moments(ledger.at[entry]),
    )


def _permissions(codes: Ints | np.ndarray[tuple[int], np.dtype[np.int8]]) -> tuple[list[str], list[str]]:
    chosen = [PERMISSIONS[code] for code in codes.tolist()]
    return [purpose for purpose, _channel, _share in chosen], [
        channel for _purpose, channel, _share in chosen
    ]
