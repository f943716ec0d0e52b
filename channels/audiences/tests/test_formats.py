"""Golden vectors: what each network gets, hashed here from values that were made alike by hand."""

from hashlib import md5, sha256

from channels.audiences.formats import NETWORKS, Person

WANG = Person(" Xiao.Wang@Gmail.com ", "+8613812345678", "王小明", "上海", "CN")
SMITH = Person("Ann.Smith@Example.co.uk", "+442071838750", "Ann-Marie O'Smith", "St. Albans", "GB")
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
    # The example of TikTok's own page.
    known = "65b7e6dcf6f4310f8d7cbfbd78289a753062fb054d6664fb9aaac5df66a422d4"
    assert tiktok.row(Person(phone="+16577770000")) in (of("", "+16577770000"), ("", known))


def test_networks_of_the_mainland_get_eleven_digits_and_nobody_else() -> None:
    for name in ("ocean", "tencent"):
        assert NETWORKS[f"{name}_sha256"].row(WANG) == of("13812345678")
        assert NETWORKS[f"{name}_md5"].row(WANG) == (md5(b"13812345678", usedforsecurity=False).hexdigest(),)
        assert NETWORKS[f"{name}_md5"].row(SMITH) is None
        assert NETWORKS[f"{name}_md5"].header == ()


def test_whoever_has_neither_is_in_no_file() -> None:
    for network in NETWORKS.values():
        assert network.row(Person(name="Ann Smith", city="Bath", country="GB")) is None
        row = network.row(WANG)
        assert row
        assert not any("wang" in cell.lower() or "138" in cell == "13812345678" for cell in row)
