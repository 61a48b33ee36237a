"""The report: what was measured, losses first, as Markdown and charts."""

import math
from pathlib import Path
from typing import Any

import charts
from cases import (
    CASES,
    DATAFUSION,
    DUCKDB,
    GROUPBY,
    JOIN,
    LAZULI,
    LOOP,
    NUMPY,
    PANDAS,
    POLARS,
    RESHAPE,
    SPEED,
    STREAMING,
    VERBS,
    Case,
)
from charts import duration
from published import MEMORY_MB, SPEED_MS

Results = dict[str, Any]


class Report:
    """The results, and how to tell them."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.engines: dict[str, dict[str, Any]] = results.get("engines", {})

    def cases(self, *groups: str) -> list[Case]:
        """Those of a group that were measured."""
        return [case for case in CASES if case.group in groups and case.name in self.engines]

    def seconds(self, case: Case) -> dict[str, float]:
        """The medians that count."""
        found = self.engines[case.name]
        return {engine: r["median_s"] for engine, r in found.items() if r["status"] == "ok" and "median_s" in r}

    def against(self, case: Case) -> tuple[float, str] | None:
        """How many times faster Lazuli is than the fastest other engine, and which that is."""
        times = self.seconds(case)
        ours = times.pop(LAZULI, None)
        if ours is None or not times:
            return None
        fastest = min(times, key=lambda engine: times[engine])
        return times[fastest] / ours, fastest

    def held(self) -> dict[str, float]:
        """Megabytes of the table, by how it is held."""
        found = self.engines.get("mem_ops_1m", {})
        return {engine: r["bytes"] / 1e6 for engine, r in found.items() if "bytes" in r}

    # ------------------------------------------------------------------ sections

    def head(self) -> list[str]:
        machine, versions = self.results["machine"], self.versions()
        return [
            "# Benchmarks",
            "",
            "Written by `python3 benches/suite/run.py`, which makes an environment with the other engines, generates the",
            "data, builds, measures, and writes this page and its charts. Don't edit it by hand.",
            "",
            f"- **Machine**: {machine['processor']}, {machine['memory']} of memory, {machine['system']}; {machine['day']}.",
            f"- **Threads**: {self.results['threads']}, and as many cores, for every engine; NumPy and the plain loop use one.",
            f"- **Versions**: Lazuli at {machine['commit']}, {machine['compiler']}, plain `cargo build --release`; {versions}.",
            "- **How**: every engine answers every question in a process of its own. Loading tables into memory is not on the",
            "  clock; a repeat builds the query and ends with the whole answer in the engine's own form (DuckDB: an Arrow",
            "  table). Times are medians of the repeats. A time counts only if the answer is that of the majority of engines,",
            "  by sums and sums of products of all its columns. No answer was refused unless a table says so.",
        ]

    def versions(self) -> str:
        """Engine by engine."""
        names = {LOOP: "Python", NUMPY: NUMPY, PANDAS: PANDAS, POLARS: POLARS, DUCKDB: DUCKDB, DATAFUSION: DATAFUSION}
        found = {
            engine: result["version"]
            for results in self.engines.values()
            for engine, result in results.items()
            if "version" in result
        }
        return ", ".join(f"{name} {found[engine]}" for engine, name in names.items() if engine in found)

    def losses(self) -> list[str]:
        """Where another engine is better, the worst first."""
        lost, won = [], []
        for case in self.cases(SPEED, GROUPBY, JOIN, RESHAPE):
            if compared := self.against(case):
                (lost if compared[0] < 1 else won).append((compared[0], compared[1], case))
            else:
                lost.append((0.0, "no answer", case))
        lines = ["## Where Lazuli loses", ""]
        if lost:
            lines += ["| question | Lazuli | fastest other | its time / Lazuli's |", "|---|--:|--:|--:|"]
            for ratio, engine, case in sorted(lost, key=lambda entry: entry[0]):
                times = self.seconds(case)
                ours = duration(times[LAZULI]) if LAZULI in times else self.engines[case.name][LAZULI]["status"]
                other = f"{engine}, {duration(times[engine])}" if engine in times else engine
                lines.append(f"| {case.group}: {case.title} | {ours} | {other} | {ratio:.2f} |")
        else:
            lines.append("No question above is answered faster by another engine.")
        held = self.held()
        smaller = [f"{engine} ({size:.1f} MB)" for engine, size in held.items() if size < held.get(LAZULI, 0)]
        if smaller:
            lines += ["", f"Memory: Lazuli holds the table in {held[LAZULI]:.1f} MB; less is held by {', '.join(smaller)}."]
        lines += ["", f"Lazuli is fastest on {len(won)} of {len(won) + len(lost)} questions. Geometric means of the fastest other"]
        means = [f"{group} {mean:.2f}" for group in (SPEED, GROUPBY, JOIN, RESHAPE) if (mean := self.mean(group))]
        return [*lines, f"engine's time over Lazuli's: {', '.join(means)}."]

    def mean(self, group: str) -> float:
        """The geometric mean of the ratios of a group; 0 without any."""
        logs = [math.log(compared[0]) for case in self.cases(group) if (compared := self.against(case))]
        return math.exp(sum(logs) / len(logs)) if logs else 0.0

    def speed(self) -> list[str]:
        """The published speed table, repeated."""
        engines = [LOOP, NUMPY, PANDAS, POLARS, STREAMING, DUCKDB, DATAFUSION, LAZULI]
        rows = f"{self.results['sizes']['ops']:,}"
        lines = [
            f"## Five operations on {rows} rows",
            "",
            "Each cell: the published figure, where there is one, then the one measured here and their ratio. The table has ten",
            "columns, and filter, join and sort carry all of them. The last column says how many times faster Lazuli is than the",
            "fastest other engine.",
            "",
            f"| operation | {' | '.join(engines)} | Lazuli's lead |",
            f"|---|{'--:|' * (len(engines) + 1)}",
        ]
        for case in self.cases(SPEED):
            times = self.seconds(case)
            cells = [self.beside(SPEED_MS[case.name].get(engine), times.get(engine)) for engine in engines]
            lines.append(f"| {case.title} | {' | '.join(cells)} | {self.lead(case)} |")
        return [*lines, "", "![Time of each operation, by engine](benchmarks/speed.svg)"]

    def beside(self, published_ms: float | None, seconds: float | None) -> str:
        """The published figure and ours."""
        measured = duration(seconds) if seconds else "–"
        if published_ms is None or seconds is None:
            return measured if published_ms is None else f"{duration(published_ms / 1e3)} → –"
        return f"{duration(published_ms / 1e3)} → {measured} ({seconds * 1e3 / published_ms:.2g}×)"

    def lead(self, case: Case) -> str:
        compared = self.against(case)
        return f"{compared[0]:.2f}× ({compared[1]})" if compared else "–"

    def memory(self) -> list[str]:
        """The published memory table, repeated."""
        held = self.held()
        if not held:
            return []
        lines = [
            f"## Memory of {self.results['sizes']['ops']:,} rows by 10 columns",
            "",
            "What each says that it holds: two integers, three floats (one with nulls), a boolean, a date, and three texts (3,",
            "100 and many distinct values). NumPy holds codes instead of the texts, which are gone.",
            "",
            "| held as | published | measured here | ratio | in terms of Lazuli |",
            "|---|--:|--:|--:|--:|",
        ]
        for engine, size in held.items():
            published = MEMORY_MB.get(engine)
            ratio = f"{size / published:.2f}" if published else "–"
            told = f"{published} MB" if published else "–"
            lines.append(f"| {engine} | {told} | {size:.1f} MB | {ratio} | {size / held.get(LAZULI, size):.2f} |")
        return [*lines, "", "![Memory by how the table is held](benchmarks/memory.svg)"]

    def database(self) -> list[str]:
        """db-benchmark's questions, pivot and melt."""
        rows = f"{self.results['sizes']['database']:,}"
        lines = [
            f"## db-benchmark: group-by and join on {rows} rows",
            "",
            "The questions and key ranges of db-benchmark (formerly of h2o.ai), over tables generated here. q8 and q9 of the",
            "group-by task are written in each engine's own best way.",
        ]
        for groups, image, title in (
            ([GROUPBY], "groupby", "Group-by"),
            ([JOIN], "join", "Join"),
            ([RESHAPE], "reshape", f"Pivot and melt, {self.results['sizes']['ops']:,} rows"),
        ):
            cases = self.cases(*groups)
            if cases:
                lines += ["", f"### {title}", "", *self.table(cases), "", f"![{title}](benchmarks/{image}.svg)"]
        return lines

    def table(self, cases: list[Case]) -> list[str]:
        """Questions by engines; the fastest in bold."""
        engines = cases[0].engines
        lines = [f"| question | {' | '.join(engines)} | Lazuli's lead |", f"|---|{'--:|' * (len(engines) + 1)}"]
        for case in cases:
            times, cells = self.seconds(case), []
            for engine in engines:
                told = duration(times[engine]) if engine in times else self.engines[case.name][engine]["status"]
                cells.append(f"**{told}**" if engine in times and times[engine] == min(times.values()) else told)
            lines.append(f"| {case.title} | {' | '.join(cells)} | {self.lead(case)} |")
        return lines

    def rows(self) -> list[str]:
        """Time against rows."""
        found = self.results.get("rows", {})
        if not found:
            return []
        sizes = sorted({int(rows) for results in found.values() for rows in results})
        lines = [
            "## Time against rows",
            "",
            "Lazuli, over tables with only the columns that the question needs. Nanoseconds a row in brackets.",
            "",
            f"| question | {' | '.join(f'{rows:,}' for rows in sizes)} |",
            f"|---|{'--:|' * len(sizes)}",
        ]
        for verb in VERBS:
            cells = []
            for rows in sizes:
                seconds = found.get(verb.case, {}).get(str(rows), {}).get("median_s")
                cells.append(f"{duration(seconds)} ({seconds / rows * 1e9:.2f})" if seconds else "–")
            lines.append(f"| {verb.title} | {' | '.join(cells)} |")
        return [*lines, "", "![Time against rows](benchmarks/rows.svg)"]

    def threads(self) -> list[str]:
        """Time against threads."""
        speedups = self.speedups()
        if not speedups:
            return []
        threads = self.results["threads"]
        found = self.results["threads_1_n"]
        lines = [
            f"## One thread and {threads}",
            "",
            f"Lazuli, {self.results['sizes']['threads_rows']:,} rows.",
            "",
            f"| question | 1 thread | {threads} threads | speed-up |",
            "|---|--:|--:|--:|",
        ]
        for verb, speedup in speedups.items():
            times = [found[verb.case][str(count)]["median_s"] for count in (1, threads)]
            lines.append(f"| {verb.title} | {duration(times[0])} | {duration(times[1])} | {speedup:.2f} |")
        return [*lines, "", f"![Speed-up with {threads} threads](benchmarks/threads.svg)"]

    def speedups(self) -> dict[Any, float]:
        """How many times faster all threads are than one."""
        found, threads = self.results.get("threads_1_n", {}), str(self.results["threads"])
        times = {verb: [found.get(verb.case, {}).get(count, {}).get("median_s") for count in ("1", threads)] for verb in VERBS}
        return {verb: one / all_ for verb, (one, all_) in times.items() if one and all_}

    def text(self) -> str:
        """The whole page."""
        sections = [
            self.head(),
            self.losses(),
            self.speed(),
            self.memory(),
            self.database(),
            self.rows(),
            self.threads(),
        ]
        return "\n\n".join("\n".join(section) for section in sections if section) + "\n"

    # ------------------------------------------------------------------ charts

    def images(self) -> dict[str, str]:
        """Every chart by its file's name."""
        out = {}
        for name, title, groups in (
            ("speed", f"Five operations on {self.results['sizes']['ops']:,} rows (left is faster)", [SPEED]),
            ("groupby", f"db-benchmark group-by, {self.results['sizes']['database']:,} rows (left is faster)", [GROUPBY]),
            ("join", f"db-benchmark join, {self.results['sizes']['database']:,} rows (left is faster)", [JOIN]),
            ("reshape", f"Pivot and melt, {self.results['sizes']['ops']:,} rows (left is faster)", [RESHAPE]),
        ):
            rows = [(case.title, times) for case in self.cases(*groups) if (times := self.seconds(case))]
            if rows:
                out[name] = charts.dots(title, rows)
        if held := self.held():
            title = f"Memory of {self.results['sizes']['ops']:,} rows by 10 columns"
            out["memory"] = charts.bars(title, sorted(held.items(), key=lambda entry: -entry[1]), lambda size: f"{size:.1f} MB", {})
        series = {}
        for verb in VERBS:
            found = self.results.get("rows", {}).get(verb.case, {})
            points = [(float(rows), result["median_s"]) for rows, result in found.items() if "median_s" in result]
            if points:
                series[verb.title] = sorted(points)
        if series:
            out["rows"] = charts.lines("Lazuli: time against rows (dashed: proportional)", series)
        if speedups := self.speedups():
            rows = [(verb.title, speedup) for verb, speedup in speedups.items()]
            threads = self.results["threads"]
            marks = {1.0: "1×", float(threads): f"{threads}×"}
            out["threads"] = charts.bars(f"Lazuli: speed-up with {threads} threads", rows, lambda x: f"{x:.2f}×", marks)
        return out


def write(results: Results, folder: Path) -> None:
    """The page and its charts."""
    report = Report(results)
    images = folder / "benchmarks"
    images.mkdir(parents=True, exist_ok=True)
    for name, image in report.images().items():
        (images / f"{name}.svg").write_text(image)
    page = folder / "benchmarks.md"
    page.write_text(report.text())
    print(f"wrote {page.name} and {len(report.images())} charts to {folder.name}")
