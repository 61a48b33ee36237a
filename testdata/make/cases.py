"""A differential case: an expression of Lazuli, and what Polars computes in its place. See README.md."""

import polars as pl

from differential_inputs import INPUTS
from frame_text import escaped, frame_text

# What each case is recorded for: the whole input, no rows, the first row.
PARTS = {"all": lambda frame: frame, "none": lambda frame: frame.head(0), "first": lambda frame: frame.head(1)}


class Case:
    """One expression in one context; see README.md."""

    def __init__(self, context, input, text, polars, error=(), near=False):
        assert context == "select" or context.startswith("by "), context
        assert input in INPUTS, input
        self.context, self.input, self.text, self.polars, self.near = context, input, text, polars, near
        self.error = set(PARTS) if error == "always" else {error} if isinstance(error, str) else set(error)
        assert self.error <= {*PARTS, "polars"}, error

    def heading(self):
        near = " near" if self.near else ""
        return f"=== {self.context}, {self.input}{near}: {escaped(self.text)}"

    def answer(self, part):
        """The lines of an answer: a frame's, or `error`."""
        if part in self.error:
            return ["error"]
        frame = PARTS[part](INPUTS[self.input])
        try:
            return frame_text(self.compute(frame)).splitlines()
        except pl.exceptions.PolarsError:
            if "polars" in self.error:
                return ["error"]
            raise

    def compute(self, frame):
        if callable(self.polars):
            made = self.polars(frame)
            return made if isinstance(made, pl.DataFrame) else pl.DataFrame([made.alias("out")])
        polars = self.polars.alias("out")
        if self.context == "select":
            return frame.select(polars)
        keys = [key.strip() for key in self.context.removeprefix("by ").split(",")]
        return frame.group_by(keys, maintain_order=True).agg(polars)


class Cases(list):
    """The cases of a family, made by calls: `select("numbers", "abs(n)", col("n").abs())`."""

    def select(self, input, text, polars, **options):
        self.append(Case("select", input, text, polars, **options))

    def by(self, keys, input, text, polars, **options):
        self.append(Case(f"by {keys}", input, text, polars, **options))
