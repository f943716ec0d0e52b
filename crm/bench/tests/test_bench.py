"""Each benchmark runs, and says what it promised. How fast it was is nobody's business here."""

import io
import json
from importlib import import_module

import pytest
from django.core.management import call_command

from channels.connectors.base import Payload
from crm.bench import bare
from crm.bench.harness import BENCHES, Baseline, Result
from crm.bench.management.commands.bench import MODULES
from crm.bench.running import growth
from crm.bench.sink import sink

KEYS = {
    "import": {"name", "rows", "seconds", "rate", "unit", "baseline", "ratio", "peak_mb"},
    "pages": {"name", "rows", "rate", "unit", "baseline", "ratio", "p50_ms", "p95_ms", "queries"},
    "inbox": {"name", "rows", "rate", "unit", "baseline", "ratio", "p50_ms", "p95_ms", "queries"},
    "inbound": {"name", "rows", "seconds", "rate", "unit", "baseline", "ratio"},
    "api": {"name", "rows", "seconds", "rate", "unit", "baseline", "ratio"},
    "rfm": {"name", "rows", "seconds", "rate", "unit", "baseline", "ratio"},
    "scoring": {"name", "rows", "seconds", "rate", "unit", "baseline", "ratio"},
    "segments": {"name", "rows", "seconds", "rate", "unit", "baseline", "ratio", "peak_mb"},
    "campaign": {"name", "rows", "seconds", "rate", "unit", "baseline", "ratio"},
    "recommending": {"name", "rows", "seconds", "rate", "unit", "baseline", "ratio"},
    "insights": {"name", "rows", "seconds", "rate", "unit", "baseline", "ratio"},
    "journeys": {"name", "rows", "seconds", "rate", "unit", "baseline", "ratio"},
    "identity": {"name", "rows", "seconds", "rate", "unit", "baseline", "ratio"},
}
# How the names of a benchmark's figures begin.
BEGINNINGS = {name: name for name in KEYS} | {"pages": "home"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [
        ["pages", "inbox", "recommending", "insights"],
        ["scoring", "segments", "journeys"],
        ["identity", "rfm", "campaign", "api", "inbound", "import"],
    ],
    ids=str,
)
def test_a_benchmark_gives_one_object_a_line(names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for data in ("FEBRL", "RETAIL"):
        monkeypatch.setenv(data, "nowhere")
    output = io.StringIO()
    call_command("bench", *names, rows=300, json=True, stdout=output)
    results = [json.loads(line) for line in output.getvalue().splitlines()]
    for name in names:
        first = next(one for one in results if "baseline" in one and one["name"].startswith(BEGINNINGS[name]))
        assert set(first) == KEYS[name]
        assert set(first["baseline"]) == {"name", "rate"}
        assert first["rows"] >= 300


def test_every_benchmark_is_tried() -> None:
    for module in MODULES:
        import_module(f"crm.bench.{module}")
    assert set(KEYS) == set(BENCHES)


def test_a_result_survives_its_journey_between_processes() -> None:
    result = Result("import", 10, 2.0, 5.0, "rows/s", Baseline("COPY", 10.0), 0.5, peak_mb=60.0)
    assert Result.of_json(result.as_json()) == result
    assert "0.50 × COPY" in result.as_text()


def test_growth_compares_pages_of_one_name() -> None:
    small = [Result("list", 10, p50_ms=10.0, p95_ms=12.0)]
    large = [Result("list", 1000, p50_ms=20.0, p95_ms=30.0), Result("new page", 1000, p50_ms=1.0, p95_ms=1.0)]
    (found,) = growth(small, large)
    assert (found.name, found.ratio) == ("list, growth", 0.5)


@pytest.mark.slow
def test_every_sink_takes_and_counts_messages_with_dots_in_them() -> None:
    payload = Payload("a@mail.example", "b@mail.example", b"Subject: dots\r\n\r\n.\r\n..\r\nend\r\n")
    with sink() as server:
        bare.smtp(server.smtp, payload, 3)
        assert server.taken() == 3
        bare.smtp(server.void, payload, 3)
        bare.smtp_ahead(server.void, payload, 3)
        assert server.taken() == 9
        bare.over_http(server.http, payload, 3)
        assert server.taken() == 12
