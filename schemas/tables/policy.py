"""Every version of every policy a score was made with."""

from schemas.table import Column, Table

TABLE = Table(
    name="policy",
    schema="qa",
    grain="One row per policy version, never changed once written.",
    key=("policy_id", "policy_version"),
    versioned=False,
    from_files=False,
    own=(
        Column("policy_id", "text", "Name of the policy, = name of its file.", required=True),
        Column("policy_version", "int", "Version.", required=True),
        Column("policy_hash", "text", "SHA-256 of its content in canonical form.", required=True),
        Column("title", "text", "Title."),
        Column("effective_from", "date", "First day of contact it holds for.", required=True),
        Column("effective_to", "date", "Last day; NULL while it holds."),
        Column("content", "json", "The policy in canonical form.", required=True),
        Column("run_seq", "int", "The run that first used it.", required=True),
    ),
)
