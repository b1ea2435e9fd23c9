"""All sentences of the findings. Names and numbers come in already worded; what the numbers do not
carry is not in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "goal_outranked",
    "goal_rivalled",
    "goal_hardly_seen",
    "goal_dominant",
    "attention_scattered",
    "one_region_dominates",
    "order_differs",
    "goal_low_contrast",
    "clutter_high",
    "below_fold",
    "unlike_training_data",
]


@dataclass(frozen=True, slots=True)
class Template:
    """For str.format: what is predicted, what may be behind it, what to try."""

    observation: str
    hypothesis: str
    suggestion: str


TENTATIVE = "Tentative, as this picture is unlike the training data: {observation}"

TIMES = "{ratio:.1f} times"
MANY_TIMES = "at least {most:.0f} times"

TEMPLATES: Mapping[Kind, Template] = {
    "goal_outranked": Template(
        "'{rival}' is predicted to draw {times} the looks of '{goal}' in the first second.",
        "'{rival}' may be larger, bolder or closer to where looking starts than '{goal}'.",
        "Try giving '{goal}' more size or contrast, or '{rival}' less.",
    ),
    "goal_rivalled": Template(
        "'{rival}' is predicted to draw about as many looks as '{goal}' in the first second: "
        "{rival_range} and {goal_range} of all looks, ranges that overlap.",
        "The two may compete for the first look.",
        "Try a variant in which '{goal}' stands out more from '{rival}', and compare the two.",
    ),
    "goal_hardly_seen": Template(
        "'{goal}' is predicted to draw {share} of all looks in the first {seconds:.0f} s, at "
        "most {high}.",
        "'{goal}' may be too small, too pale or too far from what draws the eye.",
        "Try moving '{goal}' closer to the strongest region, or making it larger.",
    ),
    "goal_dominant": Template(
        "'{goal}' is predicted to draw the most looks of all regions in the first second, {times} "
        "those of '{rival}'.",
        "Its size, contrast or place may put it first.",
        "Keep it so when other parts of the design change.",
    ),
    "attention_scattered": Template(
        "Half of all looks are predicted to spread over {half_area} of the picture, where "
        "{typical} is usual for web pages.",
        "No part may stand out enough to gather looks.",
        "Try one clear focus: fewer parts of like weight, or one that is larger than the rest.",
    ),
    "one_region_dominates": Template(
        "'{region}' alone is predicted to draw {share} of all looks in the first {seconds:.0f} s "
        "on {area} of the picture.",
        "What else is on the picture may be overlooked at first.",
        "If other parts should be seen early, try making '{region}' smaller or calmer.",
    ),
    "order_differs": Template(
        "'{early}' is meant to be seen before '{late}', but in the first second '{late}' is "
        "predicted to draw {times} its looks.",
        "The visual weight of '{late}' may not match its place in the order.",
        "Try giving '{early}' more weight than '{late}', or accept the predicted order.",
    ),
    "goal_low_contrast": Template(
        "The contrast of '{goal}' is {contrast:.1f} to 1, below the {least:.0f} to 1 that WCAG 2.2 "
        "asks for at least.",
        "'{goal}' may be hard to make out, for people with low vision first.",
        "Try a darker or lighter colour for '{goal}' or for what is behind it.",
    ),
    "clutter_high": Template(
        "The picture is more cluttered than {percent} of the pages of {reference}.",
        "Much detail may make single parts harder to find.",
        "Try fewer elements, fewer colours or more empty space.",
    ),
    "below_fold": Template(
        "{below} of all looks are predicted to fall below the fold and {above} above it.",
        "What is seen before scrolling may be too weak to hold looks.",
        "Try moving what matters most above the fold.",
    ),
    "unlike_training_data": Template(
        "This picture is unlike those the model was trained on. (Checked: {validation}.)",
        "Predictions for it may be further off than the ranges say.",
        "Check with people before acting on these numbers.",
    ),
}
