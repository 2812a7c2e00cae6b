"""The door for call devices: its four routes; refuses to hold any logic."""

from starlette.routing import BaseRoute, Route

from service.terminals.alerts import post_alert
from service.terminals.heartbeats import post_heartbeats

routes: list[BaseRoute] = [
    Route("/terminals/v1/alerts", post_alert, methods=["POST"]),
    Route("/terminals/v1/heartbeats", post_heartbeats, methods=["POST"]),
]
