"""The steps of a night as plain functions: no Prefect here, so each can be called and tested alone.

`night()` takes the lock, opens the work file and hands out the state that the steps fill in:

    with night(config, day) as tonight:
        for step in ORDER:
            step(tonight)
        report = tell(tonight)

Whatever happens, the run report in data/runs says how far it came.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from flows import calendars, inbox, landing, lock, report, sandbox, site
from flows import fetch as fetching
from flows.night import Night
from schemas.errors import CallqaError
from schemas.tables import table
from warehouse import connect, figures, incremental, merge, periods, quarantine, stage, touched
from warehouse import load as loading
from warehouse import publish as publishing
from warehouse import reconcile as identities
from warehouse.scope import scoped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.config import Config


@contextmanager
def night(config: Config, day: date, *, everything: bool = False) -> Iterator[Night]:
    """Take the lock, open the work file, yield the night; on failure write a report that says so, and raise."""
    started_at = datetime.now(UTC)
    run_id = f"{started_at:%Y%m%dT%H%M%S}{started_at.microsecond // 1000:03d}Z-{day:%Y%m%d}"
    tonight = Night(config, day, run_id, started_at, everything)
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with lock.hold(config.data / "lock", run_id):
        try:
            with tonight.closing:
                shutil.rmtree(config.tmp, ignore_errors=True)
                tonight.connection = tonight.closing.enter_context(
                    connect.open_work(
                        config.work_file,
                        temp=config.tmp / "duckdb",
                        memory_mb=config.limits.memory_mb,
                        threads=config.limits.threads,
                    )
                )
                tonight.run_seq = loading.next_run_seq(tonight.db)
                yield tonight
        except BaseException as problem:
            report.write(report.make(tonight, error=_one_line(problem)), config)
            raise
        finally:
            shutil.rmtree(config.tmp, ignore_errors=True)


def fetch(tonight: Night) -> dict[str, int]:
    """Put new files of buckets, mailboxes and shares into the inbox; a place that fails does not stop the night."""
    counts = {"places": 0, "files": 0, "bytes": 0}
    for source in tonight.config.sources:
        if not source.fetch:
            continue
        counts["places"] += 1
        try:
            for one in fetching.fetch(tonight.config, source):
                counts["files"] += 1
                counts["bytes"] += one.bytes
                tonight.warnings += [f"{source.name}: {one.note}"] if one.note else []
        except CallqaError as problem:
            tonight.unreached.append({"source": source.name, "reason": str(problem)})
    return _counted(tonight, "fetch", counts)


def claim(tonight: Night) -> dict[str, int]:
    """Copy every file of the inbox into landing under its content hash; nothing is read yet."""
    tonight.claims = inbox.claim(tonight.config)
    known = loading.loaded_before(tonight.db)
    for number, claimed in enumerate(tonight.claims, start=1):
        if claimed.status == "waiting":
            tonight.warnings.append(f"{claimed.name}: {claimed.reason}")
            continue
        source = claimed.source.name if claimed.source else "-"
        entry = loading.LedgerEntry(
            tonight.run_seq, number, claimed.file_id or "-", source, claimed.name, claimed.bytes, "loaded"
        )
        if claimed.status == "refused":
            entry.status, entry.reason = "refused", claimed.reason
        elif claimed.file_id in known:
            entry.status = "duplicate"
        else:
            known.add(claimed.file_id)
        tonight.entries.append(entry)
    fresh = [(e.file_id, e.source, e.file_name) for e in tonight.entries if e.status == "loaded"]
    landing.journal(tonight.config, tonight.run_id, fresh)
    return _counted(tonight, "claim", {"files": len(tonight.claims)} | _statuses(tonight))


def read(tonight: Night) -> dict[str, int]:
    """Read new files in child processes under limits, and stage their rows."""
    stage.create(tonight.db)
    fresh = {entry.file_id: entry for entry in tonight.entries if entry.status == "loaded"}
    todo = {claimed.file_id: claimed for claimed in reversed(tonight.claims) if claimed.file_id in fresh}
    records = 0
    for result in sandbox.read_files(tonight.config, list(reversed(todo.values())), tonight.config.tmp / "read"):
        entry = fresh[result.claim.file_id]
        if not result.ok:
            entry.status, entry.reason = "refused", result.reason
            continue
        entry.records_read, entry.records_ignored = result.read, result.ignored
        entry.settings_hash = result.settings_hash
        records += result.read
        for name, path in result.tables.items():
            stage.fill(tonight.db, name, [path])
        if result.rejects:
            stage.fill(tonight.db, "reject", [result.rejects])
        tonight.results.append(result)
    return _counted(tonight, "read", {"records": records} | _statuses(tonight))


def validate(tonight: Night) -> dict[str, int]:
    """Check every staged row; refuse files that are mostly broken, set other broken records aside."""
    from flows.validate import validate as check

    names = stage.names_with_rows(tonight.db)
    outcome = check(tonight.db, tonight.config, names, tonight.run_id)
    tonight.validation = outcome.rows
    quarantine.find_broken(tonight.db, names)
    taken = [entry for entry in tonight.entries if entry.status == "loaded"]
    quality = tonight.config.quality
    refused = quarantine.refused_files(
        tonight.db,
        {entry.file_id: entry.records_read or 0 for entry in taken},
        max_share=quality.max_quarantine_share,
        min_records=quality.min_records_for_share,
    )
    for entry in taken:
        if entry.file_id in refused:
            entry.status, entry.reason = "refused", refused[entry.file_id]
    stage.drop_files(tonight.db, refused)
    quarantine.drop_files(tonight.db, refused)
    aside = quarantine.set_aside(tonight.db, {c.file_id: c.landed for c in tonight.claims if c.landed})
    return _counted(tonight, "validate", {"checks": len(outcome.rows), "quarantined": aside} | _statuses(tonight))


def load(tonight: Night) -> dict[str, int]:
    """Merge the staged rows as versions, with ledger and quarantine, in one transaction, then empty the inbox."""
    run = loading.Run(
        tonight.run_seq,
        tonight.run_id,
        tonight.day,
        tonight.started_at,
        report.code_version(),
        tonight.config.config_hash,
    )
    fresh = loading.load(tonight.db, run, tonight.entries, tonight.validation)
    done = {(entry.file_name, entry.file_id) for entry in tonight.entries if entry.status in ("loaded", "duplicate")}
    for claimed in tonight.claims:
        if (claimed.name, claimed.file_id) in done:
            inbox.release(tonight.config, claimed)
    return _counted(tonight, "load", {name: count for name, count in fresh.items() if count})


def compute(tonight: Night) -> dict[str, int]:
    """Bring the derived tables and the metrics up to date: what the night touches, or everything where it must."""
    calendars.fill(tonight.db, tonight.config, tonight.day)
    tonight.built = incremental.bring_up_to_date(
        tonight.db,
        business_date=tonight.day,
        site_timezone=tonight.config.site.timezone,
        everything=tonight.everything,
    )
    rows = {"tables": len(tonight.built.rows), "rows": sum(tonight.built.rows.values())}
    reached = {} if tonight.built.everything else {"touched": touched.count(tonight.db, "near")}
    return _counted(tonight, "compute", reached | rows)


def score(tonight: Night) -> dict[str, int]:
    """Score every handled leg under the policies in force, keep old scores, and build the marts on top."""
    from qa import policy, scoring

    policies = policy.load_policies(tonight.config.policies)
    if not policies:
        tonight.warnings.append(f"no policy in {tonight.config.policies}: nothing was scored")
    policy.register(tonight.db, policies, tonight.run_seq)
    made_with = scoring.made_with(policies, report.code_version())
    is_partial = not tonight.built.everything and tonight.built.policies == made_with
    if is_partial:
        reads = scoring.reads(tonight.db, policies)
        incremental.touch_days(tonight.db, with_far=bool(reads & incremental.far_models(tonight.db)))
        with scoped(tonight.db, "days", reads):
            scoring.score_all(tonight.db, policies, code_version=report.code_version())
    else:
        scoring.score_all(tonight.db, policies, code_version=report.code_version())
    within = incremental.legs_of_days() if is_partial else "true"
    return _counted(tonight, "score", settle(tonight, within, made_with))


def settle(tonight: Night, within: str, made_with: str) -> dict[str, int]:
    """Keep the staged scores as versions, and bring up to date what stands on them. `within`: the legs scored."""
    from qa import calibration

    calibration.calibrate(tonight.db)
    counts = _keep_scores(tonight, within)
    zone = tonight.config.site.timezone
    rows = periods.bring_up_to_date(
        tonight.db, tonight.built, run_seq=tonight.run_seq, business_date=tonight.day, site_timezone=zone
    )
    counts |= {"tables": len(rows), "rows": sum(rows.values())}
    counts |= figures.keep(tonight.db, tonight.run_seq, site_timezone=zone)
    incremental.finish(tonight.db, business_date=tonight.day, site_timezone=zone, policies=made_with)
    return counts


def _keep_scores(tonight: Night, within: str) -> dict[str, int]:
    """Merge staged answers and scores as versions; those of `within` that are no longer made are retired."""
    counts: dict[str, int] = {}
    tonight.db.begin()
    try:
        for name in ("answer", "score"):
            merged = merge.merge(tonight.db, table(name), tonight.run_seq)
            retired = merge.retire(tonight.db, table(name), tonight.run_seq, within)
            counts |= {f"{name}s": merged.staged, f"{name}s_new": merged.fresh, f"{name}s_retired": retired}
        for name in ("calibration", "calibration_evaluator"):
            merge.merge(tonight.db, table(name), tonight.run_seq)
            merge.retire(tonight.db, table(name), tonight.run_seq)
        tonight.db.commit()
    except BaseException:
        tonight.db.rollback()
        raise
    return counts


def reconcile(tonight: Night) -> dict[str, int]:
    """Compute the identities; a residual without a named cause stops the night before publishing."""
    return _counted(tonight, "reconcile", {"figures": identities.reconcile(tonight.db, tonight.run_seq)})


def publish(tonight: Night) -> dict[str, int]:
    """Close the work file and let a copy of it take the published name."""
    config = tonight.config
    tonight.figures = report.collect(tonight.db, config, tonight.day, tonight.run_seq)
    publishing.checkpoint(tonight.db)
    tonight.closing.close()
    tonight.connection = None
    snapshot = publishing.publish(
        config.work_file, config.published, config.snapshots, tonight.run_id, config.publish.keep
    )
    tonight.published = str(config.published)
    return _counted(tonight, "publish", {"bytes": snapshot.stat().st_size})


def pages(tonight: Night) -> dict[str, int]:
    """Build the site, where the configuration wants one. What is published stands, whatever becomes of its pages."""
    config = tonight.config
    if not config.publish.site:
        return _counted(tonight, "pages", {"pages": 0})
    try:
        made = site.build(config, config.site_folder, config.publish.site)
    except (CallqaError, OSError) as problem:
        tonight.warnings.append(f"the site was not built: {_one_line(problem)}")
        return _counted(tonight, "pages", {"pages": 0})
    return _counted(tonight, "pages", {"pages": sum(made.pages.values())})


def tell(tonight: Night) -> report.Report:
    """Write the run report (JSON and Markdown) and return it."""
    made = report.make(tonight)
    report.write(made, tonight.config)
    return made


def _statuses(tonight: Night) -> dict[str, int]:
    statuses = [entry.status for entry in tonight.entries]
    return {status: statuses.count(status) for status in ("loaded", "duplicate", "refused")}


def _counted(tonight: Night, step: str, counts: dict[str, int]) -> dict[str, int]:
    tonight.steps[step] = counts
    return counts


def _one_line(problem: BaseException) -> str:
    if isinstance(problem, CallqaError):
        return str(problem)
    if isinstance(problem, KeyboardInterrupt):
        return "interrupted"
    return f"{type(problem).__name__}: {str(problem).splitlines()[0] if str(problem) else ''}"


# The night, in this order; `tell` comes last and whatever happens.
ORDER = (fetch, claim, read, validate, load, compute, score, reconcile, publish, pages)
