"""A training recipe: everything that decides what a run produces, in one YAML file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from gazecast.data.errors import GazecastError
from gazecast.data.layouts import LAYOUTS
from gazecast.data.names import check_name
from gazecast.model.vocabulary import DOMAINS, Window

Positive = Annotated[float, Field(gt=0)]


def _checked(name: str) -> str:
    check_name(name)
    return name


_FolderName = Annotated[str, AfterValidator(_checked)]


class RecipeError(GazecastError, ValueError):
    """The recipe cannot be used. The message names the field and what to change."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SetUse(_Part):
    """How one data set is used in a stage.

    set: folder below the data root. layout: its reader. splits: those trained on.
    readout: the domain whose readout it trains; one that is not shipped (such as a map-only set's
    own) is dropped at export.
    evidence: weight of one point of each kind; leave empty for sets with maps only.
    sigma_px: ground-truth blur in pixels of the stored image; needed with evidence.
    taught: learn what the teachers predict (the mean of their densities) instead of the set's own
    records, so that pictures without any can be used.
    windows: outputs it supports. Points with known onsets are cut at each window; others count in
    every window listed.
    share: passes over the set within one pass of the stage; .5 draws half of it at random.
    weight: of its loss. mirror: train on mirror images too (photos, never pages).
    crop: smallest share of each side that a random crop keeps; 1 is no cropping.
    """

    set: _FolderName
    layout: str = "gazecast"
    splits: tuple[str, ...] = ("train",)
    readout: str
    evidence: dict[str, Positive] = {}
    sigma_px: Positive | None = None
    taught: bool = False
    windows: Annotated[tuple[Window, ...], Field(min_length=1)]
    share: Positive = 1.0
    weight: Positive = 1.0
    mirror: bool = False
    crop: Annotated[float, Field(gt=0, le=1)] = 1.0

    @model_validator(mode="after")
    def _check(self) -> SetUse:
        if self.layout not in LAYOUTS:
            raise ValueError(f"unknown layout {self.layout!r}; choose one of {', '.join(LAYOUTS)}")
        if self.evidence and self.sigma_px is None:
            raise ValueError(f"set {self.set}: evidence needs sigma_px, the ground-truth blur")
        if self.taught and self.evidence:
            raise ValueError(f"set {self.set}: give evidence or let it be taught, not both")
        if self.taught and self.readout not in DOMAINS:
            raise ValueError(
                f"set {self.set}: teachers predict {', '.join(DOMAINS)}, not {self.readout}"
            )
        return self


class LossWeights(_Part):
    """Weights of the terms: KL divergence, 1 - CC, and NSS (subtracted). After UNISAL."""

    kld: Annotated[float, Field(ge=0)] = 1.0
    cc: Annotated[float, Field(ge=0)] = 0.1
    nss: Annotated[float, Field(ge=0)] = 0.1


class Stage(_Part):
    """Passes over some sets with one learning-rate schedule (warm-up, then cosine to zero).

    passes: none to fit factors only. pixels: area of the network's input in this stage. rates: peak
    AdamW learning rates.
    freeze_norm: keep the decoder's batch-norm statistics, for stages on few images.
    freeze_depthwise: keep the backbone's depthwise convolutions as they are: few of its weights,
    but on a CPU their gradients take a third of a step.
    bfloat16: backbone and decoder compute in bfloat16: faster on a CPU that has it built in, if the
    depthwise convolutions are frozen.
    average: decay of the exponential moving average of the weights, which is what is kept.
    factors: readouts whose frame, pull and direct readout (gazecast.training.fit.factors) are
    fitted when the stage has ended, on what its sets record (not on what they are taught) of whole
    pictures.
    """

    name: str
    passes: Annotated[int, Field(ge=0)]
    pixels: Annotated[int, Field(ge=32 * 32)]
    batch: Annotated[int, Field(gt=0)] = 8
    backbone_rate: Annotated[float, Field(ge=0)]
    decoder_rate: Positive
    readout_rate: Positive
    weight_decay: Annotated[float, Field(ge=0)] = 1e-4
    freeze_norm: bool = False
    freeze_depthwise: bool = False
    bfloat16: bool = False
    average: Annotated[float, Field(ge=0, lt=1)] = 0.995
    loss: LossWeights = LossWeights()
    factors: tuple[str, ...] = ()
    sets: Annotated[tuple[SetUse, ...], Field(min_length=1)]


class Network(_Part):
    """The network's shape; see gazecast.model.network.NetworkSpec. pixels: input area when the
    model is used. imagenet: start the backbone from ImageNet weights. thinned: part of the
    multiplications in the backbone's blocks that export saves, leaving out the channels that matter
    least on domain_examples (gazecast.training.export.thinning)."""

    backbone: str
    imagenet: bool = True
    widths: tuple[int, int, int, int] = (192, 128, 96, 48)
    context_blocks: Annotated[int, Field(ge=0)] = 2
    pixels: Annotated[int, Field(ge=32 * 32)]
    thinned: Annotated[float, Field(ge=0, le=0.5)] = 0.0


class DomainExamples(_Part):
    """Pictures of a known kind, for deciding the domain. Needs no gaze data."""

    set: _FolderName
    layout: str = "gazecast"
    splits: tuple[str, ...] | None = None


class TextExamples(_Part):
    """Pictures to learn from where text is. maps: folder below the data root that
    gazecast.training.fit.text_maps wrote for the set."""

    set: _FolderName
    layout: str = "gazecast"
    maps: _FolderName


class Recipe(_Part):
    """stages: trained one after the other, each from the weights the last one left.

    text_examples: what the network's text head is fitted to before the first stage; without any, it
    stays as it was.
    validate_on: sets measured after every pass (never trained on).
    starts_as: readouts that begin as a copy of another readout of the checkpoint started from.
    borrowed: shipped domains without gaze data of their own, each from the mean of others' readout.
    validation: for each shipped domain, in one line, what its predictions were checked against.
    domain_examples: pictures of each domain, for `domain="auto"`; without any, every picture is
    taken to be of the domains trained here.
    hold_out: splits that no stage trains on, for cross-validation.
    """

    name: str
    seed: int = 0
    network: Network
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    text_examples: tuple[TextExamples, ...] = ()
    validate_on: tuple[SetUse, ...] = ()
    starts_as: dict[str, str] = {}
    borrowed: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = {}
    validation: dict[str, str]
    domain_examples: dict[str, Annotated[tuple[DomainExamples, ...], Field(min_length=1)]] = {}
    hold_out: tuple[str, ...] = ()

    @property
    def trained(self) -> frozenset[str]:
        """The readouts that some set trains."""
        return frozenset(use.readout for stage in self.stages for use in stage.sets)

    @property
    def taught(self) -> bool:
        """Whether some set is to be labelled by teachers."""
        return any(use.taught for stage in self.stages for use in stage.sets)

    @property
    def readouts(self) -> tuple[str, ...]:
        """All readouts of the network, the shipped domains first, in their fixed order."""
        return (*DOMAINS, *sorted(self.trained - set(DOMAINS)))

    def training(self) -> dict[str, Any]:
        """What the weights depend on; the rest is used at export only."""
        return self.model_dump(
            exclude={
                "borrowed": True,
                "validation": True,
                "domain_examples": True,
                "network": {"pixels", "thinned"},
            }
        )

    def trained_on(self, stage: Stage) -> tuple[SetUse, ...]:
        """The stage's sets without the splits that are held out."""
        kept = []
        for use in stage.sets:
            splits = tuple(split for split in use.splits if split not in self.hold_out)
            if splits:
                kept.append(use.model_copy(update={"splits": splits}))
        return tuple(kept)

    @model_validator(mode="after")
    def _check(self) -> Recipe:
        shipped: tuple[str, ...] = DOMAINS
        for domain in shipped:
            if domain not in self.validation:
                raise ValueError(f"validation has no line for domain {domain}")
            if (domain in self.trained) == (domain in self.borrowed):
                raise ValueError(
                    f"domain {domain} must be trained by a set or listed under 'borrowed' with the "
                    "domains it takes its readout from: one of the two"
                )
        for domain, lenders in self.borrowed.items():
            if unknown := {domain, *lenders} - set(shipped):
                raise ValueError(f"borrowed: {sorted(unknown)} is none of {', '.join(shipped)}")
            if untrained := set(lenders) - self.trained:
                raise ValueError(f"domain {domain} borrows from {sorted(untrained)}, not trained")
        named = {use.readout for use in self.validate_on} | set(self.starts_as)
        if unknown := named - set(self.readouts):
            raise ValueError(
                f"validate_on or starts_as names readout {sorted(unknown)}; there are "
                f"{', '.join(self.readouts)}"
            )
        for stage in self.stages:
            recorded = {use.readout for use in stage.sets if not use.taught}
            if unknown := set(stage.factors) - recorded:
                raise ValueError(
                    f"stage {stage.name}: factors names {sorted(unknown)}, which the stage has "
                    "no records of; leave it out"
                )
        if self.domain_examples and set(self.domain_examples) != set(shipped):
            raise ValueError(
                f"domain_examples must give pictures of each of {', '.join(shipped)}, or be empty"
            )
        if self.network.thinned and not self.domain_examples:
            raise ValueError("network.thinned is measured on domain_examples: give some")
        splits = {split for stage in self.stages for use in stage.sets for split in use.splits}
        if unknown := set(self.hold_out) - splits:
            raise ValueError(
                f"hold_out names split {sorted(unknown)}, which no set trains on; there are "
                f"{', '.join(sorted(splits))}"
            )
        return self


def read_recipe(path: Path, hold_out: Sequence[str] = ()) -> tuple[Recipe, str]:
    """Read and check a recipe file; returns it with its text, to which splits held out for this
    run are added. Raises RecipeError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: not UTF-8 text; it must be a YAML file") from error
    recipe = parse_recipe(text, str(path))
    if not hold_out:
        return recipe, text
    # Of two keys of one name YAML takes the last.
    text += f"\nhold_out: [{', '.join(dict.fromkeys((*recipe.hold_out, *hold_out)))}]\n"
    return parse_recipe(text, str(path)), text


def parse_recipe(text: str, where: str) -> Recipe:
    """Check a recipe's text; `where` names it in errors. Raises RecipeError."""
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RecipeError(f"{where} is not valid YAML: {error}") from error
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        lines = [
            f"  {'.'.join(str(part) for part in problem['loc']) or 'recipe'}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise RecipeError("\n".join([f"{where} is not a usable recipe:", *lines])) from error
