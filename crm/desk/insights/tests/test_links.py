"""What the links of the insight pages may say, and what they are called in the list."""

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.lib.errors import BadInput
from customers.listing import Listing

pytestmark = pytest.mark.django_db
WRONG = ["", "cohort", "cohort.2026-13", "cohort.2026-01.x", "nobody.1", "place.xyz", "place.a;b", "again.-1"]
WRONG += ["lapsed.0000-00.3", "bought.99999999999999", "bought.1.2.3"]


@pytest.mark.parametrize("value", WRONG)
def test_what_no_link_says_is_refused(value: str, db: None) -> None:
    user = people.user(Role.MARKETING)
    query = QueryDict(mutable=True)
    query["insight"] = value
    if not value:
        assert not Listing(user, query).chips
        return
    with pytest.raises(BadInput):
        Listing(user, query).rows().count()


def test_the_list_says_what_a_link_asked_for(client: Client, db: None) -> None:
    client.force_login(people.user(Role.MARKETING))
    page = client.get(
        reverse("customers:list"), {"insight": "cohort.2026-01.2"}, headers={"accept-language": "en"}
    )
    assert "First order in 2026-01, bought in month 2" in page.content.decode()
