"""`python -m flows.cli` is the same as `callqa`."""

from flows.cli import app

app()
