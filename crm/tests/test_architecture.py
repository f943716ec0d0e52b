"""Rules about the code itself."""

import ast
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(settings.BASE_DIR)
OURS = ("crm", "customers", "channels", "segments", "feedback", "loyalty")
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_TEMPLATE, LONGEST_SCRIPT = 400, 40, 150, 100

# Views that anybody may open, each with its reason. Everything else asks for sign-in.
PUBLIC = {
    "ninja.operation.sync_view_wrapper": "every endpoint of the API asks for a token",
    "crm.api.making.nowhere": "programs are told in their own way that there is nothing",
    "crm.api.views.schema": "programs ask with a token",
    "allauth.": "signing in cannot need a sign-in",
    "django.contrib.admin.sites": "the admin's own sign-in page sends everybody to ours",
    "django.views.i18n": "the sign-in page can be read in both languages",
    "crm.desk.views.theme": "the sign-in page can be light or dark",
    "crm.desk.views.livez": "monitors ask whether the process is alive",
    "customers.tasks.calendar_views.feed": "calendar programs bring a signed address",
    "channels.campaigns.templating.public": "mails show their pictures to whoever reads them",
    "channels.campaigns.public": "customers open, click and unsubscribe without an account",
    "customers.quality.public": "customers look over their own data without an account",
    "channels.inbound.public_views": "providers bring a signature instead of a session",
    "channels.chat": "visitors of websites chat and fill in forms without an account",
    "channels.social.views.click": "readers of a post have no account",
    "channels.landing.public_views": "whoever is interested looks and sends without an account",
    "channels.events.public_views": "guests register and see their ticket without an account",
    "channels.reports.public_views": "customers rate a conversation without an account",
    "channels.knowledge.public_views": "customers read the help pages without an account",
    "channels.consent.public": "customers see and change what they allow without an account",
}


def sources() -> list[Path]:
    return [
        path
        for app in OURS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and "tests" not in path.parts
    ]


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines for path in sources() if (lines := line_count(path)) > LONGEST_FILE
    }
    assert long == {}


def test_templates_stay_short() -> None:
    templates = (ROOT / "templates").rglob("*.html")
    assert [str(path) for path in templates if line_count(path) > LONGEST_TEMPLATE] == []


def test_scripts_stay_short() -> None:
    assert [str(path) for path in (ROOT / "static").rglob("*.js") if line_count(path) > LONGEST_SCRIPT] == []


def test_functions_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_every_model_says_who_may_see_it() -> None:
    silent = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith(OURS)
        and not hasattr(model._default_manager, "visible_to")
        and not getattr(model, "access", "")
    ]
    assert silent == []


def test_views_read_only_what_their_user_may_see() -> None:
    """Reads in views start at visible_to; other uses of a manager there are a side door."""
    doors = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources()
        if path.name in ("views.py", "api.py", "panels.py") or "= Router(" in path.read_text()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if ".objects." in line and ".visible_to(" not in line and "# no customer data" not in line
    ]
    assert doors == []


def test_every_address_asks_for_sign_in_unless_it_is_listed() -> None:
    unlisted = [
        f"{pattern.pattern} → {name}"
        for pattern in every_pattern(get_resolver())
        if not getattr(pattern.callback, "login_required", True)
        and not (name := f"{pattern.callback.__module__}.{pattern.callback.__name__}").startswith(
            tuple(PUBLIC)
        )
    ]
    assert unlisted == []


def test_nothing_is_marked_safe_outside_its_three_modules() -> None:
    # The third only marks what the HTML cleaner let through.
    allowed = {"crm/lib/templatetags/ui.py", "crm/lib/charts.py", "channels/knowledge/markup.py"}
    marked = {str(path.relative_to(ROOT)) for path in sources() if "mark_safe" in path.read_text()}
    assert marked <= allowed


def test_pages_carry_no_inline_script_or_style() -> None:
    inline = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if " style=" in line or " onclick=" in line or " onchange=" in line or "<style" in line
        if "mail" not in path.parts
    ]
    assert inline == []


def every_pattern(resolver: URLResolver) -> list[URLPattern]:
    found: list[URLPattern] = []
    for pattern in resolver.url_patterns:
        found += every_pattern(pattern) if isinstance(pattern, URLResolver) else [pattern]
    return found


def line_count(path: Path) -> int:
    return len(path.read_text().splitlines())
