"""How each network wants its customer files: which columns, how a value is made alike before it is hashed.

Values go out hashed or not at all. Where a network wants a column in clear, such as Google's Country and
Zip, the column is left out with those that need it. The rules were read in November 2026:

Meta: developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences (hashing) and
    facebook.com/business/help/2082575038703844 (columns). E-mail trimmed, in small letters. Phone: digits
    with the country's code, no leading zeros. Names and cities in small letters without punctuation, cities
    without spaces; country as two small letters. All SHA-256.
Google Ads: support.google.com/google-ads/answer/7659867 and
    developers.google.com/data-manager/api/get-started/formatting. E-mail in small letters without spaces, for
    gmail.com and googlemail.com without dots before the @. Phone as E.164 with its plus. SHA-256.
TikTok: ads.tiktok.com/help/article/how-to-create-a-custom-audience-with-a-customer-file. E-mail in small
    letters without spaces; phone as E.164 with its plus. SHA-256, headers Email_SHA256 and Phone_SHA256.
Tencent Ads: developers.e.qq.com/docs/audience_management/file (HASH_MOBILE_PHONE: MD5 of the eleven digits)
    and datanexus.qq.com (USERID_SHA256_MOBILE_PHONE). One number a line, no header.
Ocean Engine (ByteDance): its upload page takes MD5 or SHA-256 of the eleven digits, one number a line. Its
    reference needs a sign-in and was not read; look at the first upload's match rate.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5, sha256

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EMAIL, PHONE = "email", "phone"
MAINLAND = re.compile(r"\+86(1\d{10})")
HAN = re.compile(r"[\u3400-\u9fff]")
# Family names of two characters; all others have one.
DOUBLE = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "司徒",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "宇文",
        "长孙",
        "夏侯",
        "端木",
        "独孤",
        "南宫",
    ]
)
DOTLESS = ("gmail.com", "googlemail.com")


@dataclass(frozen=True)
class Person:
    """What may go out of a customer; e-mail and phone are empty where that one is not allowed."""

    email: str = ""
    phone: str = ""
    name: str = ""
    city: str = ""
    country: str = ""
    is_person: bool = True


Cell = Callable[[Person], str]
Hash = Callable[[str], str]


@dataclass(frozen=True)
class Network:
    """One kind of file. `keys` are the identifiers by which it finds people."""

    key: str
    label: str | Promise
    columns: tuple[tuple[str, Cell], ...]
    hash: Hash
    keys: tuple[str, ...] = (EMAIL, PHONE)
    has_header: bool = True
    ending: str = "csv"

    def row(self, person: Person) -> tuple[str, ...] | None:
        """None for whom the network could not find by this."""
        values = [cell(person) for _title, cell in self.columns]
        if not any(values[: len(self.keys)]):
            return None
        return tuple(self.hash(value) if value else "" for value in values)

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(title for title, _cell in self.columns) if self.has_header else ()

    def usable(self, key: str, person: Person) -> bool:
        """Whether this identifier of the person is of any use to the network."""
        return key in self.keys and bool(self.columns[self.keys.index(key)][1](person))


def _sha256(value: str) -> str:
    return sha256(value.encode()).hexdigest()


def _md5(value: str) -> str:
    return md5(value.encode(), usedforsecurity=False).hexdigest()


def _email(person: Person) -> str:
    return "".join(person.email.split()).lower()


def _google_email(person: Person) -> str:
    box, _at, domain = _email(person).rpartition("@")
    return f"{box.replace('.', '')}@{domain}" if domain in DOTLESS else _email(person)


def _digits(person: Person) -> str:
    return re.sub(r"\D", "", person.phone).lstrip("0")


def _e164(person: Person) -> str:
    return f"+{_digits(person)}" if _digits(person) else ""


def _mainland(person: Person) -> str:
    """The eleven digits; the networks of the mainland know no others."""
    found = MAINLAND.fullmatch(person.phone)
    return found[1] if found else ""


def _plain(text: str) -> str:
    """Small letters; neither punctuation nor signs."""
    kept = (
        sign for sign in unicodedata.normalize("NFC", text.lower()) if unicodedata.category(sign)[0] in "LMNZ"
    )
    return " ".join("".join(kept).split())


def _names(person: Person) -> tuple[str, str]:
    """Given name and family name, as far as one name tells them apart."""
    if not person.is_person:
        return "", ""
    if HAN.match(person.name) and " " not in person.name.strip():
        name = _plain(person.name)
        family = name[:2] if name[:2] in DOUBLE and len(name) > 2 else name[:1]
        return name.removeprefix(family), family
    given, _space, family = _plain(person.name).rpartition(" ")
    return given, family


def _given(person: Person) -> str:
    return _names(person)[0]


def _family(person: Person) -> str:
    return _names(person)[1]


def _city(person: Person) -> str:
    return _plain(person.city).replace(" ", "")


def _country(person: Person) -> str:
    return person.country.strip().lower()


_META = (
    *(("email", _email), ("phone", _digits), ("fn", _given)),
    *(("ln", _family), ("ct", _city), ("country", _country)),
)
_GOOGLE = (("Email", _google_email), ("Phone", _e164))
_TIKTOK = (("Email_SHA256", _email), ("Phone_SHA256", _e164))
_ONE_PHONE = (("phone", _mainland),)
NETWORKS = {
    one.key: one
    for one in (
        Network("meta", _("Meta custom audience"), _META, _sha256),
        Network("google", _("Google Ads customer match"), _GOOGLE, _sha256),
        Network("tiktok", _("TikTok customer file"), _TIKTOK, _sha256),
        Network("ocean_sha256", _("Ocean Engine (SHA-256)"), _ONE_PHONE, _sha256, (PHONE,), False, "txt"),
        Network("ocean_md5", _("Ocean Engine (MD5)"), _ONE_PHONE, _md5, (PHONE,), False, "txt"),
        Network("tencent_sha256", _("Tencent Ads (SHA-256)"), _ONE_PHONE, _sha256, (PHONE,), False, "txt"),
        Network("tencent_md5", _("Tencent Ads (MD5)"), _ONE_PHONE, _md5, (PHONE,), False, "txt"),
    )
}
