"""Many messages for one channel share a line; a few go by themselves."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from channels import services as channels
from channels.campaigns.tests.conftest import Sink
from channels.consent.models import Purpose
from channels.direct import bursts, tasks
from channels.direct.models import DirectMessage
from channels.models import Channel
from customers import factories

pytestmark = pytest.mark.django_db
State = DirectMessage.State


def lay_out(channel: Channel, number: int) -> list[DirectMessage]:
    people = [factories.customer(email=f"{one}@example.com", country="CN") for one in range(number)]
    laid_out = [
        DirectMessage(
            customer=one, channel=channel, purpose=Purpose.SERVICE, subject="Hi", body="Ho", is_automatic=True
        )
        for one in people
    ]
    return DirectMessage.objects.bulk_create(laid_out)


def lines_for(messages: list[DirectMessage]) -> int:
    with patch.object(channels, "open_session", wraps=channels.open_session) as opened:
        tasks.wake(messages)
    return opened.call_count


def test_many_share_a_line_and_each_arrives_once(sink: Sink, channel: Channel) -> None:
    messages = lay_out(channel, bursts.FEW + 1)
    assert lines_for(messages) == 1
    assert set(sink.counts.values()) == {1}
    assert len(sink.mails) == len(messages)
    assert DirectMessage.objects.filter(state=State.ACCEPTED).count() == len(messages)


def test_a_few_go_by_themselves(sink: Sink, channel: Channel) -> None:
    assert lines_for(lay_out(channel, 2)) == 2
    assert len(sink.mails) == 2


def test_a_provider_that_asks_for_patience_gets_it(sink: Sink, channel: Channel) -> None:
    messages = lay_out(channel, bursts.REFUSALS + 2)
    sink.answers.update({f"{one}@example.com": "450 Later" for one in range(bursts.REFUSALS)})
    assert not bursts.send(channel.pk)
    assert sink.mails == []
    waiting = DirectMessage.objects.filter(state=State.READY)
    assert (waiting.count(), waiting.due().count()) == (len(messages), 2)


def test_one_mailbox_that_says_later_holds_up_nobody_else(sink: Sink, channel: Channel) -> None:
    lay_out(channel, bursts.REFUSALS + 2)
    sink.answers["0@example.com"] = "450 Later"
    assert not bursts.send(channel.pk)
    assert len(sink.mails) == bursts.REFUSALS + 1


def test_a_provider_that_is_down_is_asked_once(channel: Channel) -> None:
    channel.config |= {"host": "127.0.0.1", "port": 9}
    channel.save()
    messages = lay_out(channel, 3)
    assert not bursts.send(channel.pk)
    assert DirectMessage.objects.due().count() == len(messages) - 1


def test_who_has_no_time_left_says_that_some_wait(sink: Sink, channel: Channel) -> None:
    lay_out(channel, 2)
    assert bursts.send(channel.pk, seconds=0)
    assert sink.mails == []
    assert not bursts.send(channel.pk)
    assert len(sink.mails) == 2


def test_what_is_due_later_is_left(sink: Sink, channel: Channel) -> None:
    lay_out(channel, 1)
    DirectMessage.objects.update(due_at=timezone.now() + timedelta(hours=1))
    assert not bursts.send(channel.pk)
    assert sink.mails == []
