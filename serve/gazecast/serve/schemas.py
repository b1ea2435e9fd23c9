"""What the service takes and answers, as pydantic models; they are its OpenAPI schema too."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import UploadFile
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    Json,
    StringConstraints,
)

from gazecast.analysis.regions import Region
from gazecast.model.prediction import Domain, DomainChoice, Window
from gazecast.serve import examples
from gazecast.serve.problems import Problem

_DOCUMENTED = ConfigDict(use_attribute_docstrings=True, frozen=True)


class RegionInput(BaseModel):
    """A rectangle to measure, in parts of the image's width and height (0 to 1) or in pixels."""

    # Strict: a number in quotes is a mistake in the client, so it is told.
    model_config = ConfigDict(**_DOCUMENTED, strict=True, extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """Comes back in the answer."""
    x: FiniteFloat
    """Left edge."""
    y: FiniteFloat
    """Top edge."""
    width: FiniteFloat
    """Width, more than 0."""
    height: FiniteFloat
    """Height, more than 0."""
    unit: Literal["fraction", "px"] = "fraction"
    """Whether the numbers are parts of the image's size or its pixels."""

    def on(self, width: int, height: int) -> Region:
        """The region on an image of this size in pixels. Raises RegionError for a rectangle that is
        empty or reaches out of it."""
        box = (self.name, self.x, self.y, self.width, self.height)
        if self.unit == "px":
            return Region.from_pixels(*box, width, height)
        return Region(*box)


class PredictionForm(BaseModel):
    """The multipart form of a prediction."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        extra="forbid",
        json_schema_extra={"examples": [examples.PREDICTION_FORM]},
    )

    image: UploadFile
    """A PNG, JPEG or WebP image of up to 40 megapixels, no side longer than 32,768 pixels."""
    window: Window = "3s"
    """Predict the fixations of the first 1, 3 or 5 seconds."""
    domain: DomainChoice = "auto"
    """What kind of picture it is; auto decides from its content."""
    regions: Annotated[Json[list[RegionInput]], Field(examples=[examples.REGIONS])] = Field(
        default_factory=list
    )
    """Rectangles to measure, as a JSON list."""


class JobOptions(BaseModel):
    """The text fields of a job's form."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")

    window: Window = "3s"
    """Predict the fixations of the first 1, 3 or 5 seconds."""
    domain: DomainChoice = "auto"
    """What kind of pictures they are; auto decides from the content of each."""
    regions: Annotated[Json[list[RegionInput]], Field(examples=[examples.REGIONS])] = Field(
        default_factory=list
    )
    """Rectangles to measure on each image, as a JSON list."""
    webhook: Annotated[str, Field(examples=["https://ci.example/gazecast"])] | None = None
    """An https URL to tell when the job is finished, as https://www.standardwebhooks.com describes:
    a signed POST, sent until it is taken, so at least once."""


class JobForm(JobOptions):
    """The multipart form of a job."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.JOB_FORM]})

    files: Annotated[list[UploadFile], Field(min_length=1)]
    """PNG, JPEG or WebP images, and zips of them."""


class DatasetLicence(BaseModel):
    model_config = _DOCUMENTED

    name: str
    """Name of the data set."""
    licence: str
    """Its licence."""


class Licences(BaseModel):
    model_config = _DOCUMENTED

    weights: str
    """Licence of the model's weights."""
    datasets: list[DatasetLicence]
    """Licences of the data sets behind them."""


class ModelReference(BaseModel):
    """Which weights predicted; /v1/model says everything about them."""

    model_config = _DOCUMENTED

    name: str
    """Name of the model."""
    version: str
    """Version of the weights."""
    sha256: str
    """Hex SHA-256 of the model file."""
    licences: Licences


class ImageReference(BaseModel):
    """The image as it was understood, upright."""

    model_config = _DOCUMENTED

    width: int
    """Width in pixels."""
    height: int
    """Height in pixels."""
    sha256: str
    """Hex SHA-256 of the file."""


class DomainAnswer(BaseModel):
    """Which kind of picture it was taken for, and how far the model is validated on that kind."""

    model_config = _DOCUMENTED

    name: Domain
    """The domain used."""
    requested: DomainChoice
    """What the request said."""
    probabilities: dict[Domain, float]
    """What the picture's content looks like; sums to 1."""
    validation: str
    """What the model's accuracy in this domain was measured on, if it was."""


class RegionAnswer(BaseModel):
    """How much attention a region is predicted to get."""

    model_config = _DOCUMENTED

    name: str
    """Name from the request."""
    x: float
    """Left edge, 0 to 1."""
    y: float
    """Top edge, 0 to 1."""
    width: float
    """Width, 0 to 1."""
    height: float
    """Height, 0 to 1."""
    share: float
    """Share of all fixations that fall into the region, 0 to 1."""
    intensity: float
    """The share divided by the region's share of the area: 1 is what an even spread gives."""


class HotspotAnswer(BaseModel):
    """A peak of the density."""

    model_config = _DOCUMENTED

    x: float
    """Position from the left, 0 to 1."""
    y: float
    """Position from the top, 0 to 1."""
    share: float
    """Share of all fixations in the peak's neighbourhood, 0 to 1."""
    intensity: float
    """Density at the peak in multiples of an even spread."""


class DensityAnswer(BaseModel):
    """The density as a picture: pixel value times `scale` is the cell's share of all fixations."""

    model_config = _DOCUMENTED

    width: int
    """Columns."""
    height: int
    """Rows."""
    encoding: Literal["png16"]
    """16-bit greyscale PNG."""
    data: Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]
    """The PNG file in base64."""
    scale: float
    """Factor from pixel value to density; rounding errs by at most half of it per cell."""


class Report(BaseModel):
    """A prediction in numbers, with everything needed to say what they mean."""

    model_config = _DOCUMENTED

    id: str
    """Hex SHA-256 over the image, the model and the parameters: equal requests, equal ids."""
    model: ModelReference
    image: ImageReference
    window: Window
    """Fixations of the first 1, 3 or 5 seconds."""
    domain: DomainAnswer
    regions: list[RegionAnswer]
    """The regions of the request, in its order."""
    hotspots: list[HotspotAnswer]
    """The strongest peaks, strongest first."""
    definitions: str
    """Version of the definitions of share, intensity and hotspots."""
    notice: str
    """What a prediction is and is not, in one line to show with it."""


class PredictionAnswer(Report):
    """A report with the density itself."""

    model_config = ConfigDict(**_DOCUMENTED, json_schema_extra={"examples": [examples.PREDICTION]})

    density: DensityAnswer


class JobItems(BaseModel):
    """How many of a job's images are in which state."""

    model_config = _DOCUMENTED

    total: int
    waiting: int
    running: int
    done: int
    """Have a report."""
    failed: int
    """Have a problem instead."""


class JobWebhook(BaseModel):
    """What became of the job's webhook."""

    model_config = _DOCUMENTED

    state: Literal["waiting", "delivered", "failed"]
    """Waiting for the job's end or the next attempt, taken by the receiver, or given up."""
    attempts: int
    """How often it was sent."""
    error: str | None
    """Why the latest attempt failed."""


class JobLinks(BaseModel):
    model_config = _DOCUMENTED

    self: str
    results: str


class JobAnswer(BaseModel):
    """How far a job is."""

    model_config = ConfigDict(**_DOCUMENTED, json_schema_extra={"examples": [examples.JOB]})

    id: str
    state: Literal["running", "finished"]
    """Finished when each image has a result."""
    created: AwareDatetime
    expires: AwareDatetime
    """When the job is erased, with its results."""
    window: Window
    domain: DomainChoice
    items: JobItems
    webhook: JobWebhook | None
    """Null when the job has none."""
    links: JobLinks


class DoneItem(BaseModel):
    """An image of a job with its report."""

    model_config = _DOCUMENTED

    position: int
    """In the job, from 0."""
    name: str
    """The file's name in the request or in the zip."""
    status: Literal["done"]
    report: PredictionAnswer


class FailedItem(BaseModel):
    """An image of a job that cannot be predicted."""

    model_config = _DOCUMENTED

    position: int
    """In the job, from 0."""
    name: str
    """The file's name in the request or in the zip."""
    status: Literal["failed"]
    problem: Problem


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
