"""POST /v1/predictions: an image in, its attention density out."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Response

from gazecast.designs.design import Design
from gazecast.designs.files import density_npy, overlay_png
from gazecast.designs.html_report import POLICY
from gazecast.designs.long_pages import LongPageRequest
from gazecast.designs.records import Report
from gazecast.designs.report import describe, prediction_id
from gazecast.model.prediction import require_domain
from gazecast.serve import examples
from gazecast.serve.forms import form_body, form_of
from gazecast.serve.problems import documented
from gazecast.serve.routes.checks import (
    HTML,
    JSON,
    NPY,
    PNG,
    media_type_of,
)
from gazecast.serve.schemas import PredictionForm
from gazecast.serve.service import QueuedRoute, ServiceDependency

router = APIRouter(prefix="/v1", route_class=QueuedRoute)


@router.post(
    "/predictions",
    summary="Predict where people look on an image",
    response_model=Report,
    response_description="The prediction, in the form that Accept asks for (JSON by default).",
    openapi_extra=form_body(PredictionForm),
    responses={
        200: {
            "content": {
                PNG: {
                    "schema": {
                        "type": "string",
                        "contentMediaType": PNG,
                        "description": "The image with the density over it, colours in multiples "
                        "of an even spread, with a legend.",
                    }
                },
                NPY: {
                    "schema": {
                        "type": "string",
                        "contentMediaType": NPY,
                        "description": "The density as a NumPy file: float32, rows x columns, "
                        "sum 1.",
                    }
                },
                HTML: {
                    "schema": {
                        "type": "string",
                        "contentMediaType": HTML,
                        "description": "The report as one page to read and to print, which loads "
                        "nothing: maps, regions, scores, findings and room for notes. It goes by "
                        "the image's file name.",
                    },
                    "example": examples.HTML_REPORT,
                },
            },
            "headers": {
                "Gazecast-Id": {
                    "description": "The prediction's id, as in the JSON answer.",
                    "schema": {"type": "string"},
                },
                "Gazecast-Domain": {
                    "description": "The domain used, and how far the model is validated on it.",
                    "schema": {"type": "string"},
                },
            },
        },
        **documented(400, 406, 413, 415, 422, 500, 503),
    },
)
async def predict(
    form: Annotated[
        PredictionForm, Depends(form_of(PredictionForm, "image", "curl -F image=@page.png"))
    ],
    media_type: Annotated[str, Depends(media_type_of(JSON, PNG, NPY, HTML))],
    service: ServiceDependency,
) -> Response:
    """Nothing of the image is kept: it is gone once the answer is sent."""
    predictor = service.predictor
    require_domain(form.domain, predictor.info)

    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if media_type == HTML:
        headers["Content-Security-Policy"] = f"{POLICY}; frame-ancestors 'none'"

    def count() -> int:
        file = form.image.file
        predictions = service.predictions(file.read(), form)
        file.seek(0)
        return predictions

    measured = media_type in (JSON, HTML)

    def work() -> Response:
        name = form.image.filename or "image"
        design = Design.of(form.image.file.read(), form, name)
        predicted = service.predict(predictor, design if measured else design.unmeasured())
        prediction = predicted.prediction
        content: str | bytes
        with service.metrics.stage("encode"):
            if media_type == PNG:
                content = overlay_png(predicted)
            elif media_type == NPY:
                content = density_npy(prediction.density)
            else:
                report = describe(predicted)
                content = report.html() if media_type == HTML else report.to_json()
        domain = f"{prediction.domain.name}; {prediction.domain.validation}"
        return Response(
            content,
            media_type=media_type,
            headers={
                **headers,
                "Gazecast-Id": prediction_id(predicted, design),
                # Header values are ASCII.
                "Gazecast-Domain": domain.encode("ascii", "replace").decode("ascii"),
            },
        )

    predictions = await to_thread.run_sync(count) if LongPageRequest.asked(form) else 1
    return await service.run(work, predictions)
