"""`gazecast export`: from a checkpoint to the ONNX file that is shipped, with its description."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from gazecast.data.layouts import read_dataset
from gazecast.data.stimulus import EyeTrackingSet
from gazecast.evaluation.cross_validation import stated_splits
from gazecast.model.geometry import lay_out, place
from gazecast.model.graph import (
    AUTO,
    DOMAIN,
    DOMAIN_LOGITS,
    IMAGE,
    LOG_DENSITY,
    THUMBNAIL,
    THUMBNAIL_SIDE,
    UNFAMILIARITY,
)
from gazecast.model.metadata import (
    DatasetUse,
    InputSize,
    ModelInfo,
    RecipeUse,
    file_sha256,
    parse_model_info,
)
from gazecast.model.network import NetworkSpec, SaliencyNetwork
from gazecast.model.picture import read_picture
from gazecast.model.session import Session
from gazecast.model.vocabulary import DOMAINS, WINDOWS
from gazecast.training.checkpoint import (
    DOMAIN_ROWS,
    Checkpoint,
    begin_with,
    load_checkpoint,
    mean_of,
)
from gazecast.training.domain_head import assume_trained_domains, example_paths, fit_domain_head
from gazecast.training.familiarity import Familiarity
from gazecast.training.int8 import answers_of, check_rounding, quantise
from gazecast.training.recipe import Recipe, SetUse, parse_recipe, read_recipe
from gazecast.training.samples import MULTIPLE, scale_pixels
from gazecast.training.text_maps import FOUND_TEXT
from gazecast.training.thinning import thin

PARITY_SHAPES = ((320, 576), (640, 320), (448, 448), (96, 1280), (384, 544))
"""Input sizes at which the file is compared with the network; none is the traced one."""

PARITY_TOLERANCE = 1e-4
"""Largest difference in log density allowed between torch and ONNX Runtime."""

ROUNDING_PICTURES = 10
"""Pictures of each domain that the ranges of 8-bit integers are taken from."""

THINNING_PICTURES = 40
"""Pictures of each domain, if there are so many, on which it is measured which channels matter."""

_TRACED_SHAPE = (384, 512)


class ExportError(RuntimeError):
    """The checkpoint cannot be shipped: it is unfinished, the recipe given is not its own, or the
    exported file does not compute what the network computes."""


class Shipped(nn.Module):
    """The network as it is shipped: bytes and the domain asked for in; log density of that domain,
    domain logits and unfamiliarity out.

    See gazecast.model.graph for names, shapes and units.
    """

    def __init__(
        self,
        network: SaliencyNetwork,
        familiarity: Familiarity | None = None,
        thumbnail_side: int = THUMBNAIL_SIDE,
    ) -> None:
        """familiarity: without it no picture is unfamiliar. thumbnail_side: of the thumbnails that
        it and the network's domain head were fitted on."""
        super().__init__()
        self.network = network.eval()
        head = network.domain_head
        self.familiarity = familiarity or Familiarity(head.out_features, head.in_features)
        self.thumbnail_side = thumbnail_side

    def forward(
        self, image: Tensor, thumbnail: Tensor, domain: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        embedding = self.network.embed(_to_input(thumbnail))
        domain_logits = self.network.domain_head(embedding)
        most_like = domain_logits[:, : len(DOMAINS)].argmax(dim=1)
        logits = self.network(_to_input(image), torch.where(domain == AUTO, most_like, domain))
        log_density = torch.log_softmax(logits.flatten(-2), dim=-1).reshape(logits.shape)
        return log_density, domain_logits, self.familiarity(embedding)


def export(
    checkpoint_paths: Sequence[Path],
    out: Path,
    *,
    name: str,
    version: str,
    data_root: Path,
    recipe_path: Path | None = None,
) -> ModelInfo:
    """Write OUT (an .onnx path) and the .json beside it; both appear whole or not at all.

    checkpoint_paths: one, or several of one recipe that held out different splits; then the mean of
    their weights is exported. data_root: where the recipe's data sets are, for the domain head and
    the description. recipe_path: a newer text of the recipe, which may differ in what is used only
    here: the validation lines, the borrowed readouts and the domain examples.
    Raises CheckpointError, RecipeError, DataError, or ExportError: for an unfinished checkpoint,
    for a recipe that trains otherwise, and when torch and ONNX Runtime disagree by more than
    PARITY_TOLERANCE at any of PARITY_SHAPES; RoundingError where 8-bit integers cost too much.
    """
    checkpoint, recipe, text = _finished(checkpoint_paths)
    where = ", ".join(map(str, checkpoint_paths))
    if recipe_path is not None:
        newer, text = read_recipe(recipe_path, recipe.hold_out)
        if newer.training() != recipe.training():
            raise ExportError(f"{recipe_path} trains otherwise than {where} was; train with it")
        recipe = newer
    network = shipped_network(checkpoint, recipe)
    if recipe.network.thinned:
        network = thin(network, _laid_out(recipe, data_root), recipe.network.thinned)
    familiarity = None
    if recipe.domain_examples:
        familiarity = fit_domain_head(network, recipe, data_root)
    else:
        assume_trained_domains(network, recipe)
    datasets = datasets_used(
        recipe,
        data_root,
        before=[parse_recipe(older, where) for older in checkpoint.began_with],
        teachers=[parse_model_info(taught) for taught in checkpoint.taught_by],
    )

    def describe(sha256: str) -> ModelInfo:
        return ModelInfo(
            name=name,
            version=version,
            sha256=sha256,
            licence="LicenseRef-gazecast-weights",
            datasets=datasets,
            recipe=RecipeUse(
                name=f"{recipe.name}.yaml",
                sha256=hashlib.sha256(text.encode()).hexdigest(),
            ),
            commit=code_commit(),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            input=InputSize(pixels=recipe.network.pixels, multiple=MULTIPLE),
            windows=WINDOWS,
            domains={domain: recipe.validation[domain] for domain in DOMAINS},
            metrics={},
        )

    def to_int8(onnx_file: Path) -> None:
        for_ranges, apart = _rounding_pictures(recipe, data_root)
        float_file = onnx_file.replace(onnx_file.with_stem(f"{onnx_file.stem}-float32"))
        pixels = recipe.network.pixels
        quantise(float_file, onnx_file, map(read_picture, for_ranges), pixels)
        exact, rounded = map(answers_of, (float_file, onnx_file))
        check_rounding(exact, rounded, map(read_picture, apart), pixels, THUMBNAIL_SIDE)

    return write_model(
        Shipped(network, familiarity), out, describe, to_int8 if recipe.network.int8 else None
    )


def write_model(
    shipped: Shipped,
    out: Path,
    describe: Callable[[str], ModelInfo],
    finish: Callable[[Path], None] | None = None,
) -> ModelInfo:
    """Write OUT (an .onnx path) and the .json beside it; both appear whole or not at all.

    describe: from the file's SHA-256 to its description. finish: changes the file once it is known
    to compute what the network computes. Raises ExportError when torch and ONNX Runtime disagree by
    more than PARITY_TOLERANCE at any of PARITY_SHAPES.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        onnx_file = Path(folder, out.name)
        write_onnx(shipped, onnx_file)
        check_parity(shipped, onnx_file)
        if finish is not None:
            finish(onnx_file)
        info = describe(file_sha256(onnx_file))
        json_file = onnx_file.with_suffix(".json")
        json_file.write_text(info.to_json(), encoding="utf-8")
        onnx_file.replace(out)
        json_file.replace(out.with_suffix(".json"))
    return info


def _laid_out(recipe: Recipe, data_root: Path) -> Iterator[Tensor]:
    """THINNING_PICTURES of each domain's examples, spread over them, as the network gets them."""
    for examples in recipe.domain_examples.values():
        paths = example_paths(examples, data_root, recipe.hold_out)
        for path in paths[:: max(1, len(paths) // THINNING_PICTURES)][:THINNING_PICTURES]:
            picture = read_picture(path)
            placement = place(picture.width, picture.height, recipe.network.pixels, MULTIPLE)
            yield _to_input(torch.from_numpy(lay_out(picture.rgb, placement))[None])


def _rounding_pictures(recipe: Recipe, data_root: Path) -> tuple[list[Path], list[Path]]:
    """ROUNDING_PICTURES of each domain's examples, spread over them, and as many others."""
    for_ranges, apart = [], []
    for examples in recipe.domain_examples.values():
        paths = example_paths(examples, data_root)
        step = max(1, len(paths) // (2 * ROUNDING_PICTURES))
        chosen = paths[::step][: 2 * ROUNDING_PICTURES]
        for_ranges += chosen[::2]
        apart += chosen[1::2] or chosen  # a single picture has to serve for both
    return for_ranges, apart


def _finished(paths: Sequence[Path]) -> tuple[Checkpoint, Recipe, str]:
    """The mean of the checkpoints, their recipe and its text; held out is what all held out."""
    checkpoints = [load_checkpoint(path) for path in paths]
    recipes = [
        parse_recipe(one.recipe, str(path)) for path, one in zip(paths, checkpoints, strict=True)
    ]
    for path, one, recipe in zip(paths, checkpoints, recipes, strict=True):
        if one.progress.stage < len(recipe.stages):
            raise ExportError(
                f"{path} is unfinished: run its gazecast train again, which goes on with stage "
                f"{recipe.stages[one.progress.stage].name}"
            )
        if recipe.model_copy(update={"hold_out": ()}) != recipes[0].model_copy(
            update={"hold_out": ()}
        ):
            raise ExportError(
                f"{path} was trained by another recipe than {paths[0]}; only runs that differ in "
                "what they held out can be exported as one"
            )
    if len(paths) == 1:
        return checkpoints[0], recipes[0], checkpoints[0].recipe
    held_out = set.intersection(*(set(recipe.hold_out) for recipe in recipes))
    text = f"{checkpoints[0].recipe}\nhold_out: [{', '.join(sorted(held_out))}]\n"
    return mean_of(checkpoints), parse_recipe(text, str(paths[0])), text


def shipped_network(checkpoint: Checkpoint, recipe: Recipe) -> SaliencyNetwork:
    """The averaged weights with the shipped domains only; borrowed readouts are filled in."""
    spec = NetworkSpec(
        backbone=checkpoint.spec.backbone,
        domains=DOMAINS,
        widths=checkpoint.spec.widths,
        context_blocks=checkpoint.spec.context_blocks,
    )
    network = SaliencyNetwork(spec)
    begin_with(network, checkpoint)
    state = network.state_dict()
    for domain, lenders in recipe.borrowed.items():
        rows = [DOMAINS.index(lender) for lender in lenders]
        for key in DOMAIN_ROWS:
            if key.startswith("readout."):
                state[key][DOMAINS.index(domain)] = state[key][rows].mean(dim=0)
    network.load_state_dict(state)
    return network.eval()


def write_onnx(shipped: Shipped, path: Path) -> None:
    """Export with dynamic height and width of the image."""
    side = shipped.thumbnail_side
    image = torch.zeros(1, *_TRACED_SHAPE, 3, dtype=torch.uint8)
    thumbnail = torch.zeros(1, side, side, 3, dtype=torch.uint8)
    rows, columns = torch.export.Dim("rows", min=1), torch.export.Dim("columns", min=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations are not ours to mend
        torch.onnx.export(
            shipped,
            (image, thumbnail, torch.tensor([AUTO])),
            path,
            input_names=[IMAGE, THUMBNAIL, DOMAIN],
            output_names=[LOG_DENSITY, DOMAIN_LOGITS, UNFAMILIARITY],
            dynamic_shapes=({1: MULTIPLE * rows, 2: MULTIPLE * columns}, None, None),
            opset_version=20,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    _strip(path)


def _strip(path: Path) -> None:
    """Take out what the exporter notes beside the graph: lines and paths of the code that made it,
    and sets in an order that differs from run to run. So the same network makes the same bytes."""
    model = onnx.load(path)
    graph = model.graph
    parts = graph.node, graph.value_info, graph.input, graph.output, graph.initializer
    for part in (model, graph, *chain.from_iterable(parts)):
        del part.metadata_props[:]
    onnx.save(model, path)


@torch.no_grad()
def check_parity(
    shipped: Shipped,
    path: Path,
    shapes: Sequence[tuple[int, int]] = PARITY_SHAPES,
) -> float:
    """Largest difference of any output between the network and the file, over `shapes` and domains,
    each at least once.

    Raises ExportError above PARITY_TOLERANCE.
    """
    session = Session(path, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    domains = [AUTO, *range(len(shipped.network.spec.domains))]
    worst = 0.0
    for index in range(max(len(shapes), len(domains))):
        shape, domain = shapes[index % len(shapes)], domains[index % len(domains)]
        sides = shape, (shipped.thumbnail_side,) * 2
        image, thumbnail = (rng.integers(0, 256, (1, *side, 3), dtype=np.uint8) for side in sides)
        expected = shipped(
            torch.from_numpy(image), torch.from_numpy(thumbnail), torch.tensor([domain])
        )
        found = session.run(image, thumbnail, domain)
        outputs = found.log_density, found.domain_logits, found.unfamiliarity
        for ours, theirs in zip(expected, outputs, strict=True):
            # Unlike max(), this keeps NaN.
            worst = float(np.maximum(worst, np.abs(ours[0].numpy() - theirs).max()))
    if not worst <= PARITY_TOLERANCE:
        raise ExportError(
            f"torch and ONNX Runtime differ by {worst:.2g} (allowed "
            f"{PARITY_TOLERANCE:g}); the file was not written"
        )
    return worst


def _to_input(image: Tensor) -> Tensor:
    return scale_pixels(image.permute(0, 3, 1, 2))


def datasets_used(
    recipe: Recipe,
    data_root: Path,
    *,
    before: Sequence[Recipe] = (),
    teachers: Sequence[ModelInfo] = (),
) -> tuple[DatasetUse, ...]:
    """What the recipe trains on, and those before it whose results it began with, what its teachers
    were trained on beyond that, and the pictures that the domain head learns from.

    Splits held out are not counted. Raises DataError.
    """
    recipes = (*before, recipe)
    texts = {example.set: example for each in recipes for example in each.text_examples}
    uses: dict[str, list[SetUse]] = {}
    for each in recipes:
        for use in (use for stage in each.stages for use in each.trained_on(stage)):
            uses.setdefault(use.set, []).append(use)
    described = [
        _trained_on(name, how, data_root, (FOUND_TEXT,) if name in texts else ())
        for name, how in uses.items()
    ]
    described += [
        _described(read_dataset(data_root / name, text.layout), name, f"training: {FOUND_TEXT}")
        for name, text in texts.items()
        if name not in uses
    ]
    for teacher in teachers:
        for learned in teacher.datasets:
            if learned.use.startswith("training") and not _covered(learned, described):
                described.append(learned)
    for domain, examples in recipe.domain_examples.items():
        for example in examples:
            if example.set in (*uses, *texts):
                continue
            read = read_dataset(data_root / example.set, example.layout)
            if example.splits is not None:
                read = read.splits(example.splits)
            how_used = f"examples of domain {domain}, without gaze"
            described.append(_described(read, example.set, how_used))
    return tuple(described)


def _trained_on(
    name: str, how: Sequence[SetUse], data_root: Path, besides: Sequence[str]
) -> DatasetUse:
    """besides: what else the set's pictures taught."""
    splits = sorted({split for use in how for split in use.splits})
    kinds = (*sorted({kind for use in how for kind in _labels(use)}), *besides)
    read = read_dataset(data_root / name, how[0].layout).splits(splits)
    return _described(read, name, f"training: {', '.join(kinds)}; splits {', '.join(splits)}")


def _described(read: EyeTrackingSet, name: str, use: str) -> DatasetUse:
    return DatasetUse(
        name=name, licence=read.licence, images=len(read), use=use, source=read.source
    )


def _covered(learned: DatasetUse, described: Sequence[DatasetUse]) -> bool:
    """Whether the data set is listed already, with all the splits stated here."""
    splits = stated_splits(learned)
    return any(
        learned == own or (learned.name == own.name and splits and splits <= stated_splits(own))
        for own in described
    )


def _labels(use: SetUse) -> Iterable[str]:
    return ("predictions of other models",) if use.taught else use.evidence or ("maps",)


def code_commit() -> str:
    """The checkout's commit, marked "+changes" where files differ from it; "unknown" elsewhere."""
    here = Path(__file__).parent
    try:
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=True
        ).stdout.strip()
        changed = subprocess.run(
            ["git", "status", "--porcelain"], cwd=here, capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + ("+changes" if changed else "")
