"""What a job's files are called is said again, and never becomes a path."""

from __future__ import annotations

import re

from hostile.trees import NAMES, tree


def test_names_of_files_and_in_zips_are_said_and_lead_nowhere(
    start, fixed_predictor, send, finish, results, encode_image, zipped, uploads, tmp_path
):
    before = tree(tmp_path)
    seen = set()
    predict = fixed_predictor.predict

    def looking(*arguments, **options):
        seen.update(uploads())
        return predict(*arguments, **options)

    fixed_predictor.predict = looking
    service = start(fixed_predictor)
    image = encode_image()
    names = [name for name in NAMES if "\0" not in name]  # a zip's names end there
    in_zip = [name for name in names if not name.split("/")[-1].startswith(".")]  # hidden
    archive = zipped(dict.fromkeys(in_zip, image))
    plain = [name for name in names if name.isprintable()]
    job = finish(service, send(service, *((name, image) for name in plain), ("z.zip", archive)))
    said = [line["name"] for line in results(service, job)]
    assert len(said) == len(plain) + len(in_zip)
    assert said[len(plain) :] == in_zip
    files = [path for path in seen if path.count("/") == 2]
    assert files
    assert all(re.fullmatch(r"uploads/[0-9a-f-]+/(\d+|received|\.?lock)", path) for path in files)
    after = {path: value for path, value in tree(tmp_path).items() if path.split("/")[0] != "state"}
    assert after == before
