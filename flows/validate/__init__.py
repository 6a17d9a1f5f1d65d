"""Validate what is staged with Great Expectations, over DuckDB, and show the counts as Data Docs.

Only counts leave this package: Great Expectations is asked for no values, as its results would carry customers' words.
Which records are affected, and what happens to them, is said by warehouse/quarantine.py from the same rules.

Importing this package imports Great Expectations, which takes seconds: import it where it is used.
"""

from __future__ import annotations

import os
import warnings

# Read when great_expectations is imported: no figures about our work leave the machine.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

with warnings.catch_warnings():
    # It imports modules that Python has deprecated; there is nothing to be done about that here.
    warnings.simplefilter("ignore")
    from flows.validate.run import ValidationReport, validate

__all__ = ["ValidationReport", "validate"]
