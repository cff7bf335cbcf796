"""Reads what benn writes by the libraries of those who made the formats, and prints what they found as JSON.

    python3 -m venv DIR && DIR/bin/pip install tensorboard safetensors numpy
    DIR/bin/python scripts/readers/read.py scripts/readers/written > scripts/readers/read.json    # or a run folder, with FILE.benn beside it

Event files go through TensorBoard's EventAccumulator, which checks every CRC; .benn files and checkpoints through safetensors' safe_open.
"""

import json
import math
import sys
from importlib.metadata import version
from pathlib import Path

from safetensors import safe_open
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def scalars(folder):
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    events.Reload()
    return {tag: [[e.step, e.value, e.wall_time] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def tensors(path):
    with safe_open(path, framework="numpy") as file:
        found = {name: file.get_tensor(name) for name in file.keys()}
        metadata = sorted((file.metadata() or {}).keys())
    told = lambda a: {"type": str(a.dtype), "shape": list(a.shape), "sum": math.fsum(a.ravel().tolist())}
    return {"metadata": metadata, "tensors": {name: told(array) for name, array in sorted(found.items())}}


def main():
    folder = Path(sys.argv[1])
    events = sorted(folder.rglob("*tfevents*"))
    files = sorted({*folder.rglob("*.safetensors"), *folder.rglob("*.benn")} - {*events})
    if not files or not events:
        sys.exit(f"{folder}: no event files, or no .benn and .safetensors files, in it")
    print(
        json.dumps(
            {
                "read with": {name: version(name) for name in ("tensorboard", "safetensors", "numpy")},
                "scalars": {path.parent.relative_to(folder).as_posix(): scalars(path.parent) for path in events},
                "files": {path.relative_to(folder).as_posix(): tensors(path) for path in files},
            },
            indent=1,
        )
    )


main()
