"""The few ways in which the product says no."""


class Refused(Exception):
    """A rule says no. The message is for the person who asked: a toast on a page, 409 in the API."""

    status = 409


class BadInput(Refused):
    """What came in cannot be understood, such as a forged page cursor or an unknown sort key."""

    status = 400


class TemporaryFailure(Exception):
    """The outside said: not now. Trying again later is safe."""


class PermanentFailure(Exception):
    """The outside said: never. Trying again would only repeat the answer."""
