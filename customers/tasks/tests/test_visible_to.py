"""Whose tasks one sees, and which one may change."""

import pytest

from crm.accounts import factories as people
from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from customers import factories
from customers.tasks.models import Task

pytestmark = pytest.mark.django_db


def seen(user: User, action: str = "view") -> set[str]:
    return set(Task.objects.visible_to(user, action).values_list("title", flat=True))


def test_a_task_without_customer_is_seen_by_its_people_and_their_manager(
    seller: User, colleague: User, manager: User
) -> None:
    factories.task(seller, title="mine")
    factories.task(colleague, title="given", created_by=seller)

    assert seen(seller) == {"mine", "given"}
    assert seen(colleague) == {"given"}
    assert seen(manager) == seen(manager, "edit") == {"mine", "given"}
    assert seen(people.user(Role.MANAGER, teams=(people.team("South"),))) == set()
    assert seen(people.user(Role.OPERATIONS)) == {"mine", "given"}
    assert seen(people.user(Role.AUDITOR)) == set()


def test_a_customers_task_follows_the_customer(seller: User, colleague: User, north: Team) -> None:
    customer = factories.customer(owner=seller, team=north)
    factories.task(colleague, customer=customer, title="call")

    assert seen(seller) == seen(seller, "edit") == {"call"}
    # The assignee lost sight of the customer, and of the task with it.
    assert seen(colleague) == set()


def test_who_only_looks_at_customers_changes_only_their_own_tasks(seller: User) -> None:
    marketer, customer = people.user(Role.MARKETING), factories.customer(owner=seller)
    factories.task(seller, customer=customer, title="theirs")
    factories.task(marketer, customer=customer, title="own")

    assert seen(marketer) == {"theirs", "own"}
    assert seen(marketer, "edit") == {"own"}


def test_tasks_of_a_deleted_customer_are_gone(seller: User) -> None:
    customer = factories.customer(owner=seller)
    factories.task(seller, customer=customer)
    customer.deleted_at = customer.created_at
    customer.save()

    assert seen(seller) == set()
