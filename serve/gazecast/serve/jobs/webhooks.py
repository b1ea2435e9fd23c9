"""Tells a job's end to the address that the job asked for.

Signed as https://www.standardwebhooks.com describes, so that its libraries verify it: the headers
webhook-id (the same in every attempt), webhook-timestamp and webhook-signature. The URL is a
stranger's, so it is https only, its name is resolved here and no address outside the internet is
called (rembg's URL fetching showed the way), the connection goes to the address that was checked,
and redirects are not followed.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import json
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import anyio
import anyio.abc
import h11

from gazecast.data.errors import GazecastError

TIMEOUT_SECONDS = 15.0
"""For an attempt as a whole, from the look-up of the name to the answer."""

RETRY_SECONDS = (5, 30, 120, 600, 3_600, 3 * 3_600, 6 * 3_600)
"""Waits between attempts; after the last one there are no more."""

_MAX_URL = 2_000

_MAX_INTERIM = 5
"""Answers with a status from 100 to 199 before the one that counts."""


class WebhookError(GazecastError):
    """The webhook cannot be sent, or was not taken. The message is for who made the job."""


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """secret: as in the setting, base64 after whsec_.
    private: whether to call addresses outside the internet too.
    ca: PEM file with authorities to trust besides the system's."""

    secret: str
    private: bool
    ca: Path | None

    async def send(self, url: str, message_id: str, body: bytes) -> None:
        """Raises WebhookError unless the receiver answers with a status from 200 to 299."""
        target = check_url(url)
        timestamp = int(time.time())
        headers = {
            "host": target.netloc,
            "content-type": "application/json",
            "content-length": str(len(body)),
            "user-agent": "gazecast",
            "connection": "close",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self.secret, message_id, timestamp, body),
        }
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        try:
            with anyio.fail_after(TIMEOUT_SECONDS):
                addresses = await self._resolve(target)
                status = await self._post(target, addresses, path, headers, body)
        except TimeoutError as error:
            raise WebhookError(f"There was no answer within {TIMEOUT_SECONDS:.0f} s.") from error
        except ssl.SSLError as error:
            raise WebhookError("The receiver's certificate is not trusted.") from error
        except (OSError, anyio.BrokenResourceError, anyio.EndOfStream) as error:
            raise WebhookError("The receiver cannot be reached.") from error
        except h11.ProtocolError as error:
            raise WebhookError("The receiver's answer is no HTTP.") from error
        if not 200 <= status < 300:
            raise WebhookError(f"The receiver answered with status {status}.")

    async def _resolve(self, target: SplitResult) -> list[str]:
        """The addresses of the URL's host. Raises WebhookError when one of them may not be
        called: then none is, as a name that mixes them is up to something."""
        found = await anyio.getaddrinfo(
            target.hostname or "", target.port or 443, type=socket.SOCK_STREAM
        )
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self.private and not all(is_public(address) for address in addresses):
            raise WebhookError("The host has an address that is not on the internet.")
        return addresses

    async def _post(
        self,
        target: SplitResult,
        addresses: list[str],
        path: str,
        headers: dict[str, str],
        body: bytes,
    ) -> int:
        context = ssl.create_default_context()
        if self.ca is not None:
            context.load_verify_locations(self.ca)
        connection = h11.Connection(h11.CLIENT)
        async with await _connect(addresses, target, context) as stream:
            request = h11.Request(method="POST", target=path, headers=list(headers.items()))
            for part in (request, h11.Data(body), h11.EndOfMessage()):
                await stream.send(connection.send(part) or b"")
            interim = 0
            while not isinstance(answer := connection.next_event(), h11.Response):
                if answer is h11.NEED_DATA:
                    connection.receive_data(await stream.receive())
                elif (interim := interim + 1) > _MAX_INTERIM:
                    raise WebhookError(
                        f"The receiver sent more than {_MAX_INTERIM} interim answers "
                        "(such as 100 Continue) and no final one."
                    )
            return answer.status_code


async def _connect(
    addresses: list[str], target: SplitResult, context: ssl.SSLContext
) -> anyio.abc.ByteStream:
    """To the first address that answers. Raises OSError."""
    for address in addresses[:-1]:
        try:
            return await _connect([address], target, context)
        except ssl.SSLError:
            raise
        except OSError:
            continue
    return await anyio.connect_tcp(
        addresses[-1],
        target.port or 443,
        ssl_context=context,
        tls_hostname=target.hostname,
        tls_standard_compatible=False,
    )


def check_url(url: str) -> SplitResult:
    """The parts of a webhook's URL. Raises WebhookError when it may not be one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WebhookError("It is no URL.") from error
    if len(url) > _MAX_URL or not url.isascii() or any(c <= " " or c == "\x7f" for c in url):
        raise WebhookError(f"It is no URL of at most {_MAX_URL:,} ASCII characters.")
    if parts.scheme != "https":
        raise WebhookError("Its scheme is not https.")
    if not parts.hostname or port == 0 or "@" in parts.netloc:
        raise WebhookError("It has no host, a wrong port, or a user name in it.")
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address is on the internet, also where it is an IPv4 address in IPv6's
    clothes."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _NOT_PUBLIC_V4)
    inner = ip.ipv4_mapped or ip.sixtofour
    if ip in _NAT64:
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if inner is not None:
        return is_public(str(inner))
    return ip in _GLOBAL_UNICAST and not any(ip in network for network in _NOT_PUBLIC_V6)


# By IANA's registries of special-purpose addresses (RFC 6890, as of 2026). A table of our own, as
# ipaddress.is_global differs between versions of Python.
_NOT_PUBLIC_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared, behind a carrier's NAT
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # Azure's own services, from its virtual machines
            "169.254.0.0/16",  # link-local, clouds' metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments; Oracle's metadata
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # relays of 6to4, given up
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that is handed out. Outside are loopback, fc00::/7, fe80::/10, fec0::/10, ff00::/8, ::/96,
::ffff:0:0:0/96, 64:ff9b:1::/48, 100::/64 and 5f00::/16."""

_NOT_PUBLIC_V6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # protocol assignments, Teredo, benchmarks
            "2001:db8::/32",  # documentation
            "3fff::/20",  # documentation
        ),
    )
)

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The webhook-signature header."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def job_finished(job_id: str, counts: dict[str, int]) -> tuple[str, bytes]:
    """Id and body of the message. Names and results are not in it: the receiver asks for them."""
    message = {
        "type": "job.finished",
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": {
            "id": job_id,
            "done": counts.get("done", 0),
            "failed": counts.get("failed", 0),
        },
    }
    return f"job-{job_id}", json.dumps(message).encode()
