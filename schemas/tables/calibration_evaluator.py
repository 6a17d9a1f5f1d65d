"""How much stricter or more lenient an evaluator is than the others of a calibration session."""

from schemas.table import Column, Table

TABLE = Table(
    name="calibration_evaluator",
    schema="qa",
    grain="One row per calibration session, form and evaluator.",
    key=("session_id", "form", "evaluator_id"),
    from_files=False,
    own=(
        Column("session_id", "text", "The session.", required=True),
        Column("form", "text", "The form, or the policy whose questions were asked.", required=True),
        Column("evaluator_id", "text", "The evaluator.", required=True),
        Column("legs_n", "int", "Legs the evaluator judged.", required=True, low=0),
        Column("answers_n", "int", "Answers given, not applicable ones included.", required=True, low=0),
        Column("compared_n", "int", "Of these, scored answers that somebody else scored too.", required=True, low=0),
        Column(
            "leniency",
            "float",
            "Mean of own score minus the mean of the others', answer by answer: above 0 is more lenient.",
            unit="percentage points",
            low=-100,
            high=100,
        ),
        Column("leniency_low", "float", "Lower end of its 95 % interval (bootstrap over legs)."),
        Column("leniency_high", "float", "Upper end of its 95 % interval."),
        Column("reason", "text", "In words: why a figure is NULL."),
    ),
)
