"""A newcomer's first day: two files go in, messages come out, on a company run as `make run` runs it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from crm.tests.browser import newcomer
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.newcomer import Person
from crm.tests.faults.company import Company, company

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
ORDERS, PEOPLE = DATA / "cdnow" / "orders.csv", DATA / "febrl" / "dataset3.csv"
SEGMENT, CHANNEL = "R≥4 and F≥4", "Sandbox SMTP"
SUBJECT, TEXT = "{{ name }}, thank you", "Dear {{ name }},\n\nsee you soon!"
CUSTOMER_COLUMNS = {
    "rec_id": "Customer number",
    "given_name": "Given name",
    "surname": "Family name",
    "street_number": "Leave out",
    "address_1": "Address",
    "address_2": "Leave out",
    "suburb": "City",
    "postcode": "Postcode",
    "state": "Province",
    "date_of_birth": "Birthday",
    "soc_sec_id": "Leave out",
    "email": "E-mail",
    "email consent": "Offers by e-mail allowed",
}
ORDER_COLUMNS = {
    "customer_no": "Customer number",
    "order_date": "Ordered at",
    "quantity": "Quantity",
    "amount": "Amount",
}


@pytest.mark.skipif(not (ORDERS.exists() and PEOPLE.exists()), reason=f"needs the sample files in {DATA}")
def test_a_newcomer_reaches_the_best_customers(open_page: Opener, tmp_path: Path) -> None:
    people = newcomer.write_customers(ORDERS, PEOPLE, tmp_path / "customers.csv")
    with company() as crm:
        page = open_page(Look(), crm.url)
        newcomer.sign_in(page, crm.url, password_of(crm))
        import_customers(page, tmp_path / "customers.csv", people)
        import_orders(page)
        assert newcomer.score(page) == len(people)
        members = newcomer.build_segment(page, SEGMENT, {"Recency score": 4, "Frequency score": 4})
        assert 0 < members < len(people)
        newcomer.make_sandbox_channel(page, CHANNEL)
        newcomer.write_campaign(page, SEGMENT, CHANNEL, SUBJECT, TEXT)
        reachable = newcomer.reachable(page)
        assert 0 < reachable <= members
        assert newcomer.launch(page) == reachable
        read_a_message(page, {person.email: person.name for person in people}, reachable)
        change_language(page)
        page.close()


def password_of(crm: Company) -> str:
    """As it was shown once, in the terminal."""
    found = re.search(r"admin with the password (\S+)", crm.said().decode())
    assert found
    return found[1]


def import_customers(page: Page, file: Path, people: list[Person]) -> None:
    newcomer.upload(page, file, "Customers")
    assert newcomer.understood(page) == CUSTOMER_COLUMNS
    counts = newcomer.run_import(page)
    real = sum(one.is_real for one in people)
    assert counts["Created"] == real
    assert counts["With errors"] == len(people) - real
    if real < len(people):
        expect(page.get_by_role("region", name="What was left out")).to_contain_text("This is not a date.")


def import_orders(page: Page) -> None:
    newcomer.upload(page, ORDERS, "Orders")
    assert newcomer.understood(page) == ORDER_COLUMNS
    counts = newcomer.run_import(page)
    assert counts["Created"] == len(ORDERS.read_text().splitlines()) - 1
    assert counts["With errors"] == 0


def read_a_message(page: Page, names: dict[str, str], sent: int) -> None:
    page.get_by_role("link", name="Channels").first.click()
    page.get_by_role("link", name="Sandbox mailbox").click()
    expect(page.locator(".pager")).to_contain_text(f"{sent:,} messages")
    page.locator(".letters a").first.click()
    name = names[page.locator(".letter-headers dd").nth(1).inner_text()]
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{name}, thank you")
    expect(page.frame_locator("iframe.letter-frame").locator("body")).to_contain_text(f"Dear {name}")


def change_language(page: Page) -> None:
    page.get_by_role("link", name="Campaigns").first.click()
    page.get_by_role("button", name="中").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("营销活动")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
