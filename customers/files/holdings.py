"""Attachments in the customer's copy, and in an erasure: the files go with their rows."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Remove, register


def register_all() -> None:
    register(
        Holding(
            "files.attachment",
            _("Files"),
            ("name", "size", "media_type", "at"),
            Remove(files=("file",)),
            attached=("file", "name"),
            order=45,
        )
    )
