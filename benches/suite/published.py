"""The figures of the published tables that the suite repeats: milliseconds, and megabytes."""

from cases import LOOP, NUMPY, PANDAS, POLARS

SPEED_MS = {
    "seed_sum": {LOOP: 1500, NUMPY: 2, PANDAS: 3, POLARS: 1},
    "seed_filter": {LOOP: 2000, NUMPY: 15, PANDAS: 25, POLARS: 5},
    "seed_groupby": {PANDAS: 120, POLARS: 20},
    "seed_join": {PANDAS: 200, POLARS: 30},
    "seed_sort": {LOOP: 8000, NUMPY: 80, PANDAS: 150, POLARS: 40},
}
MEMORY_MB = {"Python dicts": 800, "pandas object": 400, "pandas optimised": 80, POLARS: 60, "NumPy float64": 80}
