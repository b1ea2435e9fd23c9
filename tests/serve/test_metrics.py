from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

PATH = "/v1/predictions"


def samples(client):
    """Value by name and labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_status(client, encode_image):
    client.post(PATH, files={"image": encode_image()})
    client.post(PATH, files={"image": b""})
    found = samples(client)
    assert found["gazecast_http_requests_total", "POST", PATH, "200"] == 1
    assert found["gazecast_http_requests_total", "POST", PATH, "422"] == 1
    assert found["gazecast_http_request_seconds_count", PATH] == 2


def test_endless_variety_of_paths_and_methods_makes_one_series(client):
    for number in range(5):
        client.get(f"/{number}")
        client.request(f"M{number}", "/nothing")
    found = samples(client)
    assert found["gazecast_http_requests_total", "GET", "unmatched", "404"] == 5
    assert found["gazecast_http_requests_total", "other", "unmatched", "404"] == 5


def test_each_stage_is_timed(client, encode_image):
    before = samples(client)
    client.post(PATH, files={"image": encode_image()})
    after = samples(client)
    for stage in ("decode", "predict", "encode"):
        count = ("gazecast_stage_seconds_count", stage)
        assert after[count] - before.get(count, 0) == 1


def test_what_the_framework_refuses_is_counted_too(client):
    client.post(PATH, headers={"Content-Length": str(10**12)})
    assert samples(client)["gazecast_http_requests_total", "POST", "unmatched", "413"] == 1


def test_memory_is_told(client):
    assert samples(client)["process_resident_memory_bytes",] > 10_000_000
