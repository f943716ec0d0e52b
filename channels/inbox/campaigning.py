"""What conversations tell campaigns: whom one may still answer freely, and who wants no more of them."""

from channels import windows
from channels.inbox import hooks, opting_out
from channels.inbox.windows import heard_lately


def register() -> None:
    windows.register(heard_lately)
    hooks.on_change(opting_out.hear)
