"""A user of the help desk: only what is needed to tell customers from agents."""

from schemas.table import Column, Table

TABLE = Table(
    name="ticket_user",
    schema="core",
    grain="One row per user of the help desk, without name and address.",
    key=("user_id",),
    own=(
        Column("user_id", "text", "`<system>:<id>` of the user.", required=True),
        Column("role", "text", "What the user is.", required=True, allowed=("end-user", "agent", "admin")),
    ),
)
