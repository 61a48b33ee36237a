//! Long to wide and wide to long, over a million rows.

use lazuli::prelude::*;

use super::{Case, Work};
use crate::input::files::{OPS, load};

pub static CASES: &[Case] = &[
    Case {
        name: "pivot_ops",
        title: "pivot: category x status, sum of amount",
        prepare: |options| {
            let ops = load(&OPS, options)?;
            Work::query(move || {
                ops.clone()
                    .lazy()
                    .pivot(["status"])
                    .index(["category"])
                    .values(["amount"])
                    .columns(["active", "inactive", "pending"])
                    .agg(element().sum())
            })
        },
    },
    Case {
        name: "melt_ops",
        title: "melt: id x amount, price, score",
        prepare: |options| {
            let ops = load(&OPS, options)?;
            Work::query(move || ops.clone().lazy().unpivot(["amount", "price", "score"], ["id"]))
        },
    },
];
