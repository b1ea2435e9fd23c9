"""Pictures of frames from Figma's REST API.

Figma renders a frame, answers with the address of the picture, and the picture is fetched from
there. The token goes to Figma's API alone, and pictures are fetched from Figma's own storage alone:
an answer cannot send this program elsewhere in the user's network.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import SplitResult, parse_qs, urlsplit

import httpx2

from gazecast.data.errors import GazecastError

API = "https://api.figma.com"

MAX_BYTES = 64 * 1024 * 1024
"""Of a picture, as the service takes it."""

LONGEST_WAIT_SECONDS = 60
"""That a rate limit is waited for; after a longer one the user may as well come back."""

_MAX_ANSWER_BYTES = 1024 * 1024
_TIMEOUT_SECONDS = 60.0  # Figma renders before it answers
_KINDS = {"file", "design", "proto", "board"}
# Where Figma keeps what it has rendered: an S3 bucket, named in full as anyone may have others.
_STORAGE = "figma-alpha-api.s3.us-west-2.amazonaws.com"


class FigmaError(GazecastError):
    """The picture cannot be had. The message says what to do."""


@dataclass(frozen=True, slots=True)
class FrameAddress:
    """A frame in a file. file: the file's key, of a branch its own. node: such as 12:34."""

    file: str
    node: str


def parse_url(url: str) -> FrameAddress:
    """What "Copy link to selection" gives, of any kind of file, also on a branch.

    Raises FigmaError where the URL is not one of Figma's, or names no frame.
    """
    parts = _parts(url if "://" in url else f"https://{url}")
    host = (parts.hostname or "").removeprefix("www.")
    kind, key, *more = [*(part for part in parts.path.split("/") if part), "", ""]
    if parts.scheme not in {"http", "https"} or host != "figma.com" or kind not in _KINDS:
        raise FigmaError(
            f"{url!r} is no address of a Figma file. Select a frame in Figma, and use Copy link to "
            "selection."
        )
    if more[0] == "branch":
        key = more[1]
    node = parse_qs(parts.query).get("node-id", [""])[0].replace("-", ":")
    if not re.fullmatch(r"[0-9A-Za-z]+", key) or not re.fullmatch(r"I?\d+:\d+(;\d+:\d+)*", node):
        raise FigmaError(
            f"{url!r} does not say which frame. Select one in Figma, and use Copy link to "
            "selection: its address has a node-id."
        )
    return FrameAddress(key, node)


class FigmaClient:
    """http: what to send with, without redirects; for proxies and tests. note: takes what is waited
    for, in words."""

    def __init__(
        self,
        token: str,
        http: httpx2.Client | None = None,
        note: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._headers = {"X-Figma-Token": token}
        self._http = http or httpx2.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False)
        self._note = note
        self._sleep = sleep

    def picture(self, frame: FrameAddress, scale: float = 1.0) -> bytes:
        """The frame as a PNG. scale: pixels of the picture for one of the design, 0.01 to 4.

        Raises FigmaError.
        """
        answer = self._images(frame, scale)
        images = answer.get("images")
        if answer.get("err") or not isinstance(images, dict):
            raise FigmaError(f"Figma could not render the frame: {answer.get('err')}.")
        url = images.get(frame.node)
        if not isinstance(url, str):
            raise FigmaError(
                f"Figma could not render {frame.node}. It may be deleted, hidden or empty; or too "
                "large: try a smaller --scale."
            )
        return self._download(url)

    def _images(self, frame: FrameAddress, scale: float) -> dict[str, object]:
        url = f"{API}/v1/images/{frame.file}"
        query = {
            "ids": frame.node,
            "format": "png",
            "scale": f"{scale:g}",
            "use_absolute_bounds": "true",
        }
        waited = False
        while True:
            status, headers, content = self._get(url, _MAX_ANSWER_BYTES, query, self._headers)
            if status != HTTPStatus.TOO_MANY_REQUESTS:
                break
            seconds = _retry_after(headers)
            if waited or seconds > LONGEST_WAIT_SECONDS:
                raise FigmaError(
                    f"Figma's rate limit is used up; it asks to wait {_in_words(seconds)}. Seats "
                    "that may only view get a few pictures a month: use the plugin, which has no "
                    "such limit, or export the frame and use gazecast predict."
                )
            self._note(f"Figma's rate limit: going on in {seconds} s")
            self._sleep(seconds)
            waited = True
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise FigmaError(
                "Figma does not take this token for this file. Make one in Figma's settings under "
                "Security, with read access to file content, by someone who can open the file."
            )
        if status == HTTPStatus.NOT_FOUND:
            raise FigmaError("Figma knows no such file, or the token's owner cannot open it.")
        if status != HTTPStatus.OK:
            raise FigmaError(f"Figma answered with status {status}. Try again later.")
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise FigmaError("Figma's answer cannot be read. Try again later.") from error
        if not isinstance(answer, dict):
            raise FigmaError("Figma's answer cannot be read. Try again later.")
        return answer

    def _download(self, url: str) -> bytes:
        parts = _parts(url)
        host = parts.hostname or ""
        if parts.scheme != "https" or not (host == _STORAGE or host.endswith(".figma.com")):
            raise FigmaError(
                f"Figma's answer points to {host or 'nowhere'}, which is not known as its storage. "
                "Nothing was fetched from there; export the frame in Figma instead."
            )
        status, _, content = self._get(url, MAX_BYTES)  # without the token
        if status != HTTPStatus.OK:
            raise FigmaError(f"The picture could not be fetched (status {status}). Try again.")
        return content

    def _get(
        self,
        url: str,
        max_bytes: int,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, httpx2.Headers, bytes]:
        """Status, headers and content. Raises FigmaError for more than max_bytes."""
        content = bytearray()
        try:
            with self._http.stream("GET", url, params=query, headers=headers) as answer:
                for piece in answer.iter_bytes():
                    content += piece
                    if len(content) > max_bytes:
                        raise FigmaError(
                            f"Figma sends more than {max_bytes // (1024 * 1024)} MiB. Try a "
                            "smaller --scale."
                        )
                return answer.status_code, answer.headers, bytes(content)
        except httpx2.TimeoutException as error:
            raise FigmaError(
                "Figma did not answer in time. Try again, or a smaller --scale."
            ) from error
        except httpx2.TransportError as error:
            raise FigmaError(f"{urlsplit(url).hostname} cannot be reached: {error}.") from error


def _parts(url: str) -> SplitResult:
    """Empty ones where it is no URL at all."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _retry_after(headers: httpx2.Headers) -> int:
    text = headers.get("retry-after", "")
    return int(text) if text.isdecimal() else 1


def _in_words(seconds: int) -> str:
    hours = seconds / 3600
    if hours >= 48:
        return f"{hours / 24:.0f} days"
    return f"{hours:.0f} hours" if hours >= 2 else f"{max(1, round(seconds / 60))} minutes"
