import pytest
from django.test import Client

from channels.inbox.models import Conversation, Message
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories as customers


@pytest.fixture
def writer(db: None) -> User:
    return people.user(Role.SERVICE)


@pytest.fixture
def manager(db: None) -> User:
    return people.user(Role.OPERATIONS)


def as_(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def asked(writer: User) -> Conversation:
    """A conversation of the writer's in which the customer asked something."""
    conversation = Conversation.objects.create(
        customer=customers.customer(), assignee=writer, language="zh-hans"
    )
    Message.objects.create(
        conversation=conversation, direction="in", text="你好，我上周买的杯子坏了，想退货，运费谁承担？"
    )
    return conversation
