"""Signs of life of the whole fleet, spread over some minutes of real time; refuses to send two at once."""

import asyncio
import random
from collections.abc import Mapping

from service.demo.register import silent_terminals
from service.demo.terminal import Device
from service.demo.town import Town

ROUND_S = 150.0
"""Each device once in this time: half the silence that makes one lost, at eight requests a second for a thousand."""


async def beat_for_ever(devices: Mapping[str, Device], town: Town) -> None:
    """Let every device but the silent ones beat in turn, with a battery that slowly runs down."""
    silent = silent_terminals(town)
    known = {terminal.number: terminal for terminal in town.terminals}
    charge = {name: known[name].battery for name in known}
    alive = [name for name in devices if name not in silent]
    random.shuffle(alive)
    while True:
        for name in alive:
            terminal = known.get(name)
            health: dict[str, object] = {"signal": random.randint(-108, -62)}
            if terminal is not None:
                health["firmware"] = terminal.firmware
                if terminal.kind == "wristband":
                    health["worn"] = random.random() < 0.92
            level = charge.get(name)
            if level is not None:
                charge[name] = level = max(3, level - (random.random() < 0.01))
                health["battery"] = level
            await devices[name].beat(**health)
            await asyncio.sleep(ROUND_S / max(len(alive), 1) * random.uniform(0.5, 1.3))
