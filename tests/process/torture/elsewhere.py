"""The other process of a walk: answers requests on its standard input until it is closed."""

import sys
from pathlib import Path

import orjson

from engine.process import definitions

from .bundles import files, processes
from .walking import answer

ROOT = Path(__file__).parents[3]


def bundle_files(name: str) -> dict[str, bytes]:
    """The files of a model, or of a country."""
    if (ROOT / "workflows" / name).exists():
        return definitions.read_folders(ROOT / "workflows" / name, ROOT / "forms" / name)
    return files(processes(name))


def main() -> None:
    """Answer until the end."""
    compiled: dict[str, definitions.Bundle] = {}
    for line in sys.stdin.buffer:
        request = orjson.loads(line)
        name = request["bundle"]
        if request["fresh"] or name not in compiled:
            definitions._compiled.clear()
            compiled = {name: definitions.compile_bundle(bundle_files(name))}  # thousands are invented, one is walked
        sys.stdout.buffer.write(orjson.dumps(answer(compiled[name], request)) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
