"""Addresses in mails: reading them, and those that only we can have given."""

from channels.connectors.marks import key_in, message_id, reply_address, token_in

__all__ = ["key_in", "message_id", "reply_address", "token_in"]
