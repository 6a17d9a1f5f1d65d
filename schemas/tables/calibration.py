"""How far the evaluators of a calibration session agree on a question."""

from schemas.table import Column, Table

_INTERVAL = "end of its 95 % interval (bootstrap over legs); NULL where there are too few."


def _figure(name: str, description: str) -> tuple[Column, ...]:
    return (
        Column(name, "float", description, high=1),
        Column(f"{name}_low", "float", f"Lower {_INTERVAL}", high=1),
        Column(f"{name}_high", "float", f"Upper {_INTERVAL}", high=1),
    )


TABLE = Table(
    name="calibration",
    schema="qa",
    grain="One row per calibration session, form and question. People only: no automatic answer is in it.",
    key=("session_id", "form", "question_id"),
    from_files=False,
    own=(
        Column("session_id", "text", "The session.", required=True),
        Column("form", "text", "The form, or the policy whose questions were asked.", required=True),
        Column("question_id", "text", "The question.", required=True),
        Column("section", "text", "Its section."),
        Column("question", "text", "What was asked."),
        Column("evaluators_n", "int", "Evaluators who answered it at least once.", required=True, low=0),
        Column("legs_n", "int", "Legs with answers of two evaluators or more: only these count.", required=True, low=0),
        Column("answers_n", "int", "Answers given to these legs.", required=True, low=0),
        Column("fails_n", "int", "Of these, answers worth 0 %.", required=True, low=0),
        *_figure("agreement", "Share of pairs of evaluators who gave the same answer to the same leg."),
        *_figure("alpha_nominal", "Krippendorff's alpha of the answers, not applicable being one of them."),
        *_figure("alpha_ordinal", "The same of scores in order; NULL unless three different ones were given."),
        *_figure("alpha_interval", "The same of scores as numbers; NULL unless three different ones were given."),
        *_figure("fail_agreement", "Where one evaluator says fail, how often another one does too."),
        Column("reason", "text", "In words: why a figure is NULL."),
    ),
)
