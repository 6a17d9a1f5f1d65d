"""One question of a policy, answered for one leg, with its evidence."""

from schemas.table import Column, Table

TABLE = Table(
    name="answer",
    schema="qa",
    grain="One row per leg, policy and question, with the evidence for every lost point.",
    key=("leg_id", "policy_id", "question_id"),
    unit=("leg_id", "policy_id"),
    from_files=False,
    own=(
        Column("leg_id", "text", "The leg.", required=True),
        Column("policy_id", "text", "The policy.", required=True),
        Column("policy_version", "int", "Its version.", required=True),
        Column("question_id", "text", "The question.", required=True),
        Column("section_id", "text", "Its section.", required=True),
        Column("outcome", "text", "The answer.", required=True, allowed=("pass", "fail", "not_applicable", "unknown")),
        Column("score", "float", "1 for a pass, 0 for a fail; NULL otherwise.", low=0, high=1),
        Column("weight", "float", "Weight of the question in its section.", required=True, low=0),
        Column("reason", "text", "In words: why this outcome."),
        Column("evidence", "json", "Turns that prove it [{seq, start_ms, speaker, quote}], or the window searched."),
    ),
)
