//! Rows in order: claims that are checked, and what builds on them.

use lazuli_expr::{Expr, IntoSortKeys, SortKey, col, lit, row_number};

use super::LazyFrame;
use crate::concat;

impl LazyFrame {
    /// The same rows, which must be sorted by these keys, as [`LazyFrame::sort`] sorts: a row out of order is an error when
    /// the query runs.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => [1, 3, 2] }?;
    /// assert!(frame.lazy().set_sorted("a").collect().is_err());
    /// assert!(frame.lazy().sort("a").set_sorted("a").collect().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn set_sorted(self, keys: impl IntoSortKeys) -> Self {
        let keys = keys.into_sort_keys();
        let list: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let in_order = row_number().eq(1) | not_after(&keys);
        self.filter(in_order.check(&format!("rows are not sorted by {}", list.join(", "))))
    }

    /// Whether the rows are sorted by these keys, as [`LazyFrame::sort`] sorts, as the one row `is_sorted`.
    #[track_caller]
    pub fn is_sorted(self, keys: impl IntoSortKeys) -> Self {
        let in_order = row_number().eq(1) | not_after(&keys.into_sort_keys());
        let rows = self.select(in_order.alias("is_sorted"));
        rows.select(col("is_sorted").min().fill_null(true).alias("is_sorted"))
    }

    /// The rows of two frames that are sorted by these keys, as one sorted frame; of rows with equal keys, those of this
    /// frame come first. Rows out of order are an error.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let (left, right) = (df! { "t" => [1, 4] }?, df! { "t" => [2, 4, 9] }?);
    /// let out = left.lazy().merge_sorted(right.lazy(), "t").collect()?;
    /// assert_eq!(out, df! { "t" => [1, 2, 4, 4, 9] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn merge_sorted(self, other: LazyFrame, keys: impl IntoSortKeys) -> Self {
        let keys = keys.into_sort_keys();
        let other = other.set_sorted(keys.clone());
        concat([self.set_sorted(keys.clone()), other]).sort(keys)
    }
}

/// Whether the row before does not come after this one.
fn not_after(keys: &[SortKey]) -> Expr {
    keys.iter().rev().fold(lit(true), |rest, key| {
        let (now, before) = (key.expr.clone(), key.expr.clone().shift(1));
        let (first, last) = if key.nulls_first { (&before, &now) } else { (&now, &before) };
        let values =
            if key.descending { before.clone().gt(now.clone()) } else { before.clone().lt(now.clone()) };
        let by_null = first.clone().is_null() & last.clone().is_not_null();
        let is_before = values.fill_null(false) | by_null;
        is_before | (before.eq_missing(now) & rest)
    })
}
