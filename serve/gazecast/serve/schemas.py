"""The forms that the service takes: the options of `gazecast.designs.options`, and files."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import UploadFile
from pydantic import BaseModel, ConfigDict, Field

from gazecast.analysis.bounds import MOST_VARIANTS
from gazecast.designs.fields import Remedy
from gazecast.designs.limits import LONGEST_URL
from gazecast.designs.options import ComparisonOptions, Options
from gazecast.serve import examples


class PredictionForm(Options):
    """The multipart form of a prediction."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PREDICTION_FORM]})

    image: Annotated[
        UploadFile,
        Remedy(
            "Send the image as the multipart file field 'image', as in curl -F image=@page.png."
        ),
    ]
    """A PNG, JPEG or WebP image of up to 40 megapixels, no side longer than 32,768 pixels."""


class ComparisonForm(ComparisonOptions):
    """The multipart form of a comparison."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.COMPARISON_FORM]})

    variants: Annotated[
        list[UploadFile],
        Field(min_length=2, max_length=MOST_VARIANTS),
        Remedy(
            f"Send 2 to {MOST_VARIANTS} images as multipart file fields 'variants', as in "
            "curl -F variants=@before.png -F variants=@after.png."
        ),
    ]
    """The versions of the design, each a PNG, JPEG or WebP image of up to 40 megapixels. They go by
    their file names, without folders, which must differ."""


class JobOptions(Options):
    """The text fields of a job's form; what is said of the picture holds for each."""

    webhook: Annotated[
        Annotated[str, Field(max_length=LONGEST_URL, examples=["https://ci.example/gazecast"])]
        | None,
        Remedy("Send an https URL on the internet, without a user name in it, or leave it out."),
    ] = None
    """An https URL to tell when the job is finished, as https://www.standardwebhooks.com describes:
    a signed POST, sent until it is taken, so at least once."""


class JobForm(JobOptions):
    """The multipart form of a job."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.JOB_FORM]})

    files: Annotated[
        list[UploadFile],
        Field(min_length=1),
        Remedy(
            "Send images or zips of them as multipart file fields 'files', as in "
            "curl -F files=@a.png -F files=@b.png."
        ),
    ]
    """PNG, JPEG or WebP images, and zips of them."""


class Health(BaseModel):
    """A service that can answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: Literal["ok"]


class Index(BaseModel):
    """Where to go from here."""

    model_config = ConfigDict(
        use_attribute_docstrings=True, json_schema_extra={"examples": [examples.INDEX]}
    )

    name: Literal["gazecast"]
    version: str
    """Version of the package."""
    notice: str
    """What a prediction is and is not."""
    links: dict[str, str]
    """What there is, and where."""
