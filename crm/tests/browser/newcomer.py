"""What somebody does on the first day, step by step, in a browser."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from crm.tests.browser.pages import PATIENCE, settle

# Not "Sender's name"; a star marks what must be filled in.
NAME = re.compile(r"^\s*Name\b")


@dataclass(frozen=True)
class Person:
    """One row of a customer file."""

    number: str
    given_name: str
    surname: str
    birthday: str

    @property
    def is_real(self) -> bool:
        """Some were born on a 31st of June."""
        try:
            return not self.birthday or bool(date.fromisoformat(self.birthday))
        except ValueError:
            return False

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}"

    @property
    def email(self) -> str:
        return f"customer-{self.number}@example.com"


def write_customers(orders: Path, people: Path, target: Path) -> list[Person]:
    """A file of customers: the numbers of those who ordered, the particulars of made-up Australians."""
    with orders.open(encoding="utf-8") as file:
        numbers = sorted({row["customer_no"] for row in csv.DictReader(file)})
    with people.open(encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file, skipinitialspace=True) if row["given_name"] and row["surname"]
        ]
    known = []
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "email", "email consent"])
        writer.writeheader()
        for number, row in zip(numbers, rows, strict=False):
            person = Person(number, row["given_name"], row["surname"], row["date_of_birth"])
            writer.writerow(row | {"rec_id": number, "email": person.email, "email consent": "yes"})
            known.append(person)
    return known


def sign_in(page: Page, address: str, password: str) -> None:
    page.goto(f"{address}/")
    page.get_by_label("User name or e-mail").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("link", name="Customers").first).to_be_visible()


def upload(page: Page, file: Path, kind: str) -> None:
    """Leaves the page where the file is shown as it was understood."""
    page.get_by_role("link", name="Imports").first.click()
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_role("radio", name=kind).check()
    page.get_by_label("File").set_input_files(file)
    page.get_by_label("Numbering system").fill("shop")
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("button", name="Check the file")).to_be_visible(timeout=PATIENCE)


def understood(page: Page) -> dict[str, str]:
    """What each column of the file is taken for."""
    heads = page.locator(".import-preview thead th")
    return {
        head.locator(".column-title").inner_text(): head.locator("select")
        .first.locator("option:checked")
        .inner_text()
        for head in heads.all()
    }


def run_import(page: Page) -> dict[str, int]:
    """Has it checked, starts it, watches it to its end, and reads the figures."""
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name="Start import").click(timeout=PATIENCE)
    expect(page.locator(".steps li.done")).to_have_count(4, timeout=PATIENCE)
    return figures(page)


def figures(page: Page) -> dict[str, int]:
    return {
        one.locator("dt").inner_text(): number(one.locator("dd").inner_text())
        for one in page.locator(".import-counts > div").all()
    }


def score(page: Page) -> int:
    """Returns how many customers stand in the grid."""
    page.get_by_role("link", name="RFM").first.click()
    page.get_by_role("button", name="Score now").click()
    grid = page.locator(".heat-map, .heat")
    expect(grid.first).to_be_visible(timeout=PATIENCE)
    return number(kpi(page, "Customers with an order"))


def build_segment(page: Page, name: str, least: dict[str, int]) -> int:
    """Puts the rule together, one condition after the other, and returns the number found while building."""
    page.get_by_role("link", name="Segments").first.click()
    page.get_by_role("link", name="New segment").first.click()
    page.get_by_label(NAME).fill(name)
    for place, (fact, value) in enumerate(least.items()):
        if place:
            page.get_by_role("button", name="Condition", exact=True).click()
            settle(page)
        page.get_by_label("What", exact=True).nth(place).select_option(label=fact)
        settle(page)
        page.get_by_label("How", exact=True).nth(place).select_option(label="is at least")
        settle(page)
        box = page.get_by_label("Value", exact=True).nth(place)
        box.fill(str(value))
        with page.expect_response(lambda answer: answer.url.endswith("/segments/count/")):
            box.press("Tab")
    settle(page)
    live = number(page.locator("#count .big-count").inner_text())
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.locator(".kpi", has_text="Customers").first).to_contain_text(f"{live:,}", timeout=PATIENCE)
    return live


def make_sandbox_channel(page: Page, name: str) -> None:
    page.get_by_role("link", name="Channels").first.click()
    page.get_by_role("link", name="New channel").click()
    page.get_by_role("link", name="Sandbox (SMTP)").click()
    page.get_by_label(NAME).fill(name)
    page.get_by_label("Sender's name").fill("The shop")
    page.get_by_label("Sender's address").fill("news@shop.example")
    page.get_by_role("button", name="Create channel").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def write_campaign(page: Page, segment: str, channel: str, subject: str, body: str) -> None:
    """From the segment's page to the campaign's, where nothing is sent yet."""
    page.get_by_role("link", name="Segments").first.click()
    page.get_by_role("link", name=segment).click()
    page.get_by_role("link", name="Start a campaign").click()
    page.get_by_label(NAME).fill("A word of thanks")
    page.get_by_label("Channel*", exact=True).select_option(label=channel)
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("Text", exact=True).fill(body)
    page.get_by_role("button", name="Save and look at it").click()
    expect(page.get_by_role("heading", name="Who will get it")).to_be_visible()


def launch(page: Page) -> int:
    """Waits until the campaign is done and returns how many messages it sent."""
    page.get_by_role("button", name="Launch…").click()
    page.get_by_role("dialog").get_by_role("button", name="Launch", exact=True).click()
    expect(page.locator("#progress")).to_contain_text("Done", timeout=2 * PATIENCE)
    sent = page.locator("#progress .stat-list > div", has_text="Sent").locator("dd")
    return number(sent.first.inner_text())


def reachable(page: Page) -> int:
    """How many the audience preview says will get it: the last step of its funnel, in its table."""
    last = page.locator(".chart-numbers tbody tr").last
    last.wait_for(state="attached", timeout=PATIENCE)
    return number(last.locator("td.number").first.text_content() or "")


def kpi(page: Page, label: str) -> str:
    return (
        page.locator(".kpi", has=page.get_by_text(label, exact=True)).locator("b, strong").first.inner_text()
    )


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))
