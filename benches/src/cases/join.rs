//! The five questions of db-benchmark's join task, over 10^7 rows.

use lazuli::prelude::*;

use super::{Case, Failure, Work};
use crate::input::files::{J1_BIG, J1_LEFT, J1_MEDIUM, J1_SMALL, Table, load};

pub static CASES: &[Case] = &[
    Case {
        name: "h2o_join_q1",
        title: "small inner on int",
        prepare: |options| over(options, &J1_SMALL, "id1", JoinType::Inner),
    },
    Case {
        name: "h2o_join_q2",
        title: "medium inner on int",
        prepare: |options| over(options, &J1_MEDIUM, "id2", JoinType::Inner),
    },
    Case {
        name: "h2o_join_q3",
        title: "medium left outer on int",
        prepare: |options| over(options, &J1_MEDIUM, "id2", JoinType::Left),
    },
    Case {
        name: "h2o_join_q4",
        title: "medium inner on string",
        prepare: |options| over(options, &J1_MEDIUM, "id5", JoinType::Inner),
    },
    Case {
        name: "h2o_join_q5",
        title: "big inner on int",
        prepare: |options| over(options, &J1_BIG, "id3", JoinType::Inner),
    },
];

fn over(
    options: &ExecOptions,
    right: &Table,
    key: &'static str,
    join_type: JoinType,
) -> Result<Work, Failure> {
    let (x, y) = (load(&J1_LEFT, options)?, load(right, options)?);
    Work::query(move || x.clone().lazy().join(y.clone().lazy(), key, key, join_type))
}
