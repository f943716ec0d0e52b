"""Calls of providers as Django's form of a request, put together by hand: no limits meant for browsers, and
nothing of it is written to a disk.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

MULTIPART = re.compile(rb"--([0-9A-Za-z'()+_,./:=?-]{1,70})\r\n")
NAME = re.compile(r'(?i)[; ]name="([^"\r\n]*)"')
FILE_NAME = re.compile(r'(?i)filename="([^"\r\n]*)"')
TYPE = re.compile(r"(?im)^content-type:[ \t]*([^\r\n]+)")
MOST_FIELDS = 2_000


def content_type_of(raw: bytes) -> str:
    """What a body is, by its first bytes: of a stored call nothing else is left."""
    if found := MULTIPART.match(raw):
        return f"multipart/form-data; boundary={found[1].decode()}"
    if raw.lstrip()[:1] in (b"{", b"["):
        return "application/json"
    return "application/x-www-form-urlencoded"


def django_request(raw: bytes, headers: Mapping[str, str]) -> HttpRequest:
    request = HttpRequest()
    request.method, request._body = "POST", raw
    kind, _, _rest = content_type_of(raw).partition(";")
    request.content_type = kind
    request.META.update({f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()})
    fields = QueryDict(mutable=True)
    files: MultiValueDict[str, SimpleUploadedFile] = MultiValueDict()
    if kind.startswith("multipart/"):
        for name, file_name, media_type, data in _parts(raw):
            if file_name:
                files.appendlist(name, SimpleUploadedFile(file_name, data, media_type))
            else:
                fields.appendlist(name, data.decode("utf-8", "replace"))
    elif kind.endswith("urlencoded"):
        text = raw.decode("utf-8", "replace")
        for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS):
            fields.appendlist(name, value)
    request.POST, request.FILES = fields, files  # type: ignore[assignment]
    return request


def _parts(raw: bytes) -> Iterator[tuple[str, str, str, bytes]]:
    """Name, file name, type and bytes of each part."""
    found = MULTIPART.match(raw)
    if found is None:
        return
    for piece in raw.split(b"\r\n--" + found[1], MOST_FIELDS):
        head, _, data = piece.partition(b"\r\n\r\n")
        text = head.decode("utf-8", "replace")
        if name := NAME.search(text):
            file_name, kind = FILE_NAME.search(text), TYPE.search(text)
            yield name[1], file_name[1] if file_name else "", kind[1] if kind else "", data
