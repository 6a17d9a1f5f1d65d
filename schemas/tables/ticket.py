"""A ticket as the help desk last told of it; interactions and legs are derived from it and from its events."""

from schemas.table import Column, Table


def _wait(name: str, what: str) -> tuple[Column, Column]:
    return (
        Column(f"{name}_s", "seconds", f"{what}, by the calendar.", unit="s", low=0),
        Column(f"{name}_business_s", "seconds", f"{what}, within business hours.", unit="s", low=0),
    )


TABLE = Table(
    name="ticket",
    schema="core",
    grain="One row per ticket, in its newest version; a deleted one stays with the status `deleted`.",
    key=("interaction_id",),
    own=(
        Column("interaction_id", "text", "`<system>:<id>` of the ticket.", required=True),
        Column("system", "text", "The system whose tickets and users these are.", required=True),
        Column("source_id", "text", "The ticket's id as the source writes it.", required=True),
        Column(
            "status",
            "text",
            "The ticket's status.",
            required=True,
            allowed=("new", "open", "pending", "hold", "solved", "closed", "deleted"),
        ),
        Column(
            "channel",
            "text",
            "How the customer reached us.",
            required=True,
            allowed=("voice", "chat", "email", "message", "ticket"),
        ),
        Column("via", "text", "The channel as the source names it."),
        Column("created_at", "timestamp", "When the ticket was made.", required=True),
        Column("subject", "text", "Subject."),
        Column("description", "text", "The first comment."),
        Column("priority", "text", "Priority."),
        Column("ticket_type", "text", "problem, incident, question or task."),
        Column("requester_id", "text", "The customer."),
        Column("submitter_id", "text", "Who made the ticket."),
        Column("assignee_id", "text", "The agent it is assigned to: id as used elsewhere, where configured."),
        Column("queue", "text", "The group it is assigned to: name where configured."),
        Column("topic", "text", "What it was about: the configured field."),
        Column("parent_id", "text", "The interaction this ticket follows up."),
        Column("csat", "float", "1: good, 0: bad; NULL when nobody answered."),
        Column("csat_comment", "text", "What the customer wrote to it."),
        Column("reopens", "int", "How often it was opened again after being solved.", low=0),
        Column("replies", "int", "Public replies of agents.", low=0),
        Column("answered_at", "timestamp", "When an agent first replied; NULL where the source rounds to minutes."),
        Column("assigned_at", "timestamp", "When it was last assigned."),
        Column("solved_at", "timestamp", "When it was last solved."),
        *_wait("reply", "Time to the first public reply of an agent"),
        *_wait("first_resolution", "Time until it was first solved"),
        *_wait("full_resolution", "Time until it was last solved"),
        *_wait("agent_wait", "Time it waited for the customer (pending)"),
        *_wait("requester_wait", "Time the customer waited (new, open, on hold)"),
        *_wait("on_hold", "Time on hold"),
        Column("extra", "json", "Fields of the source that have no column here."),
    ),
)
