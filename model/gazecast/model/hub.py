"""Models on the Hugging Face Hub, or another server that speaks its API (HF_ENDPOINT).

Which server, token and cache are used is for huggingface-hub to say, by variables of its own:
HF_TOKEN or `hf auth login`, HF_HOME, HF_HUB_OFFLINE. No token passes through here.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import httpx2
from pydantic import ValidationError

from gazecast.data.errors import GazecastError
from gazecast.data.names import UnsafeNameError, inside
from gazecast.model.card import model_card
from gazecast.model.metadata import (
    ModelFileError,
    ModelInfo,
    parse_model_info,
    read_model_info,
    weights_of,
)

from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

MODEL = "model.onnx"
DESCRIPTION = "model.json"
WEIGHTS = "model.safetensors"
CARD = "MODEL_CARD.md"

_HUB_CARD = "README.md"  # where the hub looks for it
_COMMIT = re.compile(r"[0-9a-f]{40}")


class HubError(GazecastError):
    """A model cannot be published or fetched; str() says why and what to do."""


@dataclass(frozen=True, slots=True)
class Published:
    """revision: the commit, 40 hex digits, which names these very files for good."""

    info: ModelInfo
    revision: str


def push(model: Path, repository: str, *, public: bool = False) -> Published:
    """Publishes an ONNX file with its description and a card; the repository is made if missing.

    The card is MODEL_CARD.md beside the model where there is one, else made from the description.
    public: whether a repository that is made may be seen by everybody.

    Raises ModelFileError for a model that is not the one described; HubError.
    """
    info = read_model_info(model.with_suffix(".json"), model)
    try:
        written = inside(model.parent, CARD)  # what it leads to would be published
    except UnsafeNameError as error:
        raise HubError(f"{error}.") from error
    card = written.read_text("utf-8") if written.is_file() else model_card(info)
    weights = [] if info.weights_sha256 is None else [weights_of(model, info)]
    hub = _hub()
    with _explained(repository):
        hub.create_repo(repository, private=not public, exist_ok=True)
        commit = hub.create_commit(
            repository,
            [
                CommitOperationAdd(MODEL, model),
                CommitOperationAdd(DESCRIPTION, model.with_suffix(".json")),
                *(CommitOperationAdd(WEIGHTS, file) for file in weights),
                CommitOperationAdd(_HUB_CARD, (_front_matter(info) + card).encode()),
            ],
            commit_message=f"{info.name} {info.version}, {info.sha256[:12]}",
        )
    return Published(info, commit.oid)


def pull(repository: str, out: Path, *, revision: str | None = None) -> Published:
    """Fetches a model into a new folder, as model.onnx, model.json, MODEL_CARD.md and, where it
    has them, the weights; it appears whole and checked, or not at all.

    revision: a commit, tag or branch; the main branch by default. All files are those of the one
    commit that it stands for at the beginning. A full commit that was fetched before needs no hub.

    Raises ModelFileError for a file that is not the one described; HubError.
    """
    if out.exists():
        raise HubError(f"{out} exists already; name a new folder for the model.")
    with _explained(repository, revision):
        commit = revision
        if commit is None or not _COMMIT.fullmatch(commit):
            commit = _hub().model_info(repository, revision=revision).sha
        if commit is None or not _COMMIT.fullmatch(commit):  # it becomes a path in the cache
            raise HubError(
                f"The hub does not say which commit of {repository} is {revision or 'main'}."
            )
        wanted = {MODEL: MODEL, DESCRIPTION: DESCRIPTION, CARD: _HUB_CARD}
        fetched = {
            ours: Path(_hub().hf_hub_download(repository, theirs, revision=commit))
            for ours, theirs in wanted.items()
        }
        if _has_weights(fetched[DESCRIPTION]):
            fetched[WEIGHTS] = Path(_hub().hf_hub_download(repository, WEIGHTS, revision=commit))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        whole = Path(folder, "model")
        whole.mkdir()
        for name, file in fetched.items():
            shutil.copyfile(file, whole / name)
        try:
            info = read_model_info(whole / DESCRIPTION, whole / MODEL)
            if info.weights_sha256 is not None:
                weights_of(whole / MODEL, info)
        except ModelFileError as error:
            raise HubError(
                f"What was fetched of {repository} at {commit} is no whole model: {error} If the "
                f"hub has it right, the local copy is damaged: remove {fetched[MODEL].resolve()} "
                "and pull again."
            ) from error
        whole.rename(out)
    return Published(info, commit)


def _has_weights(description: Path) -> bool:
    """Whether a description speaks of weights; one that cannot be read is told of later."""
    try:
        return parse_model_info(description.read_bytes()).weights_sha256 is not None
    except ValidationError:
        return False


def _hub() -> HfApi:
    return HfApi(library_name="gazecast", library_version=version("gazecast"))


def _front_matter(info: ModelInfo) -> str:
    """What the hub reads of a card: YAML, of which JSON is a part."""
    fields = {
        "license": "other",
        "license_name": info.licence,
        "library_name": "gazecast",
        "tags": ["saliency", "eye-tracking", "visual-attention", "onnx"],
    }
    rows = (f"{name}: {json.dumps(value)}" for name, value in fields.items())
    return "\n".join(["---", *rows, "---", "", ""])


@contextmanager
def _explained(repository: str, revision: str | None = None) -> Iterator[None]:
    """Says what to do about what goes wrong. Of the hub's own words only the status is passed on:
    they may quote what was sent."""
    try:
        yield
    except HFValidationError as error:
        raise HubError(f"{repository!r} names no repository; write OWNER/NAME.") from error
    except OfflineModeIsEnabled as error:
        raise HubError(
            "HF_HUB_OFFLINE is set, so the hub is not asked. Unset it, or pull a commit (40 hex "
            "digits) that was pulled before."
        ) from error
    except LocalEntryNotFoundError as error:
        raise HubError(
            f"{repository} at {revision or 'main'} is not in the local cache and the hub cannot be "
            "reached. Unset HF_HUB_OFFLINE if it is set, or look at the network and HF_ENDPOINT."
        ) from error
    except RepositoryNotFoundError as error:
        raise HubError(
            f"There is no repository {repository} that your token may see. Look at the name, and "
            "log in: hf auth login, or set HF_TOKEN."
        ) from error
    except RevisionNotFoundError as error:
        raise HubError(
            f"{repository} has no revision {revision}. Name a commit, tag or branch of it."
        ) from error
    except EntryNotFoundError as error:
        raise HubError(
            f"{repository} at {revision or 'main'} holds no model of gazecast: it needs {MODEL}, "
            f"{DESCRIPTION} and {_HUB_CARD}, as gazecast push writes them."
        ) from error
    except LocalTokenNotFoundError as error:
        raise HubError("The hub needs to know you: hf auth login, or set HF_TOKEN.") from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        if status in {401, 403}:
            raise HubError(
                f"The hub refused ({status}): your token may not do that on {repository}. Log in "
                "with one that may, by hf auth login, or set HF_TOKEN."
            ) from error
        raise HubError(f"The hub failed ({status}) on {repository}. Try again later.") from error
    except httpx2.HTTPError as error:
        raise HubError(
            "The hub cannot be reached. Look at the network and HF_ENDPOINT, and try again."
        ) from error
