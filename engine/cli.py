"""The command `nrm`: one line says what went wrong, and the exit code whether it did."""

import socket
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from pydantic import ValidationError
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import col, select

from . import bundles, forms, migrations, vault, worker
from .act import open_facts
from .app import create_app
from .audit import checkpoint, reconcile
from .config import LOOPBACK, settings
from .database import Store
from .demo import agencies, clock, story
from .errors import EngineError
from .forms import xlsx
from .models.cases import Case
from .models.people import Agency
from .process import describe as descriptions
from .process.check import check as check_files
from .vault.fields import SealBroken

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Run a National Referral Mechanism as it is drawn.")
forms_app = typer.Typer(no_args_is_help=True, help="Take forms to a spreadsheet and back.")
audit_app = typer.Typer(no_args_is_help=True, help="Prove the record.")
app.add_typer(forms_app, name="forms")
app.add_typer(audit_app, name="audit")
console = Console(stderr=True)
KEPT_OPEN = 75  # seconds; a form takes a minute to fill, and on a bad line a new connection takes seconds
UNREACHABLE = "The database cannot be used. Check NRM_DATABASE_URL, and that its server runs and lets you in."


def main() -> None:
    """Run a command; an error is one line and exit code 1."""
    try:
        app()
    except EngineError as error:
        _fail(error.message)
    except ValidationError as error:
        _fail("\n".join(f"NRM_{str(wrong['loc'][0]).upper()}: {wrong['msg']}." for wrong in error.errors()))
    except OSError as error:
        _fail(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.")


def _fail(message: str) -> None:
    console.print(message, style="red", markup=False, highlight=False)
    sys.exit(1)


def open_store() -> Store:
    """The store of this installation, with its key."""
    chosen = settings()
    key = vault.Vault(vault.read_or_create_key_file(chosen.key_file))
    try:
        return Store(chosen.database_url, key)
    except (ArgumentError, ImportError) as error:
        raise EngineError("NRM_DATABASE_URL is not a store. Write sqlite:///… or postgresql://…") from error


def ready_store() -> Store:
    """The store of this installation, if it has been set up."""
    store = open_store()
    try:
        current = migrations.is_current(store)
    except DBAPIError as error:
        raise EngineError(UNREACHABLE) from error
    if not current:
        raise EngineError("This database is not at the newest schema. Run nrm migrate first.")
    return store


@app.command()
def serve(
    demo: Annotated[bool, typer.Option(help="Synthetic data and a clock that can be moved.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on; training systems take this machine only.")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 0,
    with_worker: Annotated[bool, typer.Option(help="Run the worker in this process.")] = True,
) -> None:
    """Serve pages and API, with the worker beside them."""
    chosen = settings()
    chosen.demo = demo or chosen.demo
    chosen.host, chosen.port = host or chosen.host, port or chosen.port
    if chosen.host not in LOOPBACK:
        raise EngineError(
            f"This is a training system and does not listen on {chosen.host}. Use 127.0.0.1 and synthetic data."
        )
    check_port(chosen.host, chosen.port)
    store = prepare()
    if chosen.demo:
        plant(store)
    with store.reading() as session:
        clock.restore(session)
    address = f"http://[{chosen.host}]:{chosen.port}" if ":" in chosen.host else f"http://{chosen.host}:{chosen.port}"
    console.print(f"[bold]The NRM training system is at {address}[/bold]", highlight=False)
    if chosen.demo:
        console.print(f"Sign in as police_osh, shelter_osh, coordinator_osh, auditor, …; password {agencies.PASSWORD}")
    console.print("Stop with Ctrl+C.")
    uvicorn.run(
        create_app(store, with_worker=with_worker),
        host=chosen.host,
        port=chosen.port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEPT_OPEN,
    )


def check_port(host: str, port: int) -> None:
    """Nobody else listens there: said before anything is set up, not after the address was announced."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise EngineError(
                f"Port {port} is not free: {error.strerror}. Take another, such as --port 8001."
            ) from error


def prepare() -> Store:
    """Migrate the store and deploy the country's bundle, both only where needed."""
    store = open_store()
    try:
        migrations.upgrade(store)
    except DBAPIError as error:
        raise EngineError(UNREACHABLE) from error
    check_key(store)
    with store.transaction() as session:
        bundles.deploy(session, bundles.shipped(settings()))
    return store


def check_key(store: Store) -> None:
    """The key opens what the store holds: with another one every page of a case would fail, and new cases be lost."""
    with store.reading() as session:
        case = session.exec(select(Case).order_by(col(Case.opened_at).desc()).limit(1)).first()
        try:
            if case is not None:
                open_facts(session, case)
        except SealBroken as error:
            key = settings().key_file
            said = f"The key in {key} does not open this database. Put the key file back with which it was written."
            raise EngineError(said) from error


def plant(store: Store) -> None:
    """Write the demo data into an empty store."""
    with store.reading() as session:
        empty = session.exec(select(Agency.id).limit(1)).first() is None
    if not empty:
        return
    with _progress() as progress:
        bar = progress.add_task("Demo agencies and people", total=len(story.STAGES) + 1)
        with store.transaction() as session:
            agencies.seed(session)
        progress.advance(bar)
        story.seed(store, lambda what: progress.update(bar, advance=1, description="Demo cases"))


@app.command("worker")
def work(once: Annotated[bool, typer.Option(help="Do what is due and stop.")] = False) -> None:
    """Fire clocks, send notices and publish checkpoints, apart from the pages."""
    store = ready_store()
    if once:
        console.print(f"{worker.drain(store)} rounds of work done.")
        return
    worker.run(store, threading.Event())


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema and deploy the process definitions."""
    prepare()
    console.print("The database is up to date. Next: nrm serve")


@app.command()
def seed() -> None:
    """Write the synthetic agencies, people and cases of the demo into an empty database."""
    plant(prepare())
    console.print("Demo data is in place. Next: nrm serve --demo")


@app.command()
def check(
    workflows: Annotated[Path | None, typer.Argument(help="Folder of diagrams; default: the country's.")] = None,
    forms: Annotated[Path | None, typer.Argument(help="Folder of forms.")] = None,
) -> None:
    """Check diagrams, tables, forms, facts and clocks; each refusal names file, element and remedy."""
    chosen = settings()
    chosen.workflows, chosen.forms = workflows or chosen.workflows, forms or chosen.forms
    problems = check_files(bundles.shipped(chosen))
    for problem in problems:
        typer.echo(str(problem))
    if problems:
        raise EngineError(f"{len(problems)} problems. Mend them, then run nrm check again.")
    console.print("Everything that is drawn can run.")


@app.command()
def describe(language: Annotated[str, typer.Option(help="ky, ru or en.")] = "en") -> None:
    """Print each process as a numbered list a person can read."""
    typer.echo(descriptions.describe(bundles.shipped(settings()), language=language))


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


@forms_app.command("export")
def forms_export(
    key: Annotated[str, typer.Argument(help="Form to take out, such as intake.")],
    file: Annotated[Path, typer.Argument(help="Workbook to write (.xlsx).")],
) -> None:
    """Write a form as a workbook for a spreadsheet program or an XLSForm builder."""
    file.write_bytes(xlsx.export_xlsx(_form_path(key).read_bytes()))
    console.print(f"{file} written. Change it, then: nrm forms import {key} {file}")


@forms_app.command("import")
def forms_import(
    key: Annotated[str, typer.Argument(help="Form to replace.")],
    file: Annotated[Path, typer.Argument(help="Workbook to read (.xlsx).")],
    write: Annotated[bool, typer.Option(help="Replace the form; without it only the changes are shown.")] = False,
) -> None:
    """Take a changed workbook back: it is checked, the changes are shown, and written only with --write."""
    path = _form_path(key)
    before, after = path.read_bytes(), xlsx.import_xlsx(_read(file))
    for line in forms.diff(forms.compile_form(key, before), forms.compile_form(key, after)):
        typer.echo(line)
    if write:
        path.write_bytes(after)
        console.print(f"{path} replaced. Next: nrm check")
    else:
        console.print("Nothing was written. Add --write to replace the form.")


def _form_path(key: str) -> Path:
    path = settings().folder("forms") / f"{key}.csv"
    if not key.isidentifier() or not path.exists():
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.csv")))
        raise EngineError(f"There is no form “{key}”. The forms are: {known}.")
    return path


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise EngineError(f"{file} cannot be read: {error.strerror}.") from error


@audit_app.command("verify")
def audit_verify() -> None:
    """Recompute the record and compare it with the live tables. Exit code 1: tampered."""
    store = ready_store()
    with store.reading() as session, _progress() as progress:
        bar = progress.add_task("Entries", total=None)
        verdict = reconcile.verify(session, lambda done: progress.update(bar, completed=done))
    for wrong in verdict.wrong[:50]:
        typer.echo(wrong)
    typer.echo(f"{verdict.entries} entries, {verdict.rows} rows, root {verdict.root}")
    if not verdict.intact:
        raise EngineError(f"The record is not intact: {len(verdict.wrong)} differences.")
    console.print("Intact: every entry, every checkpoint and every live row agree.")


@audit_app.command("export")
def audit_export(file: Annotated[Path, typer.Argument(help="Where to write the log (JSON Lines).")]) -> None:
    """Write the whole log and its checkpoint for `engine/audit/verify.py`, which needs nothing of ours."""
    store = ready_store()
    with store.transaction() as session:
        checkpoint.publish(session)
    with store.reading() as session, file.open("w") as out:
        size = checkpoint.export(session, out)
        file.with_suffix(".checkpoint").write_text(checkpoint.note(checkpoint.newest(session)))
    console.print(f"{size} entries written. Check them anywhere: python verify.py {file.name}")
