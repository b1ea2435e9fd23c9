"""How long it takes: from the drop to the heatmap, and from view to view.

Other work on the machine makes single times longer, never shorter: each is the best of several.
"""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.alone

# From the drop to the first frame with the heatmap, and the request's own time, in ms.
MEASURE = """
async data => {
    const bytes = Uint8Array.from(atob(data), each => each.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "page.png", {type: "image/png"}));
    performance.clearResourceTimings();
    const drawn = new Promise(resolve => {
        const watch = new MutationObserver(() => {
            if (!document.querySelector("#studio .stage canvas.layer:not([hidden])")) return;
            watch.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
        });
        watch.observe(document.getElementById("studio"), {childList: true, subtree: true});
    });
    const start = performance.now();
    document.body.dispatchEvent(
        new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true})
    );
    const end = await drawn;
    const request = performance.getEntriesByName(new URL("v1/predictions", location).href).at(-1);
    return {whole: end - start, request: request.responseEnd - request.startTime};
}
"""

# From the press of a view's button to the frame that shows it, in ms, for each view.
SWITCH = """
async () => {
    const times = {};
    for (const radio of document.querySelectorAll("input[name=view]")) {
        let best = Infinity;
        for (let i = 0; i < 5; i++) {
            document.querySelector("input[value=design]").click();
            await new Promise(requestAnimationFrame);
            const start = performance.now();
            radio.click();
            await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
            best = Math.min(best, performance.now() - start);
        }
        times[radio.value] = best;
    }
    return times;
}
"""


def _drop_and_measure(open_page, service, landing_page):
    from base64 import b64encode

    page = open_page(service.url, viewport={"width": 1440, "height": 900})
    page.wait_for_load_state("networkidle")
    return page, page.evaluate(MEASURE, b64encode(landing_page.read_bytes()).decode())


def test_the_heatmap_is_there_within_half_again_of_the_request(
    open_page, shipped_service, landing_page
):
    measured = []
    for _ in range(10):
        page, times = _drop_and_measure(open_page, shipped_service, landing_page)
        page.context.close()
        measured.append(times["whole"] / times["request"])
        print({name: round(ms) for name, ms in times.items()}, round(measured[-1], 2))
        if measured[-1] <= 1.5:
            break
    assert min(measured) <= 1.5, measured


def test_views_switch_within_50_ms(open_page, shipped_service, landing_page):
    page, _ = _drop_and_measure(open_page, shipped_service, landing_page)
    measured = {}
    for _ in range(4):
        for view, ms in page.evaluate(SWITCH).items():
            measured[view] = min(ms, measured.get(view, ms))
        if max(measured.values()) < 50:
            break
    print({view: round(ms, 1) for view, ms in measured.items()})
    assert max(measured.values()) < 50, measured
