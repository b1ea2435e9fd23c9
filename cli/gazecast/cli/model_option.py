"""Which model predicts: the option of every command that does, and its predictor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # slow to load, and --help does without
    from gazecast.model.predictor import Predictor
    from gazecast.model.vocabulary import DomainChoice

ModelOption = Annotated[
    Path | None,
    typer.Option(
        help="ONNX file to predict with, its JSON beside it. Default: the shipped model.",
        show_default=False,
    ),
]


def load_predictor(model: Path | None, domain: DomainChoice) -> Predictor:
    """The option's predictor. From here on BLAS computes with one thread in the whole process.

    Raises ModelFileError, and UnknownDomainError for a domain that the model lacks.
    """
    from threadpoolctl import threadpool_limits

    from gazecast.model.prediction import require_domain
    from gazecast.model.predictor import Predictor

    # Called up by one picture's analysis, the threads of BLAS would still spin on the cores that
    # the next picture's prediction needs.
    threadpool_limits(1, user_api="blas")
    predictor = Predictor(model)
    require_domain(domain, predictor.info)
    return predictor
