"""Looking at a page: waiting until it is still, and asking axe-core what bars somebody from using it."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

# Workers share the machine with everything else that runs.
PATIENCE = 60_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Only a rule that is not among these would need the style sheets loaded beforehand.
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"], "iframes": False, "preload": False}
WORST = ("serious", "critical")
# Only what is wrong comes back: all that is right is a megabyte.
RUN = """async options => (await axe.run(document, options)).violations
    .map(one => ({id: one.id, impact: one.impact, html: one.nodes[0].html.slice(0, 200)}))"""

# Nothing is on its way any more.
MOVING = ".htmx-request, .htmx-swapping, .htmx-settling"
STILL = f"""async () => {{
    const end = Date.now() + {PATIENCE};
    while (document.querySelector("{MOVING}")) {{
        if (Date.now() > end) throw new Error("something is still on its way");
        await new Promise(done => setTimeout(done, 10));
    }}
}}"""


def settle(page: Page) -> None:
    expect(page.locator(MOVING)).to_have_count(0, timeout=PATIENCE)


def bring_axe(page: Page) -> None:
    """From now on every page it opens has axe-core: sent once instead of half a megabyte for each page."""
    page.add_init_script(AXE_SCRIPT)


def barriers(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return worst(page.evaluate(RUN, OPTIONS))


def worst(violations: list[dict[str, str]]) -> list[str]:
    return [f"{one['id']}: {one['html']}" for one in violations if one["impact"] in WORST]
