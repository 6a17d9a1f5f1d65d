"""Let a draft become a version that nights score with: looked over first, then moved, then never changed again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.examples import examples_path, run_examples
from qa.lint import refuse_broken_patterns
from qa.policy import load_policies, refuse_changed
from qa.versions import DRAFTS, drafts
from schemas.errors import PolicyError, UsageError, Where, nearest
from warehouse.connect import open_memory

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from qa.policy import Policy


@dataclass(frozen=True)
class Publication:
    """What was checked and where it will lie. `replaces` is the newest version so far; `tested`: with examples."""

    policy: Policy
    target: Path
    replaces: int | None
    tested: bool


def prepare(folder: Path, name: str, connection: DuckDBPyConnection | None) -> Publication:
    """Look over a draft. `connection` is a published database, None before the first night.

    Raises UsageError when there is no such draft; PolicyError for patterns or examples that fail, a version that is not
    the next one, and when a version that scores were made with has another content (with both hashes).
    """
    found = drafts(folder)
    draft = next((one for one in found if one.policy_id == name), None)
    if draft is None:
        known = {one.policy_id for one in found}
        fix = nearest(name, known) if known else f"Put it into {folder / DRAFTS}."
        raise UsageError("no such draft", found=name, fix=fix)
    published = load_policies(folder)
    versions = [one.shape.version for one in published if one.policy_id == name]
    if connection is not None:
        refuse_changed(connection, [*published, draft])
        query = "SELECT policy_version FROM qa.policy WHERE policy_id = ?"
        versions += [version for (version,) in connection.execute(query, [name]).fetchall()]
    newest = max(versions, default=None)
    if newest is not None and draft.shape.version <= newest:
        raise PolicyError(
            "a new version has a higher number than those before it",
            where=Where(draft.path, field="version"),
            found=draft.shape.version,
            expected=f"{newest + 1}",
            fix=f"Write `version: {newest + 1}`.",
        )
    plain = folder / f"{name}.yaml"
    target = folder / f"{name}.v{draft.shape.version}.yaml" if plain.exists() else plain
    if target.exists():
        raise PolicyError("there is a file of that name", where=Where(target), fix="Rename it.")
    return Publication(draft, target, newest, _tested(draft))


def publish(made: Publication) -> None:
    """Move the draft, and the examples beside it, to the policies that nights score with."""
    examples = examples_path(made.policy)
    if examples.exists():
        examples.replace(made.target.with_name(f"{made.target.stem}.examples.yaml"))
    made.policy.path.replace(made.target)


def _tested(draft: Policy) -> bool:
    with open_memory() as connection:
        refuse_broken_patterns([draft], connection)
    if not examples_path(draft).exists():
        return False
    with open_memory() as connection:
        missed = run_examples(draft, connection)
    if missed:
        fix = "`callqa policy test` lists the rest." if len(missed) > 1 else "Mend the policy or the example."
        raise PolicyError(f"{len(missed)} example(s) come out otherwise: {missed[0]}", where=Where(draft.path), fix=fix)
    return True
