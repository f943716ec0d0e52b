"""Saved mappings: kept by name, found again by titles, shared by those who import."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.imports import mappings
from customers.imports.models import ImportJob, SavedMapping, Schedule
from customers.imports.tests.conftest import Import

pytestmark = pytest.mark.django_db

CONTENT = "Kd-Nr,Wer,Wo,Sonst\n1,Li Ming,Shanghai,x\n"
CHOSEN = {"number": 0, "name": 1, "city": 2}


@pytest.fixture
def saved(look: Import, operator: User) -> SavedMapping:
    job = look(CONTENT, source="till")
    ImportJob.objects.filter(pk=job.pk).update(mapping=CHOSEN, policies={"city": "fill"}, language="en")
    job.refresh_from_db()
    return mappings.save(job, "Till", by=operator)


def test_the_same_titles_are_understood_by_themselves(look: Import, saved: SavedMapping) -> None:
    job = look("Wo,sonst,KD-NR,Wer\nBeijing,y,2,Wang Fang\n")

    assert job.saved_mapping == saved
    assert job.mapping == {"number": 2, "name": 3, "city": 0}
    assert (job.policies, job.language, job.source) == ({"city": "fill"}, "en", "till")


def test_other_titles_are_not(look: Import, saved: SavedMapping) -> None:
    assert look("Kd-Nr,Wer,Wohin,Sonst\n1,a,b,c\n").saved_mapping is None


def test_a_source_that_was_named_stays(look: Import, saved: SavedMapping) -> None:
    assert look(CONTENT, source="shop").source == "shop"


def test_a_field_one_may_not_import_is_left_out(look: Import, saved: SavedMapping) -> None:
    SavedMapping.objects.update(columns={"number": "Kd-Nr", "is_staff": "Wer"})

    assert look(CONTENT).mapping == {"number": 0}


def test_it_is_saved_and_deleted_on_the_page(as_operator: Client, look: Import) -> None:
    job = look(CONTENT)
    ImportJob.objects.update(mapping=CHOSEN)

    assert as_operator.post(f"/imports/{job.pk}/saving/", {"name": " Till  one "}).status_code == 302
    assert as_operator.post(f"/imports/{job.pk}/saving/", {"name": ""}).status_code == 400
    kept = SavedMapping.objects.get()
    assert (kept.name, kept.columns) == ("Till one", {"number": "Kd-Nr", "name": "Wer", "city": "Wo"})
    assert "Till one" in as_operator.get("/imports/mappings/").content.decode()
    as_operator.post(f"/imports/mappings/{kept.pk}/deletion/")
    assert not SavedMapping.objects.exists()


def test_one_that_a_schedule_uses_stays(as_operator: Client, operator: User, saved: SavedMapping) -> None:
    Schedule.objects.create(name="Nightly", mapping=saved, created_by=operator)

    assert as_operator.post(f"/imports/mappings/{saved.pk}/deletion/").status_code == 409


def test_the_same_name_replaces(look: Import, saved: SavedMapping, operator: User) -> None:
    job = look("a,b\n1,Li\n")
    ImportJob.objects.filter(pk=job.pk).update(mapping={"number": 0, "name": 1})
    job.refresh_from_db()

    assert mappings.save(job, "Till", by=operator) == saved
    assert SavedMapping.objects.get().columns == {"number": "a", "name": "b"}


def test_names_are_unique_and_not_empty(saved: SavedMapping) -> None:
    for name in ("Till", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedMapping.objects.create(name=name, kind="customers", source="x")


def test_strangers_learn_nothing(client: Client, saved: SavedMapping) -> None:
    client.force_login(people.user(Role.SALES))

    assert client.get("/imports/mappings/").status_code == 404
    assert client.post(f"/imports/mappings/{saved.pk}/deletion/").status_code == 404


def test_the_list_keeps_its_budget(
    as_operator: Client, saved: SavedMapping, django_assert_max_num_queries: Any
) -> None:
    as_operator.get("/imports/mappings/")
    with django_assert_max_num_queries(8):
        as_operator.get("/imports/mappings/")
