"""A program with a token, as tests play it."""

import json
from typing import Any

from django.test import Client

from crm.accounts.models import User
from crm.api import factories


class Answer:
    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.data: Any = json.loads(response.content) if response.content else None


class Caller:
    def __init__(self, user: User, *scopes: str, **options: object) -> None:
        self.user = user
        self.secret = factories.token(user, *scopes, **options)
        self.client = Client(raise_request_exception=False)

    def ask(self, method: str, path: str, data: Any = None, **headers: str) -> Answer:
        body = data if isinstance(data, bytes) else b"" if data is None else json.dumps(data).encode()
        return Answer(
            self.client.generic(
                method,
                f"/api/v1/{path}",
                body,
                content_type="application/json",
                headers={"Authorization": f"Bearer {self.secret}", "Accept-Language": "en", **headers},
            )
        )

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, data: Any, **headers: str) -> Answer:
        return self.ask("POST", path, data, **headers)

    def put(self, path: str, data: Any, **headers: str) -> Answer:
        return self.ask("PUT", path, data, **headers)

    def patch(self, path: str, data: Any, **headers: str) -> Answer:
        return self.ask("PATCH", path, data, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.ask("DELETE", path, **headers)
