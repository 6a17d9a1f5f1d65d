"""A boolean expression over documented columns and metrics: what no other check can say.

    check:
      sql: {expression: "leg.hold_s <= 120 OR c.topic = 'complaint'"}
      sql: {expression: "talk_s + hold_s < 900 AND c.queue IN ('sales', 'care')"}

`c.NAME` is a column of core.leg_context, `interaction.NAME` and `leg.NAME` columns of those tables, a name alone a
metric (docs/reference). Allowed are numbers, texts, dates, comparisons, AND, OR, NOT, IN, BETWEEN, IS NULL, LIKE, CASE,
+ - * /, and the functions of docs/checks/sql.md. Nothing else: no subquery, no table, no other function.

true is a pass, false a fail, NULL is unknown: a column that is not known decides nothing unless the expression says so.
Not applicable where a metric it uses excludes the contact, or is one of the whole interaction put to another agent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from qa.checks import Pieces
from qa.sql_text import identifier, quoted
from schemas.errors import UsageError, nearest
from schemas.table import DUCKDB
from schemas.tables import table
from warehouse.connect import open_memory
from warehouse.models import all_models, described
from warehouse.models import metric as contract

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS: tuple[str, ...] = ("abs", "ceil", "coalesce", "contains", "day", "floor", "greatest", "isodow", "least")
FUNCTIONS += ("length", "lower", "month", "nullif", "round", "starts_with", "trim", "upper", "year")
_OPERATORS = ("+", "-", "*", "/", "~~", "!~~", "~~*", "!~~*")
_CASTS = ("BOOLEAN", "DATE", "DOUBLE", "INTEGER", "BIGINT", "VARCHAR")
_CONSTANTS = ("VARCHAR", "INTEGER", "BIGINT", "DECIMAL", "DOUBLE", "BOOLEAN", "DATE", "NULL")
_COMPARISONS = ("EQUAL", "NOTEQUAL", "LESSTHAN", "GREATERTHAN", "LESSTHANOREQUALTO", "GREATERTHANOREQUALTO")
_NODES = tuple(
    f"COMPARE_{one}" for one in (*_COMPARISONS, "DISTINCT_FROM", "NOT_DISTINCT_FROM", "BETWEEN", "IN", "NOT_IN")
)
_NODES += ("CONJUNCTION_AND", "CONJUNCTION_OR", "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL")
_NODES += ("OPERATOR_COALESCE", "OPERATOR_CAST", "CASE_EXPR", "COLUMN_REF", "FUNCTION", "VALUE_CONSTANT")
# The columns of core.leg_context that are whole numbers; those that end in _on are dates, all others texts.
_WHOLE = ("leg_no", "turns", "tenure_days", "interaction_version", "leg_version", "transcript_version")
_BEFORE = "SELECT "
LENGTH = 2000
DEPTH = 40


@dataclass(frozen=True)
class Use:
    """A column the expression uses: where in the text it stands, in characters from 0, and the parts of its name."""

    at: int
    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the name as it is written."""
        return ".".join(self.parts)


@dataclass(frozen=True)
class Check:
    """Settings of an sql check."""

    expression: str
    """What must be true: columns c.NAME, interaction.NAME, leg.NAME, and metrics by name."""

    def problems(self) -> list[str]:
        """Return what is not allowed in it, with line and column in the expression."""
        return list(_read(self.expression)[0])

    def pieces(self, key: str) -> Pieces:
        """Return the SQL of the question."""
        names = {use.name: use.parts for use in _read(self.expression)[1]}
        metrics = [name for name, parts in names.items() if len(parts) == 1]
        joins, excluded, foreign = list[str](), ["false"], ["false"]
        for owner in ("interaction", "leg"):
            if any(parts[0] == owner for parts in names.values() if len(parts) == 2):
                joins.append(f"LEFT JOIN core.{owner} AS x_{owner}_{key} ON x_{owner}_{key}.{owner}_id = c.{owner}_id")
        for name in metrics:
            about, row, whose = contract(name), f"x_{name}_{key}", f"xi_{key}"
            counted = "CASE WHEN state = 'counted' THEN value::DOUBLE END AS value"
            joins.append(
                f"LEFT JOIN (SELECT entity_id, state, {counted} FROM metric.{identifier(name)}) AS {row} "
                f"ON {row}.entity_id = c.{about.grain}_id"
            )
            excluded.append(f"{row}.state = 'excluded'")
            if about.grain == "interaction":
                join = f"LEFT JOIN core.interaction_context AS {whose} ON {whose}.interaction_id = c.interaction_id"
                joins += [join] if join not in joins else []
                foreign.append(f"{whose}.{identifier(about.agent)} <> c.agent_id")
        values = {name: ".".join(_home(parts, key)) for name, parts in names.items()}
        result = f"TRY({_rewritten(self.expression, key)})"  # what cannot be computed for a contact is not known
        outside = f"({' OR '.join(excluded + foreign)})"
        unknown = ", ".join(f"CASE WHEN {value} IS NULL THEN {quoted(name)} END" for name, value in values.items())
        shown = ", ".join(f"{quoted(name)}: ({value})::VARCHAR" for name, value in values.items())
        return Pieces(
            outcome=(
                f"CASE WHEN {outside} THEN 'not_applicable' WHEN {result} THEN 'pass' "
                f"WHEN NOT {result} THEN 'fail' ELSE 'unknown' END"
            ),
            reason=(
                f"CASE WHEN {outside} THEN 'a metric excludes the contact, or is put to another agent' "
                f"WHEN {result} THEN 'is true' WHEN NOT {result} THEN 'is false' "
                f"ELSE 'not known: ' || concat_ws(', ', {unknown}) END"
            ),
            evidence=f"to_json({{'expression': {quoted(self.expression)}, 'values': {{{shown}}}}})",
            joins=joins,
        )


@cache
def _read(expression: str) -> tuple[tuple[str, ...], tuple[Use, ...]]:
    """Return what is wrong with an expression, and the columns it uses. Nothing of it is run."""
    if len(expression) > LENGTH:
        return (f"the expression has {len(expression)} characters, at most {LENGTH} are allowed",), ()
    stray = _stray(expression)
    if stray:
        return (stray,), ()
    try:
        root, problem = _only_expression(_tree(expression), expression)
        found = [problem] if problem else list(_problems(root, expression))
        uses = () if found else tuple(sorted(_uses(root), key=lambda use: use.at))
    except RecursionError:
        return (f"the expression is nested deeper than {DEPTH} levels",), ()
    if not found and not uses:
        found = ["it uses no column and no metric: its answer would always be the same"]
    if not found and (problem := _binds(expression, uses)):
        found = [problem]
    return tuple(found), uses


def _stray(expression: str) -> str | None:
    """Return where a `;` or a comment stands outside of quotes: the parser would drop it without a word."""
    quote = ""
    for at, one in enumerate(expression):
        if quote:
            quote = "" if one == quote else quote
        elif one in "'\"":
            quote = one
        elif one == ";" or expression[at : at + 2] in ("--", "/*"):
            what = "; is not allowed: one expression, no statements" if one == ";" else "comments are not allowed"
            return f"{_place(expression, len(expression[:at].encode()))}: {what}"
    return None


def _tree(expression: str) -> dict[str, Any]:
    """Return DuckDB's own reading of the expression."""
    with open_memory() as connection:
        try:
            row = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [f"{_BEFORE}{expression}"]).fetchone()
        except Exception as problem:  # duckdb is the warehouse's to import
            return {"error": True, "error_message": str(problem)}
    out: dict[str, Any] = json.loads(row[0] if row else "{}")
    return out


@cache
def _rewritten(expression: str, key: str) -> str:
    """Return the expression as DuckDB writes its tree, with our names for the columns."""
    tree = _tree(expression)
    _rename(tree["statements"][0]["node"]["select_list"][0], key)
    with open_memory() as connection:
        row = connection.execute("SELECT json_deserialize_sql(?::JSON)", [json.dumps(tree)]).fetchone()
    return str(row[0] if row else "").removeprefix(_BEFORE)


def _rename(node: dict[str, Any], key: str) -> None:
    if node["type"] == "COLUMN_REF":
        node["column_names"] = list(_home(tuple(node["column_names"]), key))
    for child in _children(node):
        _rename(child, key)


def _binds(expression: str, uses: tuple[Use, ...]) -> str | None:
    """Return why the expression is no true or false of columns of these types."""
    homes = {_home(use.parts, "x"): _sql_type(use.parts) for use in uses}
    rows = {
        owner: [f"NULL::{kind} AS {name}" for (row, name), kind in homes.items() if row == owner] for owner, _ in homes
    }
    tables = ", ".join(f"(SELECT {', '.join(columns)}) AS {row}" for row, columns in rows.items())
    with open_memory() as connection:
        try:
            found = connection.execute(f"DESCRIBE SELECT {_rewritten(expression, 'x')} FROM {tables}").fetchall()
        except Exception as problem:  # duckdb is the warehouse's to import
            return str(problem).splitlines()[0]
    return None if found[0][1] == "BOOLEAN" else f"it gives {found[0][1]}, not true or false: compare it with something"


def _only_expression(tree: dict[str, Any], expression: str) -> tuple[dict[str, Any], str | None]:
    """Return the one expression of `SELECT <expression>`, or why it is more than that."""
    if tree.get("error"):
        at = int(tree.get("position") or len(_BEFORE)) - len(_BEFORE)
        return {}, f"{_place(expression, at)}: not an expression: {str(tree.get('error_message')).splitlines()[0]}"
    statements = tree.get("statements", [])
    if len(statements) != 1:
        return {}, f"one expression is allowed, this is {len(statements)} statements"
    node = statements[0].get("node", {})
    plain: dict[str, Any] = {
        "modifiers": [],
        "where_clause": None,
        "group_expressions": [],
        "group_sets": [],
        "having": None,
    }
    plain |= {"sample": None, "qualify": None, "aggregate_handling": "STANDARD_HANDLING", "cte_map": {"map": []}}
    if node.get("type") != "SELECT_NODE" or any(node.get(name) != value for name, value in plain.items()):
        return {}, "an expression alone is allowed: no WHERE, ORDER BY, LIMIT, UNION or the like"
    if node.get("from_table", {}).get("type") != "EMPTY":
        return {}, "an expression alone is allowed: no FROM, no tables and no table functions"
    if len(node.get("select_list", [])) != 1:
        return {}, f"one expression is allowed, these are {len(node.get('select_list', []))}"
    root: dict[str, Any] = node["select_list"][0]
    return root, "an expression has no alias" if root.get("alias") else None


def _problems(node: dict[str, Any], expression: str, at: int = 0, depth: int = 0) -> Iterator[str]:
    """Say of every node that is not on the list what it is and where it stands."""
    if depth > DEPTH:
        raise RecursionError
    here = node.get("query_location", 0)
    at = here - len(_BEFORE) if 0 <= here - len(_BEFORE) <= len(expression.encode()) else at
    kind, place = str(node.get("type")), _place(expression, at)
    if kind not in _NODES:
        yield f"{place}: {kind.lower().replace('_', ' ')} is not allowed"
        return
    if node.get("alias"):
        yield f"{place}: an alias is not allowed"
    problem = _of_column(node) or _of_function(node) or _of_value(node)
    if problem:
        yield f"{place}: {problem}"
    for child in _children(node):
        yield from _problems(child, expression, at, depth + 1)


def _of_column(node: dict[str, Any]) -> str | None:
    if node["type"] != "COLUMN_REF":
        return None
    parts = tuple(node["column_names"])
    if len(parts) == 1:
        try:
            contract(parts[0])
        except UsageError as problem:
            return (
                f"{problem.what}. Columns are written c.NAME, interaction.NAME or leg.NAME. {problem.fix or ''}".strip()
            )
        return None
    known = _columns(parts[0]) if len(parts) == 2 else ()
    if not known:
        return f"there is no column {'.'.join(parts)!r}: write c.NAME, interaction.NAME or leg.NAME"
    return None if parts[1] in known else f"{parts[0]} has no column {parts[1]!r}. {nearest(parts[1], known)}"


def _of_function(node: dict[str, Any]) -> str | None:
    if node["type"] != "FUNCTION":
        return None
    name = node["function_name"]
    if (node.get("schema") and (name, node["schema"]) != ("trim", "main")) or node.get("catalog"):
        return f"{name}() is named with a schema: write it alone"
    if name not in (_OPERATORS if node.get("is_operator") else FUNCTIONS):
        return f"{name}() is not allowed. Allowed: {', '.join(FUNCTIONS)}"
    has_more = node.get("filter") or node.get("distinct") or node.get("order_bys", {}).get("orders")
    return f"{name}() takes no FILTER, DISTINCT or ORDER BY" if has_more or node.get("export_state") else None


def _of_value(node: dict[str, Any]) -> str | None:
    if node["type"] == "OPERATOR_CAST" and _type(node["cast_type"]) not in _CASTS:
        return f"a cast to {_type(node['cast_type'])} is not allowed. Allowed: {', '.join(_CASTS)}"
    if node["type"] == "VALUE_CONSTANT" and node["value"]["type"]["id"] not in _CONSTANTS:
        return f"a value of type {node['value']['type']['id']} is not allowed"
    return None


def _type(kind: dict[str, Any]) -> str:
    """Return the name of a type; one with details (an enum, a struct, a name still to be looked up) is no plain one."""
    return str(kind["id"]) if kind.get("type_info") is None else f"{kind['id']} with details"


def _children(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every expression below a node, whatever key it hangs on."""
    for value in node.values():
        below = value if isinstance(value, list) else [value]
        for one in below:
            if isinstance(one, dict) and "class" in one:
                yield one
            elif isinstance(one, dict) and ("when_expr" in one or "orders" in one):
                yield from _children(one)


def _uses(node: dict[str, Any]) -> Iterator[Use]:
    if node["type"] == "COLUMN_REF":
        yield Use(node["query_location"] - len(_BEFORE), tuple(node["column_names"]))
    for child in _children(node):
        yield from _uses(child)


@cache
def _columns(owner: str) -> tuple[str, ...]:
    if owner == "c":
        return tuple(described(all_models()["core.leg_context"].contract))
    return tuple(column.name for column in table(owner).own) if owner in ("interaction", "leg") else ()


def _home(parts: tuple[str, ...], key: str) -> tuple[str, str]:
    """Return alias and column under which a column or metric stands in the leg's row."""
    if len(parts) == 1:
        return f"x_{identifier(parts[0])}_{key}", "value"
    return ("c" if parts[0] == "c" else f"x_{identifier(parts[0])}_{key}"), identifier(parts[1])


def _sql_type(parts: tuple[str, ...]) -> str:
    if len(parts) == 1:
        return "DOUBLE"
    if parts[0] == "c":
        return "DATE" if parts[1].endswith("_on") else "BIGINT" if parts[1] in _WHOLE else "VARCHAR"
    return DUCKDB[table(parts[0]).column(parts[1]).type]


def _place(expression: str, at: int) -> str:
    """Return line and column of a byte of the expression."""
    before = expression.encode()[:at].decode(errors="ignore")
    return f"line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))}"
