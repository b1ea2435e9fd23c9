"""A stand-in for the Hugging Face Hub: the part of its HTTP API by which models are published and
fetched, in memory, with large files over the LFS protocol and behind a redirect as there."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

LARGE = (".onnx",)


@dataclass
class Repository:
    private: bool
    commits: dict[str, dict[str, str]] = field(default_factory=dict)
    """By commit: path to the SHA-256 of its bytes."""
    refs: dict[str, str] = field(default_factory=dict)

    def commit_of(self, revision: str) -> str | None:
        return revision if revision in self.commits else self.refs.get(revision)


class Hub:
    """blobs: bytes by SHA-256. requests: method and path of every request, in order. agents: what
    they say of the programs that sent them."""

    token = "hf_secretsecretsecretsecretsecret"
    read_only_token = "hf_readsreadsreadsreadsreadsreads"

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.blobs: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.agents: set[str] = set()
        self.url = self.storage = ""

    def application(self) -> FastAPI:  # noqa: PLR0915 - one function for each operation of the API
        app = FastAPI(openapi_url=None)

        def failed(status: int, code: str) -> Response:
            headers = {"X-Error-Code": code, "X-Error-Message": code}
            return Response(status_code=status, headers=headers)

        def found(name: str, revision: str) -> tuple[Repository, str] | Response:
            repository = self.repositories.get(name)
            if repository is None:
                return failed(404, "RepoNotFound")
            commit = repository.commit_of(revision)
            return failed(404, "RevisionNotFound") if commit is None else (repository, commit)

        @app.middleware("http")
        async def admit(request: Request, go_on):
            self.requests.append(f"{request.method} {request.url.path}")
            self.agents.add(request.headers["user-agent"])
            if request.url.path.startswith("/storage/"):
                # Its links carry their own right: the token is none of its business.
                assert "authorization" not in request.headers
            else:
                token = request.headers.get("authorization", "").removeprefix("Bearer ")
                if token not in {self.token, self.read_only_token}:
                    return failed(401, "RepoNotFound")
                writes = (
                    request.method not in {"GET", "HEAD"} and "validate" not in request.url.path
                )
                if writes and token != self.token:
                    return Response(status_code=403)
            return await go_on(request)

        @app.post("/api/repos/create")
        async def create(request: Request):
            asked = await request.json()
            name = f"{asked['organization']}/{asked['name']}" if asked.get("organization") else ""
            name = name or asked["name"]
            url = {"url": f"{self.url}/{name}", "id": name, "name": name}
            if name in self.repositories:
                return Response(json.dumps(url), 409)
            empty = hashlib.sha1(name.encode()).hexdigest()
            self.repositories[name] = Repository(
                asked.get("visibility") == "private", {empty: {}}, {"main": empty}
            )
            return url

        @app.post("/api/validate-yaml")
        async def validate(request: Request):
            asked = await request.json()
            assert asked["content"].startswith("---\n")
            return {"errors": [], "warnings": []}

        @app.post("/api/models/{owner}/{name}/preupload/{revision}")
        async def preupload(request: Request):
            files = (await request.json())["files"]
            return {
                "files": [
                    {
                        "path": file["path"],
                        "uploadMode": "lfs" if file["path"].endswith(LARGE) else "regular",
                        "shouldIgnore": False,
                    }
                    for file in files
                ]
            }

        @app.post("/{owner}/{name}.git/info/lfs/objects/batch")
        async def batch(request: Request):
            asked = await request.json()
            assert asked["operation"] == "upload"
            assert asked["hash_algo"] == "sha256"
            return {
                "transfer": "basic",
                "objects": [
                    {
                        **each,
                        "actions": {
                            "upload": {"href": f"{self.storage}/{each['oid']}"},
                            "verify": {"href": f"{self.url}/verify"},
                        },
                    }
                    for each in asked["objects"]
                ],
            }

        @app.put("/storage/{oid}")
        async def upload(oid: str, request: Request):
            self.blobs[oid] = await request.body()
            return Response()

        @app.get("/storage/{oid}")
        async def download(oid: str):
            return Response(self.blobs[oid], headers={"ETag": f'"{oid}"'})

        @app.post("/verify")
        async def verify(request: Request):
            asked = await request.json()
            stored = self.blobs.get(asked["oid"], b"")
            whole = hashlib.sha256(stored).hexdigest() == asked["oid"]
            return Response(status_code=200 if whole and len(stored) == asked["size"] else 422)

        @app.post("/api/models/{owner}/{name}/commit/{revision}")
        async def commit(owner: str, name: str, revision: str, request: Request):
            repository = self.repositories[f"{owner}/{name}"]
            parent = repository.refs[revision]
            body = await request.body()
            lines = [json.loads(line) for line in body.splitlines()]
            files = dict(repository.commits[parent])
            for line in lines:
                value = line["value"]
                if line["key"] == "file":
                    content = base64.b64decode(value["content"])
                    oid = hashlib.sha256(content).hexdigest()
                    self.blobs[oid] = content
                    files[value["path"]] = oid
                elif line["key"] == "lfsFile":
                    assert value["oid"] in self.blobs
                    files[value["path"]] = value["oid"]
            made = hashlib.sha1(parent.encode() + body).hexdigest()
            repository.commits[made] = files
            repository.refs[revision] = made
            url = f"{self.url}/{owner}/{name}/commit/{made}"
            return {"commitOid": made, "commitUrl": url, "hookOutput": "", "success": True}

        @app.get("/api/models/{owner}/{name}")
        @app.get("/api/models/{owner}/{name}/revision/{revision}")
        async def info(owner: str, name: str, revision: str = "main"):
            here = found(f"{owner}/{name}", revision)
            if isinstance(here, Response):
                return here
            repository, commit = here
            return {
                "id": f"{owner}/{name}",
                "sha": commit,
                "private": repository.private,
                "tags": [],
                "downloads": 0,
                "likes": 0,
                "siblings": [{"rfilename": path} for path in repository.commits[commit]],
            }

        @app.api_route("/{owner}/{name}/resolve/{revision}/{path}", methods=["GET", "HEAD"])
        async def resolve(owner: str, name: str, revision: str, path: str, request: Request):
            here = found(f"{owner}/{name}", revision)
            if isinstance(here, Response):
                return here
            repository, commit = here
            oid = repository.commits[commit].get(path)
            if oid is None:
                missing = failed(404, "EntryNotFound")
                missing.headers["X-Repo-Commit"] = commit
                return missing
            content = self.blobs[oid]
            headers = {"X-Repo-Commit": commit, "ETag": f'"{oid}"'}
            if path.endswith(LARGE):
                headers |= {
                    "Location": f"{self.storage}/{oid}",
                    "X-Linked-Etag": f'"{oid}"',
                    "X-Linked-Size": str(len(content)),
                }
                return Response(status_code=302, headers=headers)
            return Response(content, headers=headers)

        return app


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    config = uvicorn.Config(hub.application(), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        # Large files are on another host, as there.
        hub.url, hub.storage = f"http://127.0.0.1:{port}", f"http://localhost:{port}/storage"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield hub
        server.should_exit = True
        thread.join(60)
