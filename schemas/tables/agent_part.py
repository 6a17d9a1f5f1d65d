"""What each contact brings to an agent's day, as each run knew it."""

from schemas.table import Column, Table

TABLE = Table(
    name="agent_part",
    schema="mart",
    grain="One row per agent, local day and interaction: what the contact brought to the agent's figures of that day.",
    key=("agent_id", "business_date", "interaction_id"),
    from_files=False,
    own=(
        Column("agent_id", "text", "The agent.", required=True),
        Column("business_date", "date", "The local day the parts are put to.", required=True),
        Column("interaction_id", "text", "The interaction.", required=True),
        Column("legs", "int", "Legs handled."),
        Column("missed", "int", "Legs offered that the agent did not take."),
        Column("handle_n", "int", "Legs with a known handle time."),
        Column("handle_total_s", "seconds", "Their handle time.", unit="s"),
        Column("talk_n", "int", "Legs with a known talk time."),
        Column("talk_total_s", "seconds", "Their talk time.", unit="s"),
        Column("resolution_n", "int", "1 with a recorded outcome."),
        Column("resolved_n", "int", "1 when resolved."),
        Column("resolution_unknown_n", "int", "1 when nobody recorded the outcome."),
        Column("first_response_n", "int", "1 with a first response."),
        Column("first_response_total_s", "seconds", "Time to it.", unit="s"),
        Column("adherence_n", "int", "Scores."),
        Column("adherence_unscored_n", "int", "Judged, but too little could be answered."),
        Column("adherence_total", "seconds", "Sum of the scores, exact to a thousandth.", unit="%"),
        Column("policies", "text", "Policies and versions of the scores.", in_hash=False),
        Column("transcript_version", "int", "Version of the transcript scored.", in_hash=False),
        Column("record_run_seq", "int", "The last run that brought a record of the contact.", in_hash=False),
        Column("score_run_seq", "int", "The last run that changed one of its scores.", in_hash=False),
        Column("source", "text", "Source of that record.", in_hash=False),
        Column("file_id", "text", "SHA-256 of its file.", in_hash=False),
        Column("record_no", "int", "Its number in the file.", in_hash=False),
    ),
)
