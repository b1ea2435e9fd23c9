"""Whether a candidate may take the place of the model that predicts.

On held-out data of the user it must be better, and elsewhere it must still predict about as the
shipped model does. What is judged on the user's data is the difference between two models on the
same images: images differ far more from each other than models do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm, t

from gazecast.evaluation import metrics
from gazecast.evaluation.held_out_pairs import FEWEST_IMAGES, Scores
from gazecast.evaluation.predicting import Predicting
from gazecast.evaluation.reference_pictures import REFERENCE_WINDOW, reference_pictures
from gazecast.evaluation.scoring import RESAMPLES, Estimate
from gazecast.model.metadata import ModelInfo
from gazecast.model.vocabulary import DOMAINS, Domain

DECIDING = "nss"
"""The metric whose gain decides. One, named beforehand: of several, one is soon better by
chance."""

LOWER_IS_BETTER = frozenset({"kld"})

Outcome = Literal["better", "worse", "no detectable difference"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric on the same images. gain: by how much the candidate is better, so above zero is good
    for every metric, with its 95 % interval."""

    metric: str
    current: float
    candidate: float
    gain: Estimate

    @property
    def outcome(self) -> Outcome:
        """What the interval says."""
        if self.gain.low > 0:
            return "better"
        return "worse" if self.gain.high < 0 else "no detectable difference"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How unlike the shipped predictions those of a kind of picture may become, on average."""

    cc: float
    """Lowest correlation."""
    kld: float
    """Highest Kullback-Leibler divergence, nats."""


OTHER_KINDS = Tolerance(cc=0.90, kld=0.10)
"""Of kinds of pictures that it was not trained for: about three times as unlike as models of one
training are. Four of those, each without a quarter of the pages and posters, keep to 0.96 and 0.034
on every single reference picture."""

OWN_KIND = Tolerance(cc=0.60, kld=0.60)
"""Of the kind that it was trained for: wide, as that is meant to change, if not to be forgotten."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How alike candidate and shipped model predict reference pictures of one kind, on average."""

    domain: Domain
    pictures: int
    cc: float
    kld: float
    tolerance: Tolerance

    @property
    def within(self) -> bool:
        return self.cc >= self.tolerance.cc and self.kld <= self.tolerance.kld


@dataclass(frozen=True, slots=True)
class Judgement:
    """differences: on the user's data, the deciding metric first. objections: why it is not to be
    promoted, each a sentence; none when it may be. same: the only objection is that no difference
    can be detected."""

    differences: tuple[Difference, ...]
    elsewhere: tuple[Elsewhere, ...]
    objections: tuple[str, ...]
    same: bool


def paired_gain(
    candidate: ArrayLike, current: ArrayLike, *, lower_is_better: bool = False, seed: int = 0
) -> Estimate:
    """By how much the candidate is better, on average over images, with a 95 % interval.

    candidate, current: one score for each image, in one order.

    The interval is the percentile bootstrap's over images, expanded: the plain one is too narrow
    for few images by about the factor that Student's t has over the normal distribution, times
    sqrt((n - 1) / n) (Hesterberg, "What Teachers Should Know About the Bootstrap", The American
    Statistician 2015, section 4.2).

    Raises ValueError for scores that do not pair up, are not finite, or are fewer than
    FEWEST_IMAGES.
    """
    first = np.asarray(candidate, dtype=np.float64)
    second = np.asarray(current, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"scores must pair up: {first.shape}, {second.shape}")
    images = len(first)
    if images < FEWEST_IMAGES:
        raise ValueError(f"{images} images are too few to compare on; {FEWEST_IMAGES} are needed")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("a score is not finite")
    gains = second - first if lower_is_better else first - second
    rng = np.random.default_rng(seed)
    means = gains[rng.integers(images, size=(RESAMPLES, images))].mean(axis=1)
    tail = norm.cdf(-np.sqrt(images / (images - 1)) * t.ppf(0.975, images - 1))
    low, high = np.quantile(means, [tail, 1 - tail])
    return Estimate(float(gains.mean()), float(low), float(high), images)


def differences(candidate: Scores, current: Scores) -> tuple[Difference, ...]:
    """For every metric that both have on all images, the deciding one first.

    Raises ValueError as `paired_gain`, and for scores of different images.
    """
    images = sorted(candidate)
    if images != sorted(current):
        raise ValueError("the scores are those of different images")
    shared = set.intersection(
        *(set(scores[image]) for scores in (candidate, current) for image in images)
    )
    compared = []
    for metric in sorted(shared, key=lambda name: (name != DECIDING, name)):
        ours = np.array([candidate[image][metric] for image in images])
        theirs = np.array([current[image][metric] for image in images])
        gain = paired_gain(ours, theirs, lower_is_better=metric in LOWER_IS_BETTER)
        compared.append(Difference(metric, float(theirs.mean()), float(ours.mean()), gain))
    return tuple(compared)


def elsewhere(
    candidate: Predicting, shipped: Predicting, trained_for: frozenset[str]
) -> tuple[Elsewhere, ...]:
    """How alike the two predict the reference pictures, kind by kind.

    trained_for: the kinds that the candidate, and the models it descends from, were fine-tuned for.
    """
    found = []
    pictures = reference_pictures()
    for domain in DOMAINS:
        alike = []
        for picture in pictures:
            if picture.domain == domain:
                ours, theirs = (
                    model.predict(picture.rgb, REFERENCE_WINDOW, domain).density
                    for model in (candidate, shipped)
                )
                alike.append((metrics.cc(ours, theirs), metrics.kld(ours, theirs)))
        cc, kld = np.mean(alike, axis=0)
        tolerance = OWN_KIND if domain in trained_for else OTHER_KINDS
        found.append(Elsewhere(domain, len(alike), float(cc), float(kld), tolerance))
    return tuple(found)


def judge(
    compared: Sequence[Difference],
    apart: Sequence[Elsewhere],
    candidate: ModelInfo,
    current: ModelInfo,
    own: Estimate | None = None,
) -> Judgement:
    """Whether the candidate may be promoted, and if not, why.

    compared: of the user's data, the deciding metric first. apart: of the reference pictures.
    own: by how much the candidate's held-out maps fit the fixations of their own images better than
    those of other images, in NSS; None where it was not measured. Held-out scores alone cannot tell
    that labels are on the wrong images: where people look on any page can be learned from those.
    """
    deciding, *others = compared
    name = deciding.metric.upper()
    objections = []
    if deciding.outcome == "worse":
        objections.append(f"On your held-out images it is worse: {name} {_figures(deciding.gain)}.")
    objections += [
        f"On your held-out images its {other.metric.upper()} is worse: {_figures(other.gain)}."
        for other in others
        if other.outcome == "worse"
    ]
    if own is not None and own.low <= 0:
        objections.append(
            "Its maps fit the fixations of other images as well as those of their own: NSS "
            f"{_figures(own)}. Check that records belong to their images."
        )
    objections += [
        f"On {each.domain} pictures it is no longer like the shipped model: CC {each.cc:.2f} "
        f"(at least {each.tolerance.cc:.2f}), KLD {each.kld:.2f} (at most "
        f"{each.tolerance.kld:.2f})."
        for each in apart
        if not each.within
    ]
    if current.calibration is not None and candidate.calibration is None:
        objections.append(
            "It is not calibrated, so that comparisons would be refused with it; the current model "
            "is."
        )
    same = not objections and deciding.outcome == "no detectable difference"
    if deciding.outcome == "no detectable difference":
        objections.insert(
            0,
            f"On your held-out images there is no detectable difference: {name} "
            f"{_figures(deciding.gain)}.",
        )
    return Judgement(tuple(compared), tuple(apart), tuple(objections), same)


def _figures(gain: Estimate) -> str:
    return f"{gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f}, {gain.images} images)"
