"""Composition root: settings to engines, clock, committer, hub and routes, one ASGI app a set of roles; nothing else."""

from fastapi import FastAPI

from service.clock import Clock
from service.settings import Settings


def create_app(settings: Settings, *, clock: Clock | None = None) -> FastAPI:
    return FastAPI()
