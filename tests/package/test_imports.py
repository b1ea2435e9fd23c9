"""Imports between modules go one way: no circles, and between source roots only as listed here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MAY_IMPORT = {
    "data": set(),
    "model": {"data"},
    "analysis": {"data", "model"},
    "designs": {"data", "model", "analysis"},
    "client": {"data", "model", "designs"},
    "serve": {"data", "model", "analysis", "designs", "client"},
    "evaluation": {"data", "model"},
    "training": {"data", "model", "evaluation"},
    "cli": {"data", "model", "analysis", "designs", "serve", "evaluation", "training"},
}
"""Of each source root the others that its modules may import, wherever in a module that is done."""

FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts[1:]).removesuffix(".__init__"): path
    for path in sorted(ROOT.glob("*/gazecast/**/*.py"))
}
"""Every module of the package by its name."""


def imported(module: str, tree: ast.AST) -> Iterator[str]:
    """The modules of the package that the code names in import statements."""
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            # What is imported is a module, or something in one.
            found = name if name in FILES else name.rpartition(".")[0]
            if found in FILES:
                yield found


def outside_functions(tree: ast.Module) -> ast.Module:
    """What runs when a module is imported, or would for a type checker."""

    class Strip(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            pass

        def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
            pass

    stripped: ast.Module = Strip().visit(tree)
    return stripped


def root_of(module: str) -> str:
    return FILES[module].relative_to(ROOT).parts[0]


def test_no_module_imports_itself_in_a_circle():
    graph = {
        module: set(imported(module, outside_functions(ast.parse(path.read_text("utf-8")))))
        for module, path in FILES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' imports '.join(reversed(error.args[1]))}")


@pytest.mark.parametrize("root", sorted({root_of(module) for module in FILES}))
def test_a_source_root_imports_only_those_below_it(root):
    assert root in MAY_IMPORT, f"say in MAY_IMPORT what {root}/ may import"
    wrong = [
        f"{module} imports {other}"
        for module, path in FILES.items()
        if root_of(module) == root
        for other in imported(module, ast.parse(path.read_text("utf-8")))
        if root_of(other) not in MAY_IMPORT[root] | {root}
    ]
    assert not wrong


def test_commands_reach_the_service_only_where_they_serve_or_keep_keys():
    reaching = {
        module
        for module, path in FILES.items()
        if root_of(module) == "cli"
        for other in imported(module, ast.parse(path.read_text("utf-8")))
        if root_of(other) == "serve"
    }
    assert reaching == {"gazecast.cli.serve", "gazecast.cli.keys"}
