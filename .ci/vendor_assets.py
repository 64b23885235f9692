"""Fetch and build what we ship from npm: styles and fonts, with their licences and a manifest of SHA-256 sums.

For maintainers only: needs npm. `--check` needs nothing and compares the files with the manifest.
Versions and integrity sums stand in `.ci/vendor/lock.json`; nothing is taken whose sum differs.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "vendor"
ROOT = HERE.parent.parent
TARGET = ROOT / "engine" / "web" / "static" / "vendor"
MANIFEST = TARGET / "manifest.json"
# Read from upstream's repository: the npm package carries no licence file.
GOVUK_LICENCE = HERE / "govuk-frontend.LICENSE"
COMPONENTS = (
    *("button", "checkboxes", "error-message", "error-summary", "fieldset", "hint", "input", "inset-text", "label"),
    *("notification-banner", "radios", "select", "skip-link", "table", "tag", "textarea"),
)


def main() -> int:
    """Build everything, or with --check compare what is committed with its manifest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the manifest, change nothing")
    if parser.parse_args().check:
        return check()
    lock = json.loads((HERE / "lock.json").read_text())
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for entry in lock["packages"]:
            take(entry, fetch(entry, work))
        build_styles(lock["tools"], work)
    MANIFEST.write_text(json.dumps(sums(), indent=2) + "\n")
    return 0


def check() -> int:
    """Exit code 1 and a line for each file that differs from the manifest."""
    expected = json.loads(MANIFEST.read_text())
    found = sums()
    wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    for name in wrong:
        print(f"{name}: differs from manifest.json; run .ci/vendor_assets.py again", file=sys.stderr)
    return 1 if wrong else 0


def sums() -> dict[str, str]:
    """SHA-256 of every vendored file, by its path below the vendor folder."""
    files = sorted(p for p in TARGET.rglob("*") if p.is_file() and p != MANIFEST)
    return {str(p.relative_to(TARGET)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def fetch(entry: dict[str, Any], work: Path) -> Path:
    """Download one package, compare its integrity sum and unpack it; gives its folder."""
    spec = f"{entry['package']}@{entry['version']}"
    said = json.loads(run(["npm", "pack", spec, "--json"], work))
    (packed,) = said.values() if isinstance(said, dict) else said
    if packed["integrity"] != entry["integrity"]:
        raise SystemExit(f"{spec}: integrity is {packed['integrity']}, lock.json says {entry['integrity']}")
    folder = work / "unpacked" / entry["package"]
    with tarfile.open(work / packed["filename"]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def take(entry: dict[str, Any], package: Path) -> None:
    """Copy the files that the lock names."""
    for source, target in entry["files"].items():
        destination = TARGET / target
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package / source, destination)


def build_styles(tools: dict[str, str], work: Path) -> None:
    """Compile the components that we use, then drop the rules that no template can need."""
    run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts",
         *(f"{name}@{version}" for name, version in tools.items())], work)  # fmt: skip
    binaries = work / "node_modules" / ".bin"
    dist = work / "unpacked" / "govuk-frontend" / "package" / "dist"
    compiled = work / "govuk.css"
    run([str(binaries / "sass"), "--style=compressed", "--no-source-map", "--no-charset",
         f"--load-path={dist}", str(HERE / "govuk.scss"), str(compiled)], work)  # fmt: skip
    purged = work / "purged"
    purged.mkdir()
    run([str(binaries / "purgecss"), "--config", str(HERE / "purge.config.cjs"), "--css", str(compiled),
         "--content", *map(str, contents()), "--output", str(purged)], work)  # fmt: skip
    destination = TARGET / "govuk"
    destination.mkdir(parents=True, exist_ok=True)
    (destination / "govuk.css").write_text(slim((purged / "govuk.css").read_text()) + "\n")
    shutil.copyfile(GOVUK_LICENCE, destination / "LICENSE")


def slim(css: str) -> str:
    """Without what our own sheet says once for all (fonts, print) and what only browsers long gone need."""
    css = css.replace("-webkit-font-smoothing:antialiased;-moz-osx-font-smoothing:grayscale", "")
    css = css.replace("font-family:inherit", "").replace("-webkit-text-decoration-skip-ink:none;", "")
    css = re.sub(r"var\((--[a-z-]+), #[0-9a-f]+\)", r"var(\1)", css)
    css = without_blocks(css, r"@media print\{|@media screen[^ {]+[^{]*\{|@supports not[^{]*\{")
    return re.sub(r";+(?=\})|(?<=\{);+|(?<=;);+", "", re.sub(r"[^{}]+\{;*\}", "", css)).strip()


def without_blocks(css: str, opening: str) -> str:
    """Cut every block whose opening matches, nested rules included."""
    while found := re.search(opening, css):
        end, depth = found.end(), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        css = css[: found.start()] + css[end:]
    return css


def contents() -> list[Path]:
    """Every file from which a class name can reach a page."""
    import govuk_frontend_jinja

    macros = Path(govuk_frontend_jinja.__file__).parent / "templates"
    files = [macros / "components" / name / "macro.html" for name in COMPONENTS]
    web = ROOT / "engine" / "web"
    return [*files, *sorted(web.rglob("*.html")), *sorted(web.glob("*.py")), *sorted(web.glob("static/*.js"))]


def run(command: list[str], folder: Path) -> str:
    """Output of a command; its failure ends the script."""
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
