"""Which connectors there are. Every module of this folder is imported once and registers its own."""

import pkgutil
from collections.abc import Iterable
from importlib import import_module
from typing import TypeVar

from channels import connectors
from channels.connectors.base import Connector

Kind = TypeVar("Kind", bound=type[Connector])

_connectors: dict[str, Connector] = {}


class NoSuchConnector(LookupError):
    """A channel names a connector that this installation does not have."""


def register(connector: Kind) -> Kind:
    """Class decorator that makes a connector known under its key."""
    _connectors[connector.key] = connector()
    return connector


def get(key: str) -> Connector:
    try:
        return _connectors[key]
    except KeyError:
        raise NoSuchConnector(key) from None


def every() -> Iterable[Connector]:
    return _connectors.values()


def load() -> None:
    """Imports every connector; called when Django is ready."""
    for module in pkgutil.iter_modules(connectors.__path__):
        if not module.ispkg:
            import_module(f"{connectors.__name__}.{module.name}")
