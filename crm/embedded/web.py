"""The web process: serves on a socket that the supervisor holds, so its port stays ours while it restarts."""

import socket
import sys

import uvicorn


def main(descriptor: int) -> None:
    config = uvicorn.Config(
        "crm.asgi:application",
        lifespan="off",
        # Who a request comes from is decided in one place: settings.TRUSTED_PROXIES.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]))
