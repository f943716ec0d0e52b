"""Files of a customer: kept, listed, handed out, deleted."""

import io
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.utils import IntegrityError
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import BadInput
from customers import factories
from customers.files import services, sweeping
from customers.files.models import Attachment
from customers.models import Customer, Share

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%..."


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def seller() -> User:
    return people.user(Role.SALES)


@pytest.fixture
def known(seller: User) -> Customer:
    return factories.customer(owner=seller)


@pytest.fixture
def as_seller(client: Client, seller: User) -> Client:
    client.force_login(seller)
    return client


def upload(name: str = "Contract.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def office(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        for name in ("[Content_Types].xml", *names):
            parts.writestr(name, "x")
    return made.getvalue()


def test_a_file_is_kept_and_handed_out_as_a_download(
    as_seller: Client, seller: User, known: Customer
) -> None:
    as_seller.post(f"/customers/{known.pk}/files/", {"file": upload("合同 2026.pdf")})

    kept = Attachment.objects.get()
    assert (kept.name, kept.size, kept.media_type, kept.by) == (
        "合同 2026.pdf",
        len(PDF),
        "application/pdf",
        seller,
    )
    assert "合同" not in str(kept.file.name)
    answer = as_seller.get(f"/customers/{known.pk}/files/{kept.pk}/")
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert known.entries.get(kind="file.added").summary == "合同 2026.pdf"
    assert AuditEntry.objects.get(action="file.downloaded").actor == seller


def test_the_page_and_the_panel_list_it(as_seller: Client, seller: User, known: Customer) -> None:
    services.keep(known, upload(), by=seller)

    assert "Contract.pdf" in as_seller.get(f"/customers/{known.pk}/files/").content.decode()
    assert "Contract.pdf" in as_seller.get(f"/customers/{known.pk}/panels/files/").content.decode()


def test_a_deleted_file_is_gone_from_the_disk(
    as_seller: Client, seller: User, known: Customer, django_capture_on_commit_callbacks: Any
) -> None:
    kept = services.keep(known, upload(), by=seller)

    with django_capture_on_commit_callbacks(execute=True):
        as_seller.post(f"/customers/{known.pk}/files/{kept.pk}/deletion/")

    assert not Attachment.objects.exists()
    assert not default_storage.exists(str(kept.file.name))
    assert as_seller.get(f"/customers/{known.pk}/files/{kept.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html><script>alert(1)</script>"),
        ("page.txt", b"  <!doctype html><p>hi"),
        ("picture.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("picture.png", b"<html>"),
        ("script.txt", b"#!/bin/sh\nrm -rf /"),
        ("program.exe", b"MZ\x90\x00\x03"),
        ("picture.png", PDF),
        ("contract.pdf.exe", PDF),
        ("contract", PDF),
        ("sheet.xlsm", office("xl/workbook.xml", "xl/vbaProject.bin")),
        ("sheet.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin")),
        ("sheet.docx", office("xl/workbook.xml")),
        ("broken.zip", b"PK\x03\x04broken"),
        ("empty.pdf", b""),
        ("binary.txt", b"a\x00b"),
    ],
)
def test_what_is_not_what_it_says_is_refused_with_a_reason(
    as_seller: Client, known: Customer, name: str, content: bytes
) -> None:
    answer = as_seller.post(f"/customers/{known.pk}/files/", {"file": upload(name, content)})

    assert answer.status_code == 422 or answer.status_code == 400
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.PNG", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("a.docx", office("word/document.xml"), None),
        ("a.zip", office(), "application/zip"),
        ("a.csv", "姓名,电话\n王,1".encode("gb18030"), "text/plain"),
        ("a.txt", ("汉" * 3000).encode(), "text/plain"),
        ("a.webp", b"RIFF....WEBPVP8 ", "image/webp"),
    ],
)
def test_documents_pictures_and_text_are_kept(
    seller: User, known: Customer, name: str, content: bytes, media_type: str | None
) -> None:
    kept = services.keep(known, upload(name, content), by=seller)

    assert kept.name == name.lower()
    assert media_type in (None, kept.media_type)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\me\\a.pdf", "a.pdf"),
        ("a\u202efdp.exe.pdf", "afdp.exe.pdf"),
        ("a\x00\r\nb.pdf", "ab.pdf"),
        (" .. .pdf", "file.pdf"),
        ('a"b;c.pdf', "a_b;c.pdf"),
        ("x" * 300 + ".pdf", "x" * 120 + ".pdf"),
    ],
)
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert services.cleaned_name(name, ("pdf",)) == clean


def test_too_large_and_the_same_twice_are_refused(as_seller: Client, known: Customer, settings: Any) -> None:
    address = f"/customers/{known.pk}/files/"
    as_seller.post(address, {"file": upload()})
    assert as_seller.post(address, {"file": upload("Again.pdf")}).status_code == 422
    settings.ATTACHMENT_MAX_BYTES = 10
    assert as_seller.post(address, {"file": upload("Large.pdf", PDF + b"more")}).status_code == 422
    assert as_seller.post(address).status_code == 400
    assert Attachment.objects.count() == 1
    assert len([one for one in Path(settings.MEDIA_ROOT).rglob("*") if one.is_file()]) == 1


def test_a_file_without_a_name_or_kept_twice_breaks_a_constraint(seller: User, known: Customer) -> None:
    kept = services.keep(known, upload(), by=seller)
    for wrong in ({"name": "", "digest": "x"}, {"name": "b", "digest": kept.digest}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attachment.objects.create(customer=known, size=1, media_type="a/b", **wrong)


def test_strangers_get_404_and_who_may_only_look_changes_nothing(
    client: Client, seller: User, known: Customer
) -> None:
    kept = services.keep(known, upload(), by=seller)
    stranger = people.user(Role.SALES)
    elsewhere = factories.customer(owner=stranger)
    client.force_login(stranger)
    for address in (
        f"/customers/{known.pk}/files/",
        f"/customers/{known.pk}/files/{kept.pk}/",
        f"/customers/{elsewhere.pk}/files/{kept.pk}/",
    ):
        assert client.get(address).status_code == 404
    Share.objects.create(customer=known, user=stranger, level=Share.Level.VIEW)
    assert client.get(f"/customers/{known.pk}/files/{kept.pk}/").status_code == 200
    assert (
        client.post(f"/customers/{known.pk}/files/", {"file": upload("b.pdf", PDF + b"b")}).status_code == 404
    )
    assert client.post(f"/customers/{known.pk}/files/{kept.pk}/deletion/").status_code == 404
    assert Attachment.objects.count() == 1


def test_what_a_crash_left_is_swept_after_a_day(seller: User, known: Customer, settings: Any) -> None:
    kept = services.keep(known, upload(), by=seller)
    folder = Path(settings.MEDIA_ROOT) / "attachments" / "aa"
    folder.mkdir(exist_ok=True)
    for name, age in (("old", 2 * 86400), ("young", 60)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age,) * 2)

    assert sweeping.sweep() == 1
    assert default_storage.exists(str(kept.file.name))
    assert [one.name for one in folder.iterdir()] == ["young"]


def test_a_file_missing_from_the_disk_is_not_found(as_seller: Client, seller: User, known: Customer) -> None:
    kept = services.keep(known, upload(), by=seller)
    default_storage.delete(str(kept.file.name))

    assert as_seller.get(f"/customers/{known.pk}/files/{kept.pk}/").status_code == 404


def test_an_ending_that_lies_is_told(known: Customer) -> None:
    with pytest.raises(BadInput):
        services.cleaned_name("a.pdf", ("png",))
