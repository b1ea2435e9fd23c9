"""What continuous integration reads of a check: JUnit XML and GitHub's annotations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from gazecast.analysis.budget import Outcome

Results = Mapping[str, Sequence[Outcome] | str]
"""For each image the outcomes of the rules, or why it could not be checked."""

# All but the characters that XML 1.0 allows (section 2.2).
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(results: Results) -> bytes:
    """One suite for each image, one case for each rule; an image that could not be checked is one
    case with an error."""
    root = ET.Element("testsuites", name="gazecast check")
    for image, result in results.items():
        suite = ET.SubElement(root, "testsuite", name=_xml(image))
        if isinstance(result, str):
            case = ET.SubElement(suite, "testcase", classname=_xml(image), name="image")
            ET.SubElement(case, "error", message=_xml(result))
        else:
            for outcome in result:
                case = ET.SubElement(
                    suite,
                    "testcase",
                    classname=_xml(image),
                    name=_xml(f"{outcome.rule}: {outcome.wanted}"),
                )
                if not outcome.passed:
                    ET.SubElement(case, "failure", message=_xml(str(outcome)))
    for group in (*root, root):
        for count, element in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            group.set(count, str(sum(1 for _ in group.iter(element))))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def github_annotations(results: Results) -> list[str]:
    """A line for each rule that failed and each image that could not be checked."""
    lines = []
    for image, result in results.items():
        if isinstance(result, str):
            lines.append(github_annotation(result, image))
        else:
            lines += [
                github_annotation(str(outcome), image) for outcome in result if not outcome.passed
            ]
    return lines


def github_annotation(message: str, file: str) -> str:
    """GitHub's workflow command for an error in a file, escaped as its toolkit does
    (actions/toolkit, packages/core/src/command.ts)."""
    text = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    path = file.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    path = path.replace(":", "%3A").replace(",", "%2C")
    return f"::error file={path},title=Attention budget::{text}"


def _xml(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
