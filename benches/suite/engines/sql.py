"""The questions as SQL, for the engines that speak it."""

QUERIES = {
    "seed_sum": "SELECT sum(amount) AS amount FROM ops_1m",
    "seed_filter": "SELECT * FROM ops_1m WHERE amount > 500",
    "seed_groupby": "SELECT category, sum(amount) AS total, avg(amount) AS avg FROM ops_1m GROUP BY category",
    "seed_join": "SELECT o.*, d.region, d.tier, d.weight FROM ops_1m AS o JOIN ops_dim AS d ON o.id = d.id",
    "seed_sort": "SELECT * FROM ops_1m ORDER BY amount",
    "h2o_groupby_q01": "SELECT id1, sum(v1) AS v1 FROM x GROUP BY id1",
    "h2o_groupby_q02": "SELECT id1, id2, sum(v1) AS v1 FROM x GROUP BY id1, id2",
    "h2o_groupby_q03": "SELECT id3, sum(v1) AS v1, avg(v3) AS v3 FROM x GROUP BY id3",
    "h2o_groupby_q04": "SELECT id4, avg(v1) AS v1, avg(v2) AS v2, avg(v3) AS v3 FROM x GROUP BY id4",
    "h2o_groupby_q05": "SELECT id6, sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3 FROM x GROUP BY id6",
    "h2o_groupby_q06": "SELECT id4, id5, median(v3) AS median_v3, stddev(v3) AS sd_v3 FROM x GROUP BY id4, id5",
    "h2o_groupby_q07": "SELECT id3, max(v1) - min(v2) AS range_v1_v2 FROM x GROUP BY id3",
    "h2o_groupby_q08": "SELECT id6, v3 AS largest2_v3 FROM (SELECT id6, v3, row_number() OVER"
    " (PARTITION BY id6 ORDER BY v3 DESC) AS place FROM x WHERE v3 IS NOT NULL) AS ranked WHERE place <= 2",
    "h2o_groupby_q09": "SELECT id2, id4, power(corr(v1, v2), 2) AS r2 FROM x GROUP BY id2, id4",
    "h2o_groupby_q10": "SELECT id1, id2, id3, id4, id5, id6, sum(v3) AS v3, count(*) AS count FROM x"
    " GROUP BY id1, id2, id3, id4, id5, id6",
    "h2o_join_q1": "SELECT x.*, y.id4 AS id4_right, y.v2 FROM x JOIN y ON x.id1 = y.id1",
    "h2o_join_q2": "SELECT x.*, y.id1 AS id1_right, y.id4 AS id4_right, y.id5 AS id5_right, y.v2"
    " FROM x JOIN y ON x.id2 = y.id2",
    "h2o_join_q3": "SELECT x.*, y.id1 AS id1_right, y.id4 AS id4_right, y.id5 AS id5_right, y.v2"
    " FROM x LEFT JOIN y ON x.id2 = y.id2",
    "h2o_join_q4": "SELECT x.*, y.id1 AS id1_right, y.id2 AS id2_right, y.id4 AS id4_right, y.v2"
    " FROM x JOIN y ON x.id5 = y.id5",
    "h2o_join_q5": "SELECT x.*, y.id1 AS id1_right, y.id2 AS id2_right, y.id4 AS id4_right, y.id5 AS id5_right,"
    " y.id6 AS id6_right, y.v2 FROM x JOIN y ON x.id3 = y.id3",
}

# DuckDB's own forms: an aggregate instead of the window, which is faster there, and verbs that only it has.
DUCKDB = {
    "h2o_groupby_q08": "SELECT id6, unnest(max(v3, 2)) AS largest2_v3 FROM x WHERE v3 IS NOT NULL GROUP BY id6",
    "pivot_ops": "SELECT * FROM (PIVOT (SELECT category, status, amount FROM ops_1m)"
    " ON status IN ('active', 'inactive', 'pending') USING sum(amount) GROUP BY category)",
    "melt_ops": "SELECT id, variable, value FROM (SELECT id, amount, price, score FROM ops_1m)"
    " UNPIVOT INCLUDE NULLS (value FOR variable IN (amount, price, score))",
}


def names(tables: list[str]) -> dict[str, str]:
    """What the queries call each table: db-benchmark's are x and y."""
    return dict(zip("xy" if tables[0].startswith(("G1", "J1")) else tables, tables))
