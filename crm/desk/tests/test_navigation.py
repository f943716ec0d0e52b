import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLResolver, include, path
from django.utils import translation

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.desk import navigation


def nowhere(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def place(item: navigation.Item) -> URLResolver:
    """An address for the entry, and one below it for what counts there."""
    app, _colon, name = item.url_name.partition(":")
    pages = [path("", nowhere, name=name)]
    if item.counter:
        pages.append(path("counter/", nowhere, name=item.counter.partition(":")[2]))
    return path(PLACES.get(app, f"{app}/"), include((pages, app)))


PLACES = {"desk": "", "scoring": "rfm/"}
urlpatterns = [place(item) for item in navigation.NAVIGATION]

pytestmark = pytest.mark.urls(__name__)


def offered(*roles: str, at: str = "/") -> list[str]:
    return [link.url for link in navigation.links(User(roles=list(roles)), at)]


def test_everybody_gets_only_what_the_policy_grants() -> None:
    assert offered() == ["/"]
    assert "/imports/" in offered(Role.OPERATIONS)
    assert "/imports/" not in offered(Role.SALES)
    assert "/channels/" in offered(Role.MARKETING)


@pytest.mark.parametrize(
    ("path", "current"),
    [("/", ["/"]), ("/customers/7/", ["/customers/"]), ("/rfm/", ["/rfm/"]), ("/account/2fa/", [])],
)
def test_one_entry_is_current(path: str, current: list[str]) -> None:
    links = navigation.links(User(roles=[Role.MARKETING]), path)
    assert [link.url for link in links if link.is_current] == current


def test_visitors_get_no_navigation() -> None:
    request: Any = RequestFactory().get("/", headers={"cookie": "theme=nonsense"})
    request.user = AnonymousUser()
    frame = navigation.shell(request)
    assert "nav" not in frame
    assert frame["theme"] == "auto"


def test_request_without_a_user_still_gets_a_frame() -> None:
    request: Any = SimpleNamespace(COOKIES={"theme": "dark"}, path="/")
    assert navigation.shell(request)["theme"] == "dark"


def test_role_is_the_job_title_or_the_roles() -> None:
    assert navigation.role_name(User(job_title="Head of care", roles=[Role.SALES])) == "Head of care"
    assert navigation.role_name(User(roles=[Role.SALES])) == str(Role.SALES.label)


def test_a_group_is_named_once_above_what_somebody_may_open() -> None:
    with translation.override("en"):
        links = navigation.links(User(roles=[Role.MARKETING]), "/")
        named = [(str(link.heading), link.url) for link in links if link.heading]
    assert ("Insight", "/insights/") in named
    assert ("Marketing", "/campaigns/") in named
    assert len({heading for heading, _url in named}) == len(named)
    assert not links[0].heading


@pytest.mark.django_db
@pytest.mark.urls("crm.urls")
def test_a_kept_sidebar_is_shown_only_to_whom_it_was_drawn_for(client: Client) -> None:
    def page(user: User, language: str, path: str) -> str:
        client.force_login(user)
        client.cookies["django_language"] = language
        return client.get(path).content.decode()

    seller, operator = people.user(Role.SALES), people.user(Role.OPERATIONS)
    for _turn in range(2):
        assert 'href="/imports/"' in page(operator, "en", "/tasks/")
        assert 'href="/imports/"' not in page(seller, "en", "/tasks/")
        assert "Import a file" in page(operator, "en", "/tasks/")
        assert "Import a file" not in page(operator, "zh-hans", "/tasks/")
        assert f"live:user:{seller.pk}:inbox" in page(seller, "en", "/tasks/")
        assert '<a href="/tasks/" aria-current="page"' in page(seller, "en", "/tasks/")
        assert '<a href="/tasks/" aria-current="page"' not in page(seller, "en", "/customers/")
        assert "Next and previous conversation" in page(seller, "en", "/inbox/")
        assert "Next and previous conversation" not in page(seller, "en", "/tasks/")
    seller.roles = [Role.OPERATIONS]
    seller.save()
    assert 'href="/imports/"' in page(seller, "en", "/tasks/")


@pytest.mark.django_db
@pytest.mark.urls("crm.urls")
def test_all_forms_of_a_page_carry_the_same_token(client: Client) -> None:
    client.force_login(people.user(Role.SALES))
    tokens = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/").content.decode())
    assert len(tokens) > 2
    assert len(set(tokens)) == 1
