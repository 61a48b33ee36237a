"""Writes the expected answers of the golden queries, computed with Polars, to `testdata/golden/`.

See README.md beside this file. Each query is a function here and one of the same name in
`crates/lazuli/tests/golden/`. Where `docs/semantics.md` departs from Polars, the query here makes the departure by hand
and names the row.
"""

import importlib
import sys

import polars as pl

from frame_text import frame_text
from golden_inputs import TESTDATA

THEMES = ["rows", "groups", "joins", "reshapes", "values", "windows", "frames", "files"]


def main():
    texts = {}
    for theme in THEMES:
        for query in importlib.import_module(f"golden_{theme}").QUERIES:
            assert query.__name__ not in texts, query.__name__
            texts[query.__name__] = frame_text(query())
    folder = TESTDATA / "golden"
    for file in folder.glob("*.txt"):
        if file.stem not in texts:
            file.unlink()
    for name, text in texts.items():
        (folder / f"{name}.txt").write_bytes(text.encode())
    print(f"{len(texts)} answers by Polars {pl.__version__}", file=sys.stderr)


if __name__ == "__main__":
    main()
