"""The OpenAPI document, and what our own page shows of it.

The usual viewers run scripts from elsewhere and write styles into the page; ours is plain HTML.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext

from crm.api.auth import Bearer
from crm.api.making import PREFIX, api

METHODS = ("get", "post", "put", "patch", "delete")
ERRORS = {
    "401": "No valid token",
    "403": "The token lacks the scope",
    "429": "Too many requests",
}


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    is_required: bool
    refers_to: str = ""


@dataclass(frozen=True)
class Endpoint:
    """One thing that can be asked."""

    key: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: list[Field]
    body: Field | None
    answers: list[tuple[str, str]]


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The same for everybody, so made once."""
    made = dict(api.get_openapi_schema(path_prefix=PREFIX))
    scopes = _scopes()
    for path, operations in made["paths"].items():
        for operation in operations.values():
            operation["security"] = [{"Bearer": []}]
            operation["x-scope"] = scopes.get(operation["operationId"], "")
            _add_problems(operation["responses"], has_path="{" in path)
    made["components"]["securitySchemes"] = {"Bearer": {"type": "http", "scheme": "bearer"}}
    return made


def groups() -> list[tuple[str, list[Endpoint]]]:
    """The endpoints by what they are about."""
    found: dict[str, list[Endpoint]] = {}
    for path, operations in document()["paths"].items():
        for method in METHODS:
            if method in operations:
                endpoint = _endpoint(path, method, operations[method])
                found.setdefault(operations[method]["tags"][0], []).append(endpoint)
    return [(gettext(name), endpoints) for name, endpoints in found.items()]


def schemas() -> list[tuple[str, list[Field]]]:
    """The objects that requests and answers consist of."""
    known = document()["components"]["schemas"]
    return [(name, list(_fields(one))) for name, one in sorted(known.items()) if "properties" in one]


def _endpoint(path: str, method: str, operation: Mapping[str, Any]) -> Endpoint:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return Endpoint(
        key=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=gettext(operation["summary"]),
        description=gettext(operation["description"]) if operation.get("description") else "",
        scope=operation["x-scope"],
        parameters=[
            Field(one["name"], _kind(one["schema"]), bool(one.get("required")))
            for one in operation.get("parameters", [])
        ],
        body=Field("", _kind(body), is_required=True, refers_to=_reference(body)) if body else None,
        answers=[
            (status, _answer(one)) for status, one in operation["responses"].items() if int(status) < 300
        ],
    )


def _answer(response: Mapping[str, Any]) -> str:
    content = response.get("content", {}).get("application/json", {}).get("schema", {})
    return _kind(content) if content else ""


def _fields(schema: Mapping[str, Any]) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, one in schema["properties"].items():
        yield Field(name, _kind(one), name in required, _reference(one))


def _kind(schema: Mapping[str, Any]) -> str:
    """The type of a value in a few words: "string ≤ 40 | null"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(f'"{one}"' for one in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if schema.get("type") == "array":
        most = f" ≤ {schema['maxItems']}" if "maxItems" in schema else ""
        return f"[{_kind(schema.get('items', {}))}]{most}"
    kind = schema.get("format") or schema.get("type", "any")
    return f"{kind} ≤ {schema['maxLength']}" if "maxLength" in schema else str(kind)


def _reference(schema: Mapping[str, Any]) -> str:
    for one in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        if "$ref" in one:
            return str(one["$ref"]).rpartition("/")[2]
    return ""


def _scopes() -> dict[str, str]:
    """The scope each operation asks for."""
    return {
        operation.operation_id or api.get_openapi_operation_id(operation): callback.scope
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
        for callback in operation.auth_callbacks
        if isinstance(callback, Bearer)
    }


def _add_problems(responses: dict[Any, Any], *, has_path: bool) -> None:
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema}}
    common = {**ERRORS, "400": "Not understood", "422": "Values that cannot be used", "409": "A rule says no"}
    for status, text in {**common, "404": "Not there, or not visible"}.items():
        responses.setdefault(status, {"description": text, "content": content})
