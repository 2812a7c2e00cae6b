"""The door for call devices: its four routes; refuses to hold any logic."""

from starlette.routing import BaseRoute, Route

from service.terminals.alerts import post_alert
from service.terminals.heartbeats import post_heartbeats
from service.terminals.keys import post_claim, post_rotate

routes: list[BaseRoute] = [
    Route("/terminals/v1/alerts", post_alert, methods=["POST"]),
    Route("/terminals/v1/heartbeats", post_heartbeats, methods=["POST"]),
    Route("/terminals/v1/claim", post_claim, methods=["POST"]),
    Route("/terminals/v1/rotate", post_rotate, methods=["POST"]),
]
