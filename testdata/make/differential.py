"""Writes the expected answers of the differential cases, computed with Polars, to `testdata/differential/`.

See README.md beside this file. With names of families it makes those only.
"""

import importlib
import json
import sys
from pathlib import Path

import polars as pl

from cases import PARTS
from differential_inputs import INPUTS
from frame_text import frame_json

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / "differential"


def family_text(name):
    """The file of a family, and how many answers are in it."""
    seen, lines, wrong = set(), [], []
    for case in importlib.import_module(f"differential_{name}").CASES:
        assert case.heading() not in seen, f"twice: {case.heading()}"
        seen.add(case.heading())
        lines.append(case.heading())
        for part in PARTS:
            try:
                answer = case.answer(part)
            except Exception as error:
                wrong.append(f"{name}: {case.heading()} ({part}): {type(error).__name__}: {error}")
                continue
            lines.append(f"--- {part}")
            # A space before each line keeps rows and headings apart.
            lines.extend(f" {line}" for line in answer)
    if wrong:
        sys.exit("\n".join(wrong))
    return "\n".join(lines) + "\n", len(seen) * len(PARTS)


def main():
    families = sorted(
        file.stem.removeprefix("differential_")
        for file in HERE.glob("differential_*.py")
        if file.stem != "differential_inputs"
    )
    chosen = sys.argv[1:] or families
    (FOLDER / "inputs").mkdir(parents=True, exist_ok=True)
    for name, frame in INPUTS.items():
        # One line for a column: short files whose changes can be read.
        columns = ",\n".join(json.dumps(column, ensure_ascii=False) for column in frame_json(frame)["columns"])
        (FOLDER / "inputs" / f"{name}.json").write_bytes(f'{{"columns": [\n{columns}\n]}}\n'.encode())
    total = 0
    for name in chosen:
        text, count = family_text(name)
        (FOLDER / f"{name}.txt").write_bytes(text.encode())
        total += count
    for file in FOLDER.glob("*.txt"):
        if file.stem not in families:
            file.unlink()
    print(f"{total} answers of {len(chosen)} families by Polars {pl.__version__}", file=sys.stderr)


if __name__ == "__main__":
    main()
