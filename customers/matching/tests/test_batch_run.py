"""Matching the whole base finds pairs, remembers decisions, stops when in doubt and survives crashes."""

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from customers import factories
from customers.identity.models import Identity, Profile
from customers.matching import candidates, digests, feeding, running, working
from customers.matching.models import Frequency, Pair, Record, Run, Settings, Weights
from customers.matching.standard import Said, standardise
from customers.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Step = Run.Step


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MATCHING_FOLDER = tmp_path / "matching"


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> list[Pair]:
    """What the run hands on; in place of joining, the pairs are only told that they were."""
    seen: list[Pair] = []

    def decide(pairs: Sequence[Pair]) -> None:
        seen.extend(pairs)
        keys = [one.pk for one in pairs]
        Pair.objects.filter(pk__in=keys).update(state=Pair.State.JOINED, decided_at=timezone.now())

    monkeypatch.setattr(working, "_deciders", [decide])
    return seen


def met(name: str, phone: str = "", email: str = "", **fields: Any) -> Customer:
    one = factories.customer(name=name, phone=phone, email=email, **fields)
    profile = Profile.objects.create(customer=one, source="shop", raw={"name": name})
    for kind, value in ((Identity.Kind.PHONE, phone), (Identity.Kind.EMAIL, email)):
        if value:
            Identity.objects.create(profile=profile, kind=kind, value=value, source="shop")
    return one


@pytest.fixture
def people() -> dict[str, Customer]:
    """Two and two are one; the fifth is alone."""
    made = [
        met("王小明", "+8613912345678"),
        met("Xiaoming Wang", "+8613912345678"),
        met("Anna Keller", email="anna.keller@mail.example"),
        met("Keller, Anna", email="anna.keller@mail.example"),
        met("李娜", "+8613512345678"),
    ]
    return {one.name: one for one in made}


def match(**options: Any) -> Run:
    run = running.queue(by=None, **options)
    assert run
    running.run(run.pk, seconds=600)
    run.refresh_from_db()
    return run


def crash_on_the_way() -> tuple[Run, list[str]]:
    """A run that is left after every step; the machine that compared is gone, and its disk with it."""
    run = running.queue(by=None)
    assert run
    steps: list[str] = []
    while not run.finished_at:
        running.run(run.pk, seconds=0)
        run.refresh_from_db()
        steps.append(run.step)
        if steps[-1] == Step.DECIDE and steps.count(Step.DECIDE) == 1:
            shutil.rmtree(feeding.folder_of(run))
    return run, steps


def test_three_nights(people: dict[str, Customer], decided: list[Pair]) -> None:
    """Each run costs seconds, so one base is followed from the first to the third."""
    Settings.objects.create(gate=Settings.Gate.SURE)
    first, steps = crash_on_the_way()
    assert steps[:4] == [Step.STANDARDISE, Step.TRAIN, Step.COMPARE, Step.DECIDE]
    assert steps[4:] == [Step.COMPARE, Step.DECIDE, Step.DONE]
    _finds_who_is_one(first, people)
    assert (first.figures["would_join"], first.figures["stopped"], decided) == (2, "first", [])

    refused = Pair.objects.get(low=people["王小明"])
    Pair.objects.filter(pk=refused.pk).update(state=Pair.State.APART, decided_at=timezone.now())
    second = match()
    refused.refresh_from_db()
    assert (second.figures["new"], refused.state, second.weights) == (0, Pair.State.APART, first.weights)
    # One of five customers is more than the settings allow.
    assert (second.figures["would_join"], second.figures["stopped"], decided) == (1, "many", [])

    Profile.objects.create(customer=people["Xiaoming Wang"], source="web", raw={"name": "王小明"})
    Profile.objects.filter(customer=people["Keller, Anna"]).delete()
    third = match(may_join_many=True)
    assert (third.figures["changed"], third.figures["gone"]) == (1, 1)
    assert decided == [refused]
    assert (third.figures["joined"], third.figures["stopped"]) == (1, "")


def _finds_who_is_one(run: Run, people: dict[str, Customer]) -> None:
    assert (run.step, run.reason, run.lease_until) == (Step.DONE, "", None)
    assert Weights.objects.get().parameters["learnt_on"] == 2000
    pair = Pair.objects.get(low=people["王小明"])
    twins = (people["王小明"], people["Xiaoming Wang"])
    assert (pair.low, pair.high) == twins
    assert {one["level"] for one in pair.reasons} == {"same_name_key", "same_phone"}
    assert pair.prior + sum(one["bits"] for one in pair.reasons) == pytest.approx(pair.bits, abs=0.1)
    assert (pair.is_sure, pair.is_vetoed, pair.found, pair.weights) == (True, False, "run", run.weights)
    low, high = (digests.of_customer(Record.objects.filter(customer=one)) for one in twins)
    assert pair.digest == digests.of_pair(low, high)
    said = standardise(Said(name="王小明", phone="13912345678"))
    (found,) = candidates.like([said], beside=[twins[0].pk])
    assert found.customer_pk == twins[1].pk
    assert found.scored.bits == pytest.approx(pair.bits, abs=0.01)
    assert Frequency.objects.filter(column="name_key", value="").exists()
    assert set(run.figures["seconds"]) == {"standardise", "train", "compare", "decide"}
    assert not feeding.folder_of(run).exists()


def test_a_worker_that_is_at_it_is_left_alone() -> None:
    run = Run.objects.create(lease_until=timezone.now() + timedelta(minutes=1))
    running.run(run.pk)
    assert Run.objects.get().step == Step.STANDARDISE
    assert running.queue(by=None) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create()


def test_a_crash_of_the_child_is_a_reason(settings: Any) -> None:
    settings.MATCHING_MEMORY = "much"
    run = match()
    assert run.step == Step.FAILED
    assert "Memory" in run.reason
    assert not feeding.folder_of(run).exists()


def test_by_night_only_when_it_is_wanted(settings: Any) -> None:
    factories.customer()
    settings.MATCHING_NIGHTLY = False
    running.sweep()
    assert not Run.objects.exists()
    assert running.queue_if_due()
    Run.objects.update(step=Step.DONE, finished_at=timezone.now())
    assert running.queue_if_due() is None
