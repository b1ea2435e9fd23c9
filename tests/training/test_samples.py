"""What a pass shows the network, and what it should have answered."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gazecast.data.stimulus import DataError
from gazecast.training.fit.recipe import SetUse
from gazecast.training.fit.samples import Samples, collate

READOUTS = ("web", "mobile", "poster", "photo", "photo-maps")
SQUARE = 64
"""A square picture of this size is neither resized nor padded; the output has 16 x 16 cells."""

WHOLE = (0.0, 0.0, 1.0, 1.0)


def noise(width=SQUARE, height=SQUARE, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def use(name="set", **changes):
    gaze = {"evidence": {"fixation": 1}, "sigma_px": 8, "windows": ("1s", "3s", "5s")}
    return SetUse(**{"set": name, "readout": "photo", **gaze, **changes})


def map_use(name="set", **changes):
    return SetUse(**{"set": name, "readout": "photo-maps", "windows": ("5s",), **changes})


@pytest.fixture
def samples(data_root):
    def make(*uses, seed=0, batch=4):
        return Samples(
            uses, data_root, readouts=READOUTS, pixels=SQUARE * SQUARE, batch=batch, seed=seed
        )

    return make


@pytest.fixture
def one(write_set, samples):
    """The only example of a set of one picture, whole and unmirrored, as it is planned."""

    def make(rgb, points=(), the_use=None, **options):
        write_set("set", {"a.png": rgb}, [("a.png", *point) for point in points], **options)
        ((planned,),) = samples(the_use or use()).pass_batches(0)
        return replace(planned, mirror=False, box=WHOLE)

    return make


def shown(samples, number):
    """What a pass shows, in order, without pixels."""
    return [
        [(item.example.stimulus.name, item.mirror, item.box) for item in batch]
        for batch in samples.pass_batches(number)
    ]


# ---- Targets ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(64, 64), (120, 40), (33, 90)])
def test_the_density_is_one_inside_and_nothing_outside(write_set, samples, size):
    write_set("set", {"a.png": noise(*size)}, [("a.png", 5, 6), ("a.png", 30, 20)])
    (batch,) = samples(use()).in_order()
    inside = batch.inside.expand_as(batch.density)
    assert (batch.density * inside).sum(dim=(-2, -1)).numpy() == pytest.approx(1)
    assert (batch.density[~inside] == 0).all()
    assert (batch.counts[~inside] == 0).all()


@pytest.mark.parametrize("size", [(64, 64), (120, 40), (33, 90)])
def test_every_fixation_is_counted_once(write_set, samples, size):
    rng = np.random.default_rng(0)
    points = [("a.png", *rng.uniform((0, 0), size)) for _ in range(50)]
    write_set("set", {"a.png": noise(*size)}, points)
    (batch,) = samples(use()).in_order()
    assert (batch.counts.sum(dim=(-2, -1)) == 50).all()


def test_a_fixation_is_counted_where_it_is(one):
    batch = collate([one(noise(), [(40.5, 10.5)])])
    assert batch.counts[0, 0].nonzero().tolist() == [[2, 10]]


def test_the_blur_is_given_in_pixels_of_the_picture(one):
    batch = collate([one(noise(), [(32, 32)], use(sigma_px=6))])
    density = batch.density[0, 0].double()
    cells = torch.arange(16, dtype=torch.double)
    for marginal in (density.sum(0), density.sum(1)):
        mean = (marginal * cells).sum()
        assert ((marginal * (cells - mean) ** 2).sum() ** 0.5).item() == pytest.approx(
            1.5, rel=0.02
        )


def test_windows_take_the_fixations_up_to_their_end(one):
    points = [(8, 8, 500), (20, 8, 1000), (32, 8, 2900), (44, 8, 3100), (56, 8, 4900), (60, 60, "")]
    batch = collate([one(noise(), points)])
    assert batch.counts[0].sum(dim=(-2, -1)).tolist() == [2, 3, 5]


def test_points_without_any_time_count_in_every_window(one):
    batch = collate([one(noise(), [(8, 8), (50, 50)])])
    assert batch.counts[0].sum(dim=(-2, -1)).tolist() == [2, 2, 2]


def test_a_window_before_the_first_fixation_has_no_ground_truth(one):
    batch = collate([one(noise(), [(8, 8, 2000)])])
    assert (batch.weight[0] > 0).tolist() == [False, True, True]
    assert batch.density[0, 0].sum() == 0


class Teacher:
    """Says that people look at the left or the right half, whatever the picture, and rightmost of
    all in the last window."""

    def __init__(self, columns):
        self.columns = columns
        self.asked = []

    def predict(self, picture, window, domain):
        self.asked.append(domain)
        half = np.zeros((32, 32), dtype=np.float32)
        half[:, self.columns] = 1 / 512
        last = np.zeros((32, 32), dtype=np.float32)
        last[:, -4:] = 1 / 128
        return SimpleNamespace(densities={"1s": half, "3s": half, "5s": last})


def test_a_taught_set_learns_the_mean_of_its_teachers(write_set, data_root):
    write_set("set", {"a.png": noise()})
    left, right = Teacher(slice(16)), Teacher(slice(16, None))
    samples = Samples(
        [SetUse(set="set", readout="poster", windows=("3s", "5s"), taught=True)],
        data_root,
        readouts=READOUTS,
        pixels=SQUARE * SQUARE,
        batch=1,
        seed=0,
        teachers=[left, left, left, right],
    )
    (batch,) = samples.in_order()
    assert left.asked == ["poster"] * 3
    assert batch.density[0, 0].sum() == 0
    assert batch.density[0, 1].sum().item() == pytest.approx(1)
    assert batch.density[0, 1, :, :8].sum().item() == pytest.approx(0.75)
    assert batch.density[0, 2, :, -2:].sum().item() == pytest.approx(1)
    assert (batch.weight[0] > 0).tolist() == [False, True, True]
    assert batch.counts.sum() == 0


def test_only_listed_windows_have_ground_truth(one):
    batch = collate([one(noise(), [(8, 8)], use(windows=("1s", "3s")))])
    assert (batch.weight[0] > 0).tolist() == [True, True, False]
    assert batch.counts[0, 2].sum() == 0


def test_the_weight_of_a_picture_is_shared_by_its_windows(one):
    batch = collate([one(noise(), [(8, 8)], use(windows=("1s", "3s"), weight=0.5))])
    assert batch.weight[0].tolist() == [0.25, 0.25, 0]


def test_points_count_by_the_weight_of_their_kind(one):
    points = [(8, 8, "", "fixation"), (40, 40, "", "click10"), (50, 50, "", "mouse")]
    batch = collate([one(noise(), points, use(evidence={"fixation": 1, "click10": 3}))])
    assert batch.counts[0, 0, 2, 2] == 1
    assert batch.counts[0, 0, 10, 10] == 3
    assert batch.counts[0, 0].sum() == 4


def test_sets_with_maps_only_give_the_map_and_no_points(one):
    density = np.zeros((64, 64), dtype=np.uint8)
    density[:32, 32:] = 200
    batch = collate([one(noise(), the_use=map_use(), maps={"a.png": density})])
    assert (batch.counts == 0).all()
    assert (batch.weight[0] > 0).tolist() == [False, False, True]
    assert (batch.density[0, :2] == 0).all()
    expected = np.zeros((16, 16))
    expected[:8, 8:] = 1 / 64
    assert batch.density[0, 2].numpy() == pytest.approx(expected)


def test_a_map_of_another_size_than_its_picture_fits(one):
    density = np.zeros((32, 32), dtype=np.uint8)
    density[16:, :16] = 9
    batch = collate([one(noise(), the_use=map_use(), maps={"a.png": density})])
    assert batch.density[0, 2, 8:, :8].sum().item() == pytest.approx(1)


def test_the_readout_is_the_one_of_the_use(one):
    assert collate([one(noise(), [(8, 8)], use(readout="poster"))]).readout.tolist() == [2]


# ---- Mirror images and crops ---------------------------------------------------------------------


def test_mirroring_turns_picture_and_ground_truth_alike(one):
    planned = one(noise(), [(10, 20), (50, 40)])
    plain, mirrored = collate([planned]), collate([replace(planned, mirror=True)])
    assert torch.equal(mirrored.image, plain.image.flip(-1))
    assert torch.equal(mirrored.counts, plain.counts.flip(-1))
    torch.testing.assert_close(mirrored.density, plain.density.flip(-1))
    assert not torch.equal(mirrored.counts, plain.counts)


def test_mirroring_turns_maps_too(one):
    density = np.zeros((64, 64), dtype=np.uint8)
    density[:, :16] = 100
    planned = one(noise(), the_use=map_use(), maps={"a.png": density})
    plain, mirrored = collate([planned]), collate([replace(planned, mirror=True)])
    assert torch.equal(mirrored.density, plain.density.flip(-1))
    assert not torch.equal(mirrored.density, plain.density)


def test_a_crop_moves_the_points_with_the_picture(one):
    rgb = np.zeros((64, 64, 3), dtype=np.uint8)
    rgb[32:, 32:] = 255
    planned = one(rgb, [(48, 40), (10, 10)])
    batch = collate([replace(planned, box=(0.5, 0.5, 1.0, 1.0))])
    assert (batch.image == 1).all()  # only the white quarter is left
    assert batch.counts[0, 0].nonzero().tolist() == [[4, 8]]
    assert batch.density[0, 0].sum().item() == pytest.approx(1)


def test_a_crop_cuts_the_map_with_the_picture(one):
    density = np.zeros((64, 64), dtype=np.uint8)
    density[48:, 48:] = 100
    planned = one(noise(), the_use=map_use(), maps={"a.png": density})
    batch = collate([replace(planned, box=(0.5, 0.5, 1.0, 1.0))])
    assert batch.density[0, 2, 8:, 8:].sum().item() == pytest.approx(1)


def test_a_crop_that_nobody_looked_at_has_no_ground_truth(one):
    batch = collate([replace(one(noise(), [(10, 10)]), box=(0.5, 0.5, 1.0, 1.0))])
    assert batch.weight.sum() == 0


def test_pictures_are_mirrored_and_cropped_only_where_the_use_says_so(write_set, samples):
    images = {f"{n}.png": noise(seed=n) for n in range(8)}
    write_set("set", images, [(name, 32, 32) for name in images])
    plain = [item for batch in samples(use()).pass_batches(0) for item in batch]
    assert not any(item.mirror for item in plain)
    assert {item.box for item in plain} == {WHOLE}
    changed = [
        item
        for batch in samples(use(mirror=True, crop=0.8, share=8)).pass_batches(0)
        for item in batch
    ]
    assert {item.mirror for item in changed} == {True, False}
    for item in changed:
        left, top, right, bottom = item.box
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
        assert right - left == pytest.approx(bottom - top)
        assert right - left >= 0.8


def test_pixels_are_scaled_to_minus_one_to_one(one):
    rgb = np.zeros((64, 64, 3), dtype=np.uint8)
    rgb[..., 0], rgb[..., 1] = 255, 51
    image = collate([one(rgb, [(8, 8)])]).image
    assert image.shape == (1, 3, 64, 64)
    assert image[0, :, 0, 0].tolist() == pytest.approx([1.0, -0.6, -1.0])


# ---- Passes --------------------------------------------------------------------------------------


@pytest.fixture
def mixed(write_set):
    """Twelve pictures of two shapes, and four of another set."""
    images = {f"{n}.png": noise(64, 64 if n % 3 else 128, seed=n) for n in range(12)}
    write_set("set", images, [(name, 32, 32) for name in images])
    others = {f"other-{n}.png": noise(seed=n) for n in range(4)}
    write_set("others", others, [(name, 32, 32) for name in others])


def counted(batches):
    return Counter(item.example.stimulus.name for batch in batches for item in batch)


@pytest.mark.usefixtures("mixed")
def test_a_pass_shows_every_picture_as_often_as_its_share_says(samples):
    times = counted(samples(use(share=2), use("others", share=0.5)).pass_batches(0))
    assert all(times[f"{n}.png"] == 2 for n in range(12))
    assert sorted(times[f"other-{n}.png"] for n in range(4)) == [0, 0, 1, 1]


@pytest.mark.usefixtures("mixed")
def test_passes_with_a_part_of_a_set_show_another_part_each(samples):
    planned = samples(use("others", share=0.5))
    parts = {frozenset(counted(planned.pass_batches(number))) for number in range(10)}
    assert len(parts) > 1


@pytest.mark.usefixtures("mixed")
def test_a_share_of_less_than_one_picture_shows_one(samples):
    assert counted(samples(use("others", share=0.01)).pass_batches(0)).total() == 1


@pytest.mark.usefixtures("mixed")
def test_a_batch_has_one_shape_and_no_more_than_its_size(samples):
    batches = samples(use(share=3), batch=4).pass_batches(0)
    for batch in batches:
        assert 1 <= len(batch) <= 4
        assert len({(p.placement.padded_height, p.placement.padded_width) for p in batch}) == 1
        assert collate(batch).image.shape[0] == len(batch)
    assert len({batch[0].placement for batch in batches}) == 2


@pytest.mark.usefixtures("mixed")
def test_plans_depend_on_the_seed_and_the_pass_alone(samples):
    uses = (use(mirror=True, crop=0.9), use("others"))
    first = samples(*uses)
    shown(first, 0)
    shown(first, 1)
    assert shown(first, 2) == shown(samples(*uses), 2)
    assert shown(first, 2) != shown(first, 1)
    assert shown(first, 2) != shown(samples(*uses, seed=1), 2)


@pytest.mark.usefixtures("mixed")
def test_in_order_every_picture_comes_once_and_whole(samples):
    uses = (use(share=3, mirror=True, crop=0.5), use("others"))
    assert [len(batch.image) for batch in samples(*uses).in_order()] == [1] * 16


# ---- What cannot be used -------------------------------------------------------------------------


def test_a_kind_of_point_that_the_set_does_not_have_is_refused(write_set, samples):
    write_set("set", {"a.png": noise()}, [("a.png", 8, 8)])
    with pytest.raises(DataError, match="set has no points of kind 'click10' in train"):
        samples(use(evidence={"fixation": 1, "click10": 1}))


def test_a_set_without_maps_is_refused_where_maps_are_wanted(write_set, samples):
    write_set("set", {"a.png": noise()}, [("a.png", 8, 8)])
    with pytest.raises(DataError, match=r"a\.png: has no map; give 'evidence'"):
        samples(map_use())


def test_a_picture_without_points_is_refused_where_points_are_wanted(write_set, samples):
    images = {"a.png": noise(), "b.png": noise()}
    maps = {"b.png": np.full((64, 64), 9, dtype=np.uint8)}
    write_set("set", images, [("a.png", 8, 8)], maps=maps)
    with pytest.raises(DataError, match=r"b\.png: has no points"):
        samples(use())


def test_only_the_splits_asked_for_are_read(write_set, samples):
    images = {"a.png": noise(), "b.png": noise()}
    points = [(name, 8, 8) for name in images]
    write_set("set", images, points, splits={"b.png": "test"})
    assert counted(samples(use()).pass_batches(0)) == {"a.png": 1}
    with pytest.raises(DataError, match="no split"):
        samples(use(splits=("val",)))
