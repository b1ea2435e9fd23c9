"""POST /v1/comparisons: versions of a design in, a verdict out."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Depends, Response, UploadFile

from gazecast.analysis.bounds import MOST_VARIANTS
from gazecast.designs.comparison import compare, require_calibration, variants_options
from gazecast.designs.design import Design
from gazecast.designs.records import Comparison
from gazecast.model.prediction import require_domain
from gazecast.serve.decoding import PROCESSES
from gazecast.serve.forms import form_body, form_of
from gazecast.serve.problems import documented
from gazecast.serve.routes.checks import (
    JSON,
    PNG,
    media_type_of,
)
from gazecast.serve.schemas import ComparisonForm
from gazecast.serve.service import QueuedRoute, ServiceDependency

router = APIRouter(prefix="/v1", route_class=QueuedRoute)

_form = form_of(
    ComparisonForm,
    "variants",
    "curl -F variants=@before.png -F variants=@after.png",
    max_files=4 * MOST_VARIANTS,  # a few too many are read, to be told how many there may be
)


@router.post(
    "/comparisons",
    summary="Compare versions of a design",
    response_model=Comparison,
    response_description="The comparison, in the form that Accept asks for (JSON by default).",
    openapi_extra=form_body(ComparisonForm),
    responses={
        200: {
            "content": {
                PNG: {
                    "schema": {
                        "type": "string",
                        "contentMediaType": PNG,
                        "description": "Each variant but the first in grey, in colour where it is "
                        "seen more and where less than the first, with a legend; one under the "
                        "other.",
                    }
                }
            }
        },
        **documented(400, 406, 409, 413, 415, 422, 500, 503),
    },
)
async def compare_designs(
    form: Annotated[ComparisonForm, Depends(_form)],
    media_type: Annotated[str, Depends(media_type_of(JSON, PNG))],
    service: ServiceDependency,
) -> Response:
    """Attention alone makes no design the better one: with goal_region, the region that should be
    seen, the verdict may name a variant. Nothing of the images is kept."""
    predictor = service.predictor
    require_calibration(predictor.info)
    require_domain(form.domain, predictor.info)
    names = [_name(variant) for variant in form.variants]
    asked = variants_options(form, names)

    def work() -> Response:
        designs = [
            Design.of(variant.file.read(), options, name)
            for variant, (name, options) in zip(form.variants, asked, strict=True)
        ]
        comparison = compare(predictor, designs, PROCESSES.read, service.metrics.stage)
        with service.metrics.stage("encode"):
            content = comparison.difference_png() if media_type == PNG else comparison.to_json()
        return Response(content, media_type=media_type, headers={"Vary": "Accept"})

    return await service.run(work, predictions=len(names))


def _name(variant: UploadFile) -> str:
    """The file's name without its folder, whichever way the client writes those."""
    return PurePosixPath((variant.filename or "").replace("\\", "/")).name
