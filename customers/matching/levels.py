"""What is compared of two records, and how far they may agree. Models, scores and screens speak these words.

A model saved by Splink names its comparisons by `field` and its levels by these slugs, best level first. What
one of the two does not say is no level at all: it weighs nothing.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Comparison:
    field: str
    label: Promise
    levels: dict[str, Promise]


COMPARISONS = (
    Comparison(
        "name",
        pgettext_lazy("customer", "name"),
        {
            "same_han_name": _("Same name"),
            "same_name_key": _("Same name as it is spoken"),
            "near_given_name": _("Same family name, similar given name"),
            "near_name": _("Similar name"),
            "family_only": _("Same family name, given name unknown"),
            "given_only": _("Same given name, family name unknown or another"),
            "other_given_name": _("Same family name, another given name"),
            "other_name": _("Another name"),
        },
    ),
    Comparison(
        "phone",
        _("phone"),
        {
            "same_phone": _("Same phone, of one person"),
            "same_phone_two_names": _("Same phone, of two people"),
            "same_phone_shared": _("Same phone, shared by many"),
            "near_phone": _("Phone differs by one digit"),
            "other_phone": _("Another phone"),
        },
    ),
    Comparison(
        "email",
        _("e-mail"),
        {
            "same_email": _("Same e-mail, of one person"),
            "same_email_two_names": _("Same e-mail, of two people"),
            "same_email_shared": _("Same e-mail, shared by many"),
            "same_mailbox": _("Same e-mail name at another provider"),
            "near_email": _("E-mail differs by one letter"),
            "other_email": _("Another e-mail"),
        },
    ),
    Comparison(
        "born",
        _("birthday"),
        {
            "same_birthday": _("Same birthday"),
            "near_birthday": _("Similar birthday"),
            "other_birthday": _("Another birthday"),
        },
    ),
    Comparison(
        "place",
        _("address"),
        {
            "same_address": _("Same address"),
            "near_address": _("Similar address"),
            "same_city": _("Same city"),
            "other_place": _("Another city"),
        },
    ),
    Comparison(
        "openid",
        _("account in a channel"),
        {
            "same_openid": _("Same account in a channel"),
            "other_openid": _("Another account in a channel"),
        },
    ),
    Comparison(
        "card",
        _("member card"),
        {
            "same_card": _("Same member card, of one person"),
            "same_card_two_names": _("Same member card, of two people"),
            "same_card_shared": _("Same member card, shared by many"),
            "other_card": _("Another member card"),
        },
    ),
    Comparison(
        "visitor",
        _("website visitor"),
        {
            "same_visitor": _("Same device, of one person"),
            "same_visitor_two_names": _("Same device, of two people"),
            "same_visitor_shared": _("Same device, shared by many"),
            "other_visitor": _("Another device"),
        },
    ),
    Comparison(
        "number",
        _("identity or tax number"),
        {
            "same_number": _("Same identity or tax number"),
            "other_number": _("Another identity or tax number"),
        },
    ),
    Comparison(
        "gender",
        _("gender"),
        {
            "same_gender": _("Same gender"),
            "other_gender": _("Another gender"),
        },
    ),
)
BY_FIELD = {one.field: one for one in COMPARISONS}
# Levels that agree on a value of this column; how common the value is moves their weight.
RARITY = {"same_han_name": "han", "same_name_key": "name_key", "same_address": "address"}
# What says who it is by itself. Where too many carry it, it is a placeholder and says nothing; a day on which
# many are born is still a birthday.
HANDLES = ("phone", "email", "openid", "card", "visitor", "number", "address", "mailbox")
# Before the name of a handle: its values that too many carry. They recognise nobody and are left empty.
HOT = "hot_"
# Handles of which it counts how many different names stand beside them.
COUNTED = ("phone", "email", "card", "visitor")


def label_of(field: str, level: str) -> str:
    """A level in the reader's language; of a model with other words, its own."""
    known = BY_FIELD.get(field)
    return str(known.levels.get(level, level)) if known else level
