"""Whether an ONNX file keeps some of its tensors in other files.

Such files stand outside the hash that a model is known by, and a path in the model would have them
opened anywhere. The package onnx is not needed to predict, so the few fields that lead to tensors
are followed here in protobuf's wire format (https://protobuf.dev/programming-guides/encoding/);
their numbers are those of onnx.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

_EXTERNAL_DATA, _DATA_LOCATION = 13, 14  # of a TensorProto

# Which fields of a message hold further ones, and of which kind.
_INSIDE: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}


def has_external_data(onnx: Path) -> bool:
    """Whether some tensor of the file is kept elsewhere, or may be: what no exporter writes and
    protobuf's readers differ on is not looked into.

    False for a file that is no protobuf message, which nothing loads. Raises OSError.
    """
    left = [("model", memoryview(onnx.read_bytes()))]
    is_odd = False
    try:
        while left:
            kind, message = left.pop()
            for number, value in _fields(message):
                is_odd |= value is None
                if kind == "tensor" and number in {_EXTERNAL_DATA, _DATA_LOCATION} and value:
                    return True
                inside = _INSIDE[kind].get(number)
                if inside is not None and isinstance(value, memoryview):
                    left.append((inside, value))
    except ValueError:
        return False
    return is_odd


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview | int | None]]:
    """Number and value of each field: bytes, or a number where it is one; None for a group, as old
    protobuf had them, and for a tag of over 32 bits, of which some readers cut off the rest.

    Raises ValueError for what is no message.
    """
    at = depth = 0  # of groups
    while at < len(message):
        tag, at = _varint(message, at)
        value: memoryview | int | None
        match tag & 7:
            case 0:
                value, at = _varint(message, at)
            case 2:
                length, at = _varint(message, at)
                value, at = message[at : at + length], at + length
            case 1 | 5 as wire:
                length = 8 if wire == 1 else 4
                value, at = int.from_bytes(message[at : at + length], "little"), at + length
            case 3 | 4 as wire:
                depth += 1 if wire == 3 else -1
                value = None
            case _:
                raise ValueError("no protobuf message")
        if at > len(message):
            raise ValueError("a protobuf message that is cut off")
        if tag >> 32:
            value = None
        if depth == 0 or value is None:
            yield tag >> 3, value
    if depth != 0:
        raise ValueError("a group without its other end")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """The number that begins there, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise ValueError("a protobuf message that is cut off")
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise ValueError("no protobuf message")
