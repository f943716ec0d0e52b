from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up: administrators invite. Links in mails never trust the Host header."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        path: str = super().get_reset_password_from_key_url(key)
        return settings.PUBLIC_URL + "/" + path.split("://", 1)[-1].split("/", 1)[-1]
