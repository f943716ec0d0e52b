"""What connectors that carry files promise: the file goes first, and without it no message does."""

from dataclasses import replace
from typing import Any

import pytest

from channels.connectors import registry, wechat
from channels.connectors.base import Accepted, CannotRender, Outcome, Payload, Rejected, Retry
from channels.connectors.files import Enclosed, Upload
from channels.connectors.tests import stages
from channels.connectors.tests.api_stages import said
from channels.connectors.tests.providers import DROP, Provider, http_answer, serving
from channels.connectors.tests.stages import Stage
from channels.connectors.tests.test_contract import CONTENT, ENVELOPE
from channels.connectors.uploading import parcel

PICTURE = Enclosed('照片 "1".png', "image/png", b"\x89PNG\r\n\x1a\n123")
WITH_FILES = [one for one in stages.every() if registry.get(one.key).caps.file_kinds]
each_stage = pytest.mark.parametrize("stage", WITH_FILES, ids=lambda stage: stage.key)


@pytest.fixture(autouse=True)
def _no_tokens() -> None:
    wechat.forget_tokens()


def rendered(stage: Stage, *files: Enclosed, **fields: str) -> Payload:
    prepared = registry.get(stage.key).prepare(replace(CONTENT, text="{{ body }}"), stage.config)
    return prepared.render(replace(ENVELOPE, to=stage.to, files=files, fields={"body": "", **fields}))


def sent(stage: Stage, answer: bytes) -> tuple[Outcome, Provider]:
    assert stage.takes_files
    with serving(stage.takes_files(answer)) as provider, stage.open_at("127.0.0.1", provider.port) as session:
        return session.send(rendered(stage, PICTURE), "key", 2), provider


@each_stage
def test_a_message_names_the_file_that_went_before(stage: Stage) -> None:
    outcome, provider = sent(stage, b"")
    assert isinstance(outcome, Accepted)
    (message,) = provider.messages
    assert b"M7" in message
    assert b"PNG" not in message


@each_stage
@pytest.mark.parametrize("answer", [DROP, http_answer(500), http_answer(429), said(200), b"SSH-2.0\r\n"])
def test_without_the_file_nothing_was_sent(stage: Stage, answer: bytes) -> None:
    outcome, provider = sent(stage, answer)
    assert isinstance(outcome, Retry)
    assert provider.messages == []


@each_stage
def test_a_refused_file_says_nothing_about_the_address(stage: Stage) -> None:
    answer = http_answer(413) if stage.key == "whatsapp" else said(200, errcode=40003, errmsg="no")
    outcome, provider = sent(stage, answer)
    assert isinstance(outcome, Rejected)
    assert not outcome.permanent
    assert provider.messages == []


@each_stage
def test_what_the_provider_does_not_take_is_never_tried(stage: Stage) -> None:
    (most,) = (one.most for one in registry.get(stage.key).caps.file_kinds if one.name == "image")
    unfit: list[tuple[Any, ...]] = [
        (replace(PICTURE, content_type="image/heic"),),
        (replace(PICTURE, data=b"x" * (most + 1)),),
        (PICTURE, PICTURE),
    ]
    for files in unfit:
        with pytest.raises(CannotRender, match="files"):
            rendered(stage, *files)
    with pytest.raises(CannotRender, match="files"):
        rendered(stage, PICTURE, body="and words")


def test_no_name_breaks_out_of_its_place() -> None:
    hostile = replace(PICTURE, name='a"\r\nContent-Type: text/html\r\n\r\n.png')
    head = parcel(Upload(hostile, "/x", ("image", "id"))).data.partition(b"\r\n\r\n")[0]
    assert head.count(b"Content-Type") == 2
    assert head.endswith(b"Content-Type: image/png")
