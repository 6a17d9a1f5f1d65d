"""Policy adherence of one leg under one policy version."""

from schemas.table import Column, Table

TABLE = Table(
    name="score",
    schema="qa",
    grain="One row per leg and policy: how well the agent's part kept to it. Old scores stay in history.score.",
    key=("leg_id", "policy_id"),
    from_files=False,
    own=(
        Column("leg_id", "text", "The leg scored: one agent's part.", required=True),
        Column("policy_id", "text", "The policy.", required=True),
        Column("policy_version", "int", "Its version.", required=True),
        Column("policy_hash", "text", "Its content hash.", required=True),
        Column("interaction_id", "text", "The interaction.", required=True),
        Column("agent_id", "text", "The agent.", required=True),
        Column(
            "contact_on", "date", "Local date of the contact: the date the policy must be effective on.", required=True
        ),
        Column(
            "raw", "float", "Weighted mean over answered questions; NULL when none applied.", unit="%", low=0, high=100
        ),
        Column("final", "float", "raw, or 0 after a fatal failure.", unit="%", low=0, high=100),
        Column("low", "float", "final if every unknown answer were a fail.", unit="%", low=0, high=100),
        Column("high", "float", "final if every unknown answer were a pass.", unit="%", low=0, high=100),
        Column("coverage", "float", "Answered weight / applicable weight.", low=0, high=1),
        Column("fatal", "bool", "Whether a fatal question failed."),
        Column(
            "customer_critical_pass",
            "bool",
            "No customer-critical question failed; NULL when none applied, or one is unknown.",
        ),
        Column(
            "business_critical_pass",
            "bool",
            "No business-critical question failed; NULL when none applied, or one is unknown.",
        ),
        Column(
            "compliance_critical_pass",
            "bool",
            "No compliance-critical question failed; NULL when none applied, or one is unknown.",
        ),
        Column("passed", "bool", "Whether final reached the pass mark."),
        Column("band", "text", "Name of the band final falls in."),
        Column("interaction_version", "int", "Version of the interaction scored."),
        Column("leg_version", "int", "Version of the leg scored."),
        Column("transcript_version", "int", "Version of the transcript scored; NULL when there was none."),
        Column("code_version", "text", "Version of callqa that computed it.", required=True, in_hash=False),
    ),
)
