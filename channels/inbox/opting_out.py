"""A text that is nothing but the word that ends such messages: it holds at once, before anybody reads it."""

from channels.campaigns import replies
from channels.inbox.hooks import Change, What

KINDS = ("sms", "whatsapp", "wechat")


def hear(change: Change) -> None:
    said = change.message
    if change.what != What.RECEIVED or said is None or said.channel is None:
        return
    if said.channel.kind in KINDS and replies.ends_it(said.text):
        replies.opt_out(change.conversation.customer, said.channel, said.address, said.text)
