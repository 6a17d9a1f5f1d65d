"""`callqa demo`: a made-up centre written as the files its systems would export, and the truth about them."""

from __future__ import annotations

from flows.demo.make import DemoSummary, make_demo

__all__ = ["DemoSummary", "make_demo"]
