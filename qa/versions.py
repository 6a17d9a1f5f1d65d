"""Find one version of a policy: in the workspace, among the drafts, or among those that scores were made with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa.checks import read_check
from qa.policy import Policy, load_policies, policy_files, read_policy
from schemas.errors import CallqaError, UsageError, Where, nearest
from schemas.policy import Effective, Shape
from schemas.typed import build

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DRAFTS = "drafts"
"""The folder below `policies` whose policies no night scores with."""
ALWAYS = Effective("0001-01-01")


def drafts(folder: Path) -> list[Policy]:
    """Return the policies in the folder of drafts. Raises PolicyError for one that cannot be read."""
    return [read_policy(path) for path in policy_files(folder / DRAFTS)] if (folder / DRAFTS).is_dir() else []


def in_force(folder: Path, policy_id: str) -> list[Policy]:
    """Return the versions of a policy that nights score with. Raises UsageError when there is none."""
    policies = load_policies(folder)
    found = [one for one in policies if one.policy_id == policy_id]
    if not found:
        known = {one.policy_id for one in policies}
        raise UsageError(
            "no such policy", found=policy_id, fix=nearest(policy_id, known) if known else f"None in {folder}."
        )
    return found


def find(folder: Path, ref: str, connection: DuckDBPyConnection | None = None) -> Policy:
    """Return the policy version `ref` names: a file, `ID@VERSION`, `ID` for its draft or else its newest version.

    Versions whose file is gone are taken from qa.policy, where a `connection` is given. Raises UsageError.
    """
    if ref.endswith(".yaml"):
        if not Path(ref).is_file():
            raise UsageError("no such file", found=ref)
        return read_policy(Path(ref))
    name, _, number = ref.partition("@")
    if number and not number.isdigit():
        raise UsageError("no version", found=ref, expected=f"{name}@1, {name}@2 …")
    files = load_policies(folder)
    named = [one for one in [*files, *drafts(folder)] if one.policy_id == name]
    fitting = [one for one in named if not number or one.shape.version == int(number)]
    if fitting:
        return max(fitting, key=lambda one: one.shape.version)
    stored = _stored(connection, name, int(number)) if connection and number else None
    if stored:
        return stored
    if named:
        versions = sorted({one.shape.version for one in named})
        raise UsageError("no such version", found=ref, expected=", ".join(f"{name}@{one}" for one in versions))
    raise UsageError("no such policy", found=name, fix=nearest(name, {one.policy_id for one in files}))


def always(policy: Policy) -> Policy:
    """Return the version as if it held on every day, to try it where it does not."""
    return replace(policy, shape=replace(policy.shape, effective=ALWAYS))


def _stored(connection: DuckDBPyConnection, name: str, version: int) -> Policy | None:
    row = connection.execute(
        "SELECT content, policy_hash FROM qa.policy WHERE policy_id = ? AND policy_version = ?", [name, version]
    ).fetchone()
    if row is None:
        return None
    try:
        shape = build(Shape, json.loads(row[0]), lambda key: Where(field=key))
        checks = {
            one.id: read_check(one.check, lambda key: Where(field=key), f"{one.id}.check")
            for _, one in shape.questions()
        }
    except CallqaError as problem:
        raise CallqaError(
            f"{name} version {version} was written for another version of callqa", found=str(problem)
        ) from None
    return Policy(shape, Path(f"{name}@{version}"), row[0], row[1], checks)
