"""The versions that everything is installed in, so that a clone of today works tomorrow."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKED = {
    canonicalize_name(name): version
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if not line.startswith("#")
    for name, _, version in [line.partition("==")]
}


@pytest.mark.parametrize(
    "requirement",
    [
        *PROJECT["dependencies"],
        *(
            each
            for extra in PROJECT["optional-dependencies"].values()
            for each in extra
            if not each.startswith("gazecast[")  # an extra that has another one in it
        ),
    ],
)
def test_each_dependency_is_locked_to_a_version_that_it_allows(requirement):
    wanted = Requirement(requirement)
    assert wanted.specifier.contains(LOCKED[canonicalize_name(wanted.name)])


def test_whatever_installs_the_project_takes_the_locked_versions():
    for file in ("Makefile", "Dockerfile"):
        lines = (ROOT / file).read_text().replace("\\\n", " ").splitlines()
        installs = [line for line in lines if "pip install" in line or "pip wheel" in line]
        assert installs
        for line in installs:
            # The lock itself is made from the ranges, and an image from wheels that are there.
            if "out/lock/" not in line and "--no-index" not in line:
                assert "--constraint constraints.txt" in line, line
