"""`gazecast export`: from a checkpoint to the ONNX file that is shipped, with its description."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import Tensor

from gazecast.model.geometry import lay_out, place
from gazecast.model.metadata import (
    InputSize,
    ModelInfo,
    RecipeUse,
    parse_model_info,
)
from gazecast.model.network import NetworkSpec, SaliencyNetwork
from gazecast.model.picture import read_picture
from gazecast.model.vocabulary import DOMAINS, WINDOWS
from gazecast.training.export.description import code_commit, datasets_used
from gazecast.training.export.domain_head import (
    assume_trained_domains,
    example_paths,
    fit_domain_head,
)
from gazecast.training.export.model_files import write_model
from gazecast.training.export.shipped import ExportError, Shipped, to_input
from gazecast.training.export.thinning import thin
from gazecast.training.fit.checkpoint import (
    DOMAIN_ROWS,
    Checkpoint,
    begin_with,
    load_checkpoint,
    mean_of,
)
from gazecast.training.fit.recipe import Recipe, parse_recipe, read_recipe
from gazecast.training.fit.samples import MULTIPLE

THINNING_PICTURES = 40
"""Pictures of each domain, if there are so many, on which it is measured which channels matter."""


def export(
    checkpoint_paths: Sequence[Path],
    out: Path,
    *,
    name: str,
    version: str,
    data_root: Path,
    recipe_path: Path | None = None,
) -> ModelInfo:
    """Write OUT (an .onnx path) with its weights and description, as `write_model` does.

    checkpoint_paths: one, or several of one recipe that held out different splits; then the mean of
    their weights is exported. data_root: where the recipe's data sets are, for the domain head and
    the description. recipe_path: a newer text of the recipe, which may differ in what is used only
    here: the validation lines, the borrowed readouts and the domain examples.
    Raises CheckpointError, RecipeError, DataError, or ExportError: for an unfinished checkpoint,
    for a recipe that trains otherwise, and when torch and ONNX Runtime disagree by more than
    PARITY_TOLERANCE at any of PARITY_SHAPES.
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

    def describe(sha256: str, weights_sha256: str) -> ModelInfo:
        return ModelInfo(
            name=name,
            version=version,
            sha256=sha256,
            weights_sha256=weights_sha256,
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

    return write_model(Shipped(network, familiarity), out, describe)


def _laid_out(recipe: Recipe, data_root: Path) -> Iterator[Tensor]:
    """THINNING_PICTURES of each domain's examples, spread over them, as the network gets them."""
    for examples in recipe.domain_examples.values():
        paths = example_paths(examples, data_root, recipe.hold_out)
        for path in paths[:: max(1, len(paths) // THINNING_PICTURES)][:THINNING_PICTURES]:
            picture = read_picture(path)
            placement = place(picture.width, picture.height, recipe.network.pixels, MULTIPLE)
            yield to_input(torch.from_numpy(lay_out(picture.rgb, placement))[None])


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
