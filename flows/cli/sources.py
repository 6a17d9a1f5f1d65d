"""`callqa sources …`: which logs can be read, what each knows, and one file tried before a night takes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli import output
from flows.cli.options import HERE, Json, Workspace

if TYPE_CHECKING:
    from flows.sandbox import ReadResult
    from schemas.config import Config, Source

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="See which logs can be read, and try a file.")


@app.command("list")
def list_(json: Json = False) -> None:
    """List the formats: what each reads and which tables it fills.

    Example: callqa sources list
    """
    from flows.abouts import abouts, fills

    found = {name: (about, fills(about)) for name, about in abouts().items()}
    if json:
        rows = [{"format": n, "title": a.title, "mapped": a.mapped, "tables": f} for n, (a, f) in found.items()]
        output.show_json(rows)
        return
    width = max(len(about.title) for about, _ in found.values())
    output.show_pairs([(name, f"{about.title:<{width}}  {', '.join(f)}") for name, (about, f) in found.items()])


@app.command()
def show(format_: Annotated[str, typer.Argument(metavar="FORMAT")], json: Json = False) -> None:
    """Print column by column what a format reads, what is derived, and what its source cannot know.

    Example: callqa sources show mbox
    """
    from flows.abouts import abouts, fills, sentence
    from schemas.errors import UsageError, nearest

    known = abouts()
    if format_ not in known:
        raise UsageError(f"there is no format {format_!r}", fix=nearest(format_, known))
    tables = fills(known[format_])
    if json:
        output.show_json(tables)
        return
    typer.echo(sentence(format_))
    for name, columns in tables.items():
        typer.echo(f"\n{name}")
        by_state: dict[str, list[str]] = {}
        for column, state in columns.items():
            by_state.setdefault(state, []).append(column)
        output.show_pairs([(f"  {state}", ", ".join(found)) for state, found in by_state.items()])


@app.command("try")
def try_(
    source: Annotated[str, typer.Argument(help="Name of a source in callqa.toml.")],
    file: Annotated[Path, typer.Argument(help="A file of that source.", exists=True, dir_okay=False)],
    workspace: Workspace = HERE,
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most so many rejects; 0 is all.")] = 10,
    json: Json = False,
) -> None:
    """Read one file as a night would, load nothing, and say what became of its records and why.

    Ends with 1 when the file or one of its records cannot be used. Rows that the checks of the night would set aside
    are not among the rejects shown here.

    Example: callqa sources try agents demo/inbox/agents.csv -w demo
    """
    from schemas.config import load_config

    config = load_config(workspace)
    result, tables, rejects = _tried(config, _named(config, source), file)
    counts = {"read": result.read, "with rows": result.loaded_candidates, "rejected": result.rejected}
    counts |= {"ignored": result.ignored}
    if json:
        output.show_json({"ok": result.ok, "reason": result.reason, **counts, "tables": tables, "rejects": rejects})
    elif not result.ok:
        output.say(f"refused: {result.reason}")
    else:
        output.show_pairs([(name, f"{count:,} records") for name, count in counts.items()])
        output.show_pairs([(f"{name}", f"{count:,} rows") for name, count in tables.items()])
        shown = rejects[: limit or None]
        output.show_pairs([(f"record {one['record_no']}", _why(one)) for one in shown])
        if len(shown) < len(rejects):
            output.say(f"The first {len(shown)} rejects of {len(rejects)}. --limit 0 shows all.")
    raise typer.Exit(0 if result.ok and not rejects else 1)


def _named(config: Config, name: str) -> Source:
    from schemas.errors import UsageError, nearest

    known = {source.name: source for source in config.sources}
    if name not in known:
        raise UsageError(f"callqa.toml has no source {name!r}", fix=nearest(name, known))
    return known[name]


def _tried(config: Config, source: Source, file: Path) -> tuple[ReadResult, dict[str, int], list[dict[str, Any]]]:
    """Read a file in the sandbox; return the result, the rows by table, and the rejects."""
    from tempfile import TemporaryDirectory

    import pyarrow as pa

    from flows.inbox import Claim
    from flows.sandbox import read_files

    claimed = Claim(file.name, file, "claimed", source, "tried", file.stat().st_size, landed=file.resolve())
    with TemporaryDirectory(prefix="callqa-try-") as scratch:
        result = next(read_files(config, [claimed], Path(scratch)))
        tables = {}
        for name, path in result.tables.items():
            with pa.ipc.open_file(path) as rows:
                tables[name] = sum(rows.get_batch(at).num_rows for at in range(rows.num_record_batches))
        if result.rejects is None:
            return result, tables, []
        with pa.ipc.open_file(result.rejects) as rows:
            return result, tables, rows.read_all().to_pylist()


def _why(reject: dict[str, Any]) -> str:
    parts = [reject["rule"], f"field {reject['field']}" if reject["field"] else ""]
    parts += [f"found {reject['found']!r}" if reject["found"] is not None else ""]
    parts += [f"expected {reject['expected']}" if reject["expected"] else ""]
    return ", ".join(part for part in parts if part)
