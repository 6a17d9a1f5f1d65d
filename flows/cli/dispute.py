"""`callqa dispute …`: what people hold against a score, and the exceptions they grant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import typer

from flows.cli import output
from flows.cli.entering import By, Own, known, one_known, refuse_known, replaced, said, show
from flows.cli.options import HERE, Format, Json, Limit, Output, Raw, Workspace
from schemas.errors import UsageError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Contest a score, decide, and grant exceptions. The next night computes with them.",
)
Leg = Annotated[str, typer.Option("--leg", help="The leg, as in qa.score.")]
DISPUTE_COLUMNS = [
    "dispute_id",
    "leg_id",
    "agent_id",
    "policy_id",
    "question_id",
    "claim",
    "claimed_by",
    "claimed_at",
    "state",
    "decision_reason",
    "decided_by",
    "effect",
    "is_waiting",
]
EXCEPTION_COLUMNS = [
    "exception_id",
    "leg_id",
    "policy_id",
    "question_id",
    "reason",
    "decided_by",
    "decided_at",
    "state",
    "is_waiting",
]


@app.command()
def add(
    leg: Leg,
    claim: Annotated[str, typer.Option("--claim", help="What is claimed, in a sentence.")],
    by: By,
    policy: Annotated[str | None, typer.Option("--policy", help="The policy.")] = None,
    question: Annotated[str | None, typer.Option("--question", help="The question whose answer is wrong.")] = None,
    wrong_agent: Annotated[bool, typer.Option("--wrong-agent", help="The contact was another agent's.")] = False,
    id: Own = None,
    workspace: Workspace = HERE,
) -> None:
    """Contest an answer of a score, or that the contact was this agent's. Prints the id of the dispute.

    Nothing changes until it is decided.

    Example: callqa dispute add --leg LEG --wrong-agent --claim "I was on holiday" --by a07 -w demo
    """
    from flows import entries
    from qa.disputes import published, scored_answer, scored_leg
    from schemas.config import load_config
    from warehouse.connect import open_published

    if wrong_agent == bool(policy or question) or bool(policy) != bool(question):
        raise UsageError(
            "a dispute is about one answer or about the agent", fix="Give --policy and --question, or --wrong-agent."
        )
    config, now = load_config(workspace), datetime.now(UTC)
    with open_published(config.published) as connection:
        about = scored_answer(connection, leg, policy, question) if policy and question else scored_leg(connection, leg)
        entered = entries.together(config, "dispute", published(connection, "dispute"))
    row: dict[str, Any] = {
        "dispute_id": id or entries.new_id("d", leg, policy, question, claim, by, now),
        "leg_id": leg,
        "agent_id": about.agent_id,
        "policy_id": about.policy_id,
        "policy_version": about.policy_version,
        "question_id": about.question_id,
        "is_wrong_agent": wrong_agent,
        "claim": said(claim, "--claim"),
        "claimed_by": said(by, "--by"),
        "claimed_at": now,
    }
    refuse_known(row["dispute_id"], entered)
    for other in entered.values():
        if other["decision"] is None and all(
            other[name] == row[name] for name in ("leg_id", "policy_id", "question_id")
        ):
            raise UsageError("this is contested already and not decided", found=other["dispute_id"])
    if about.outcome not in (None, "fail"):
        output.say(f"Note: nothing was lost on {question}: its answer is {about.outcome}.")
    entries.write(config, "dispute", [row], now)
    typer.echo(row["dispute_id"])
    output.say("Waits for the next night, and for a decision: callqa dispute decide.")


@app.command()
def decide(
    id: Annotated[str, typer.Argument(help="The dispute.")],
    decision: Annotated[
        Literal["accepted", "partial", "rejected"], typer.Option("--decision", help="Only accepted changes the score.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence the agent will read.")],
    by: By,
    workspace: Workspace = HERE,
) -> None:
    """Decide a dispute; deciding again replaces the decision, and the earlier one stays in history.dispute.

    Accepted: the question does not count for this leg, or, when the agent was wrong, none does. The old score stays
    readable. Partial and rejected leave the score as it is.

    Example: callqa dispute decide --help
    """
    from flows import entries
    from qa.disputes import effect
    from schemas.config import load_config

    config, now = load_config(workspace), datetime.now(UTC)
    before = one_known(config, "dispute", id)
    if by in (before["claimed_by"], before["agent_id"]):
        raise UsageError("nobody decides a dispute of their own", found=by, fix="Let somebody else decide.")
    if before["decision"]:
        output.say(f"Replaces: {before['decision']}, by {before['decided_by']}.")
    changes = {
        "decision": decision,
        "decision_reason": said(reason, "--reason"),
        "decided_by": said(by, "--by"),
        "decided_at": now,
    }
    row = replaced("dispute", before, changes)
    entries.write(config, "dispute", [row], now)
    output.say(f"{id}: {decision}. Effect with the next night: {effect(row)}.")


@app.command("list")
def list_(
    open: Annotated[bool, typer.Option("--open", help="Only what is not decided.")] = False,
    exceptions: Annotated[bool, typer.Option("--exceptions", help="Exceptions instead of disputes.")] = False,
    workspace: Workspace = HERE,
    format: Format = None,
    output_file: Output = None,
    limit: Limit = None,
    json: Json = False,
    raw: Raw = False,
) -> None:
    """List disputes or exceptions: those published, and those that wait for the next night (`is_waiting`).

    Example: callqa dispute list -w demo --open
    """
    from qa.disputes import effect
    from schemas.config import load_config

    config = load_config(workspace)
    if exceptions:
        names, found = EXCEPTION_COLUMNS, list(known(config, "exception").values())
        rows = [row | {"state": "withdrawn" if row["is_withdrawn"] else "in force"} for row in found]
        rows = [row for row in rows if not (open and row["is_withdrawn"])]
    else:
        names, found = DISPUTE_COLUMNS, list(known(config, "dispute").values())
        rows = [row | {"state": row["decision"] or "open", "effect": effect(row)} for row in found]
        rows = [row for row in rows if not (open and row["decision"])]
    rows.sort(key=lambda row: str(row[names[0]]))
    show(rows, names, format, output_file, limit, json=json, raw=raw)


@app.command("except")
def except_(
    leg: Leg,
    policy: Annotated[str, typer.Option("--policy", help="The policy.")],
    question: Annotated[str, typer.Option("--question", help="The question that is not to count.")],
    reason: Annotated[str, typer.Option("--reason", help="Why the agent was right to leave the rule.")],
    by: By,
    id: Own = None,
    workspace: Workspace = HERE,
) -> None:
    """Record a justified deviation: the question does not count for this leg. Prints the id of the exception.

    Example: callqa dispute except --help
    """
    from flows import entries
    from qa.disputes import scored_answer
    from schemas.config import load_config
    from warehouse.connect import open_published

    config, now = load_config(workspace), datetime.now(UTC)
    with open_published(config.published) as connection:
        about = scored_answer(connection, leg, policy, question)
    row: dict[str, Any] = {
        "exception_id": id or entries.new_id("x", leg, policy, question, reason, by, now),
        "leg_id": leg,
        "policy_id": about.policy_id,
        "question_id": about.question_id,
        "reason": said(reason, "--reason"),
        "decided_by": said(by, "--by"),
        "decided_at": now,
        "is_withdrawn": False,
    }
    refuse_known(row["exception_id"], known(config, "exception"))
    entries.write(config, "exception", [row], now)
    typer.echo(row["exception_id"])
    output.say("The next night computes the score without this question; the score so far stays readable.")


@app.command()
def withdraw(
    id: Annotated[str, typer.Argument(help="The exception.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is taken back.")],
    by: By,
    workspace: Workspace = HERE,
) -> None:
    """Take an exception back: with the next night the question counts again.

    Example: callqa dispute withdraw --help
    """
    from flows import entries
    from schemas.config import load_config

    config, now = load_config(workspace), datetime.now(UTC)
    before = one_known(config, "exception", id)
    if before["dispute_id"]:
        fix = f"Decide the dispute again: callqa dispute decide {before['dispute_id']}"
        raise UsageError("the exception follows from a dispute", found=id, fix=fix)
    if before["is_withdrawn"]:
        raise UsageError("the exception was withdrawn before", found=id)
    changes = {
        "reason": said(reason, "--reason"),
        "decided_by": said(by, "--by"),
        "decided_at": now,
        "is_withdrawn": True,
        "dispute_id": None,
        "is_wrong_agent": None,
    }
    entries.write(config, "exception", [replaced("exception", before, changes)], now)
    output.say(f"{id}: withdrawn with the next night.")
