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
    """The module, the expression as it is written there, and each method it is used by."""
    for path in modules():
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts[1:])
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {
            ast.unparse(target)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and _is_of_re(node.value, {"compile"})
            for target in node.targets
        }
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            if _is_of_re(call, METHODS):
                yield module, ast.unparse(call.args[0]), call.func.attr
            elif ast.unparse(call.func.value) in names:
                yield module, ast.unparse(call.func.value), call.func.attr


def compiled(module: str, written: str) -> re.Pattern:
    """A name is a constant, of the module or imported by it."""
    if written.isidentifier():
        return re.compile(getattr(importlib.import_module(module), written))
    return re.compile(ast.literal_eval(written))


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


def seconds(expression: re.Pattern, method: str, text: str) -> float:
    is_bytes = isinstance(expression.pattern, bytes)
    subject = text.encode("latin-1", "ignore") if is_bytes else text
    run = getattr(expression, method)
    if method == "sub":
        run = partial(run, b"" if is_bytes else "")
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


USES = sorted(set(uses()))


@pytest.mark.parametrize(("module", "written", "method"), USES)
def test_an_expression_reads_100_kb_of_what_it_repeats_at_once(module, written, method):
    expression = compiled(module, written)
    for text in texts(expression.pattern):
        assert seconds(expression, method, text) < SECONDS, (text[:1], text[-1:])


def test_every_module_s_expressions_are_found():
    used = re.compile(rf"\bre\.(compile|{'|'.join(METHODS)})\(")
    mentioned = {path for path in modules() if used.search(path.read_text(encoding="utf-8"))}
    assert len(mentioned) > 10
    assert {module for module, _, _ in USES} == {
        ".".join(path.relative_to(ROOT).with_suffix("").parts[1:]) for path in mentioned
    }


def test_a_quadratic_expression_would_be_told():
    bad = re.compile(r"\s*[\[(](.*)[\])]$")
    assert any(seconds(bad, "search", text[-20_000:]) > 0.05 for text in texts(bad.pattern))
