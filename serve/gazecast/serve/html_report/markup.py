"""HTML from Python values: everything is text, and escaped, until it is said to be markup."""

from __future__ import annotations

import html
import re

# What HTML does not allow (its standard, section 13.2.3.5), nor UTF-8.
_NO_HTML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_VOID = {"img", "rect", "circle", "polygon", "line"}


class Markup(str):
    """HTML to insert as it is."""

    __slots__ = ()


def escape(text: str) -> Markup:
    """The text as markup; characters that a page cannot have become U+FFFD."""
    if isinstance(text, Markup):
        return text
    return Markup(html.escape(_NO_HTML.sub("\N{REPLACEMENT CHARACTER}", text)))


def join(*parts: str) -> Markup:
    """The parts in a row."""
    return Markup("".join(map(escape, parts)))


def tag(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """An element. children: text, or Markup. attributes: without those that are None; class_ is
    class, and other underscores are hyphens."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        closing = "" if name == "img" else "/"
        return Markup(f"<{name}{written}{closing}>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")
