"""DataFusion over record batches of 8192 rows, dealt evenly to one partition a thread."""

import os
from collections.abc import Callable
from typing import Any

import datafusion
import pyarrow as pa
from datafusion import SessionConfig, SessionContext

from cases import Case
from engines import sql
from tables import load

VERSION = datafusion.__version__
BATCH_ROWS = 8192

Answer = tuple[list[pa.RecordBatch], Any]


def to_arrow(answer: Answer) -> pa.Table:
    batches, schema = answer
    return pa.Table.from_batches(batches, schema=batches[0].schema if batches else schema)


def prepare(case: Case, mode: str) -> Callable[[], Answer]:
    threads = int(os.environ["BENCH_THREADS"])
    context = SessionContext(SessionConfig().with_target_partitions(threads))
    for name, file in sql.names(case.tables).items():
        batches = load(file).combine_chunks().to_batches(max_chunksize=BATCH_ROWS)
        parts = [part for index in range(threads) if (part := batches[index::threads])]
        context.register_record_batches(name, parts)

    def run() -> Answer:
        frame = context.sql(sql.QUERIES[case.name])
        return frame.collect(), frame.schema()

    return run
