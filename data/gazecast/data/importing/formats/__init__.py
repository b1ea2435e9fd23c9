"""The vendors' exports that can be imported. A new one is a new module and a line below."""

from __future__ import annotations

from gazecast.data.importing.format import Format
from gazecast.data.importing.formats import (
    clicks,
    eyelink,
    gazepoint,
    pupil_cloud,
    pupil_core,
    realeye,
    tobii,
)

FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        tobii.FORMAT,
        eyelink.FORMAT,
        gazepoint.FORMAT,
        pupil_core.FORMAT,
        pupil_cloud.FORMAT,
        realeye.FORMAT,
        clicks.FORMAT,
    )
}
