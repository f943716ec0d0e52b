from django.test import Client
from django.urls import reverse


def test_choice_is_remembered(client: Client) -> None:
    response = client.post(reverse("desk:theme"), {"theme": "dark"}, headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response.cookies["theme"].value == "dark"
    assert response.cookies["theme"]["httponly"]


def test_unknown_choice_is_ignored(client: Client) -> None:
    response = client.post(reverse("desk:theme"), {"theme": "<script>"})
    assert "theme" not in response.cookies


def test_without_script_the_page_comes_back(client: Client) -> None:
    url = reverse("desk:theme")
    here = client.post(url, {"theme": "light"}, headers={"Referer": "http://testserver/customers/"})
    assert here.headers["Location"] == "http://testserver/customers/"
    elsewhere = client.post(url, {"theme": "light"}, headers={"Referer": "https://elsewhere.example/"})
    assert elsewhere.headers["Location"] == "/"
