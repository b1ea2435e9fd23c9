"""No regular expression takes more than linear time, whatever it is given to read."""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from re import _constants, _parser

import pytest

ROOT = Path(__file__).parents[2]
METHODS = {"match", "fullmatch", "search", "sub", "split", "findall", "finditer"}
LENGTH = 100_000
SECONDS = 1.0


def modules() -> Iterator[Path]:
    for folder in sorted(ROOT.glob("*/gazecast")):
        yield from sorted(folder.rglob("*.py"))


def uses() -> Iterator[tuple[str, str, str]]:
    """Where, the pattern, and each method it is used by."""
    for path in modules():
        where = str(path.relative_to(ROOT))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named: dict[str, str] = {}
        calls = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and _is_of_re(node.value, {"compile"}):
                (target,) = node.targets
                assert isinstance(target, ast.Name), where
                module = importlib.import_module(_module(path))
                named[target.id] = getattr(module, target.id).pattern
        for call in calls:
            assert isinstance(call.func, ast.Attribute)
            if _is_of_re(call, METHODS):
                pattern = call.args[0]
                if isinstance(pattern, ast.Name):  # a constant, this module's or imported by it
                    yield (
                        where,
                        getattr(importlib.import_module(_module(path)), pattern.id),
                        (call.func.attr),
                    )
                else:
                    yield where, ast.literal_eval(pattern), call.func.attr
            elif isinstance(call.func.value, ast.Name) and call.func.attr in METHODS:
                for pattern in filter(None, [named.get(call.func.value.id)]):
                    yield where, pattern, call.func.attr


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts[1:])


def _is_of_re(node: ast.AST, functions: set[str]) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in functions
    )


def repeated(pattern: str | bytes) -> set[str]:
    """A character for each thing that the pattern repeats, and those it has as they are."""
    found = {" ", "a", "0", "\n"}

    def visit(tree: object) -> None:
        for operator, argument in tree:  # type: ignore[attr-defined]
            if operator in (_constants.LITERAL, _constants.NOT_LITERAL):
                found.add(chr(argument))
            elif operator is _constants.RANGE:
                found.add(chr(argument[0]))
            elif operator is _constants.IN:
                visit(argument)
            elif operator is _constants.BRANCH:
                for branch in argument[1]:
                    visit(branch)
            elif isinstance(argument, tuple):
                for part in argument:
                    if isinstance(part, _parser.SubPattern):
                        visit(part)

    visit(_parser.parse(pattern))
    return found


def seconds(pattern: str | bytes, method: str, text: str) -> float:
    compiled = re.compile(pattern)
    subject = text.encode("latin-1", "ignore") if isinstance(pattern, bytes) else text
    run = getattr(compiled, method)
    if method == "sub":
        run = partial(run, b"" if isinstance(pattern, bytes) else "")
    started = time.process_time()
    result = run(subject)
    if method == "finditer":
        list(result)
    return time.process_time() - started


def texts(pattern: str | bytes) -> Iterator[str]:
    characters = sorted(repeated(pattern))
    for character in characters:
        for end in ("", "\0", *characters):
            yield character * LENGTH + end


USES = sorted(set(uses()), key=str)


@pytest.mark.parametrize(("where", "pattern", "method"), USES)
def test_an_expression_reads_100_kb_of_what_it_repeats_at_once(where, pattern, method):
    for text in texts(pattern):
        assert seconds(pattern, method, text) < SECONDS, (where, text[:1], text[-1:])


def test_every_module_s_expressions_are_found():
    assert len(USES) > 10
    used = re.compile(rf"\bre\.(compile|{'|'.join(METHODS)})\(")
    mentioned = {str(path.relative_to(ROOT)) for path in modules() if used.search(path.read_text())}
    assert {where for where, _, _ in USES} == mentioned


def test_a_quadratic_expression_would_be_told():
    bad = r"\s*[\[(](.*)[\])]$"
    assert any(seconds(bad, "search", text[-20_000:]) > 0.05 for text in texts(bad))
