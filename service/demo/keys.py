"""`unwalled demo --keys`: prints the demo terminals' keys for outside tools; refuses to do anything else."""

import sys
from pathlib import Path

from service.demo.homefiles import read_keys


def print_keys(home: Path) -> int:
    """One JSON object a line, {"terminal", "key"}, key in hex. Raises DemoFileMissing before the town was founded."""
    for terminal, key in read_keys(home).items():
        sys.stdout.write(f'{{"terminal": "{terminal}", "key": "{key.hex()}"}}\n')
    sys.stdout.flush()
    return 0
