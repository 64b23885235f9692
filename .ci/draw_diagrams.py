"""Draw the diagrams of the first country: description -> BPMN 2.0 with lanes and clean diagram interchange.

For maintainers who start a new process. The .bpmn files are the truth once they are written: change them in a
modeler, not here. Run `python .ci/draw_diagrams.py workflows/kg [process ...]`; a file that exists is kept
unless `--overwrite` is given.
"""

import argparse
from pathlib import Path

from drawing import kg_beside, kg_help, kg_path, kg_return
from drawing.description import Process
from drawing.document import document
from drawing.places import lay_out

PROCESSES: dict[str, Process] = {
    process.id: process
    for module in (kg_path, kg_help, kg_return, kg_beside)
    for process in vars(module).values()
    if isinstance(process, Process)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("process", nargs="*", help="default: all")
    parser.add_argument("--overwrite", action="store_true")
    wanted = parser.parse_args()
    for name in wanted.process or PROCESSES:
        target = wanted.folder / f"{name}.bpmn"
        if target.exists() and not wanted.overwrite:
            print(f"{target} exists; it is kept")
            continue
        process = PROCESSES[name]
        target.write_bytes(document(process, lay_out(process)))
        print(f"{target} drawn")


if __name__ == "__main__":
    main()
