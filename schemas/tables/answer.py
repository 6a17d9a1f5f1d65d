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
        Column(
            "score",
            "float",
            "Share of the weight earned: 1 for a pass, 0 for a fail, on a scale also between; NULL otherwise.",
            low=0,
            high=1,
        ),
        Column("weight", "float", "Weight of the question in its section.", required=True, low=0),
        Column("step", "text", "The step of the question's scale; NULL when it is pass or fail only, or undecided."),
        Column(
            "is_exception",
            "bool",
            "Whether a recorded exception made it not applicable: it was no pass.",
            required=True,
        ),
        Column("is_advisory", "bool", "Whether it is only shown: no part of any score.", required=True),
        Column("reason", "text", "In words: why this outcome."),
        Column("evidence", "json", "Turns that prove it [{seq, start_ms, speaker, quote}], or the window searched."),
    ),
)
