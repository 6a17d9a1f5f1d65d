"""One thing that happened to a ticket: a comment, or a change of status, assignee, group, customer or rating."""

from schemas.table import Column, Table

TABLE = Table(
    name="ticket_event",
    schema="core",
    grain="One row per event of a ticket that is a comment, or sets a field that counts. See core.ticket_message.",
    key=("event_id", "field"),
    own=(
        Column("event_id", "text", "`<system>:<id>` of the event.", required=True),
        Column(
            "field",
            "text",
            "What was set; `comment` for a comment.",
            required=True,
            allowed=("comment", "status", "assignee_id", "group_id", "requester_id", "satisfaction_score"),
        ),
        Column("interaction_id", "text", "`<system>:<id>` of the ticket.", required=True),
        Column("system", "text", "The system whose tickets and users these are.", required=True),
        Column("ticket_id", "text", "The ticket's id as the source writes it.", required=True),
        Column("audit_id", "text", "The update of the ticket this is part of.", required=True),
        Column(
            "event_no", "int", "The event's id as a number; events of one moment happened in this order.", required=True
        ),
        Column("happened_at", "timestamp", "When the ticket was updated.", required=True),
        Column("is_creation", "bool", "Whether the update made the ticket.", required=True),
        Column("author_id", "text", "Who did it; -1 is the system.", required=True),
        Column("agent_id", "text", "The agent who did it: id as used elsewhere, where configured."),
        Column(
            "author_role",
            "text",
            "What they are, where the settings say or the event does.",
            allowed=("customer", "agent", "system"),
        ),
        Column("via", "text", "How it was done, as the source names it."),
        Column("value", "text", "What the field was set to; an agent's id as used elsewhere, where configured."),
        Column("previous_value", "text", "What it was before."),
        Column("is_public", "bool", "Whether the customer could read a comment."),
        Column("body_text", "text", "Text of a comment, Unicode NFC; NULL where the export has none."),
        Column("body_new", "text", "Text without quoted messages."),
        Column("attachments", "int", "How many attachments a comment has.", low=0),
    ),
)
