"""Golden vectors: what each network gets, hashed here from values made alike by hand as its page asks.

The digests that are spelled out were made by sha256sum and md5sum, so that hashing is not judged by itself.
"""

import re
from hashlib import sha256

from channels.audiences.formats import NETWORKS, Person

WANG = Person(" Xiao.Wang@Gmail.com ", "+8613812345678", "王小明", "上海", "CN")
SMITH = Person("Ann.Smith@Example.co.uk", "+442071838750", "Ann-Marie O'Smith", "St. Albans", "GB")
HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
FIRM = Person("office@firm.test", "", "Blue Ltd", "Bonn", "DE", is_person=False)


def of(*values: str) -> tuple[str, ...]:
    return tuple(sha256(one.encode()).hexdigest() if one else "" for one in values)


def test_meta_gets_everything_hashed() -> None:
    meta = NETWORKS["meta"]
    assert meta.header == ("email", "phone", "fn", "ln", "ct", "country")
    assert meta.row(WANG) == of("xiao.wang@gmail.com", "8613812345678", "小明", "王", "上海", "cn")
    assert meta.row(SMITH) == of(
        "ann.smith@example.co.uk", "442071838750", "annmarie", "osmith", "stalbans", "gb"
    )
    assert meta.row(FIRM) == of("office@firm.test", "", "", "", "bonn", "de")
    assert meta.row(Person(phone="+8613812345678", name="欧阳娜娜")) == of(
        "", "8613812345678", "娜娜", "欧阳", "", ""
    )


def test_google_knows_gmail_without_dots_and_wants_the_plus() -> None:
    google = NETWORKS["google"]
    assert google.header == ("Email", "Phone")
    assert google.row(WANG) == of("xiaowang@gmail.com", "+8613812345678")
    assert google.row(SMITH) == of("ann.smith@example.co.uk", "+442071838750")


def test_tiktok_keeps_dots_and_wants_the_plus() -> None:
    tiktok = NETWORKS["tiktok"]
    assert tiktok.header == ("Email_SHA256", "Phone_SHA256")
    assert tiktok.row(WANG) == of("xiao.wang@gmail.com", "+8613812345678")
    assert tiktok.row(SMITH) == of("ann.smith@example.co.uk", "+442071838750")
    assert tiktok.row(Person(" Test@EXAMPLE.com\t", "+16577770000")) == (
        "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b",
        "a6e82c2f4091baff57a4f33d01efb65bfbeacbbfbcfaa9d0ff9f57d28d78fedb",
    )
    assert tiktok.row(Person(email="test@example.com")) == of("test@example.com", "")


def test_networks_of_the_mainland_get_eleven_digits_and_nobody_else() -> None:
    for name in ("ocean", "tencent"):
        assert NETWORKS[f"{name}_sha256"].row(WANG) == of("13812345678")
        assert NETWORKS[f"{name}_md5"].row(WANG) == ("4c0115d39ddea1eba5a7cdf8edfc18a9",)
        assert NETWORKS[f"{name}_md5"].row(SMITH) is None
        assert NETWORKS[f"{name}_md5"].header == ()


def test_whoever_has_neither_is_in_no_file() -> None:
    for network in NETWORKS.values():
        assert network.row(Person(name="Ann Smith", city="Bath", country="GB")) is None
        row = network.row(WANG)
        assert row
        assert all(HASH.fullmatch(cell) for cell in row)
