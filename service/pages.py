"""Serves the built console at /, its hashed assets for ever, and the API reference at /docs; refuses to list."""

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

NOT_BUILT = "The console has not been built yet: run `make console` once (Node is fetched when it is missing).\n"


def folder() -> Path | None:
    """Where the built console lies: inside the wheel, or beside the package in a checkout; None when not built."""
    inside, beside = Path(__file__).parent / "console", Path(__file__).parents[1] / "console" / "dist"
    return next((place for place in (inside, beside) if (place / "index.html").exists()), None)


class Forever(StaticFiles):
    """Assets whose names carry their hash: a browser may keep them a year."""

    def file_response(self, *args, **kwargs) -> Response:  # type: ignore[no-untyped-def]
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def install(app: FastAPI) -> None:
    """Add the console's page, its assets and the few files beside them."""
    place = folder()

    async def page(_request: Request) -> Response:
        if place is None:
            return PlainTextResponse(NOT_BUILT, 503)
        return FileResponse(place / "index.html", headers={"cache-control": "no-cache"})

    app.add_route("/", page, include_in_schema=False)
    if place is None:
        return
    if (place / "reference").is_dir():
        app.mount("/reference", StaticFiles(directory=place / "reference"))
        app.add_route("/docs", _file(place / "reference" / "index.html"), include_in_schema=False)
    if (place / "assets").is_dir():
        app.mount("/assets", Forever(directory=place / "assets"))
    for file in sorted(path for path in place.iterdir() if path.is_file() and path.name != "index.html"):
        app.add_route(f"/{file.name}", _file(file), include_in_schema=False)


def _file(path: Path):  # type: ignore[no-untyped-def]
    async def send(_request: Request) -> Response:
        return FileResponse(path, headers={"cache-control": "no-cache"})

    return send
