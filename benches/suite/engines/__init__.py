"""One module an engine: `VERSION`, `prepare(case, mode)` which loads tables and gives the timed work, `to_arrow(answer)`,
and `held_bytes(mode)`: what the engine says that it holds for the table of the memory case."""
