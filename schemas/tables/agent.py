"""The roster: who worked where, and since when."""

from schemas.table import Column, Table

TABLE = Table(
    name="agent",
    schema="core",
    grain="One row per agent and period of validity; facts join on contact time.",
    key=("agent_id", "valid_from"),
    own=(
        Column("agent_id", "text", "The agent as the sources name them.", required=True),
        Column("name", "text", "Name to show where names may be shown."),
        Column("team", "text", "Team."),
        Column("site", "text", "Site."),
        Column("role", "text", "Role."),
        Column("hired_on", "date", "First day of work."),
        Column("valid_from", "date", "First day this row holds.", required=True),
        Column("valid_to", "date", "Last day this row holds; NULL while it does."),
    ),
)
