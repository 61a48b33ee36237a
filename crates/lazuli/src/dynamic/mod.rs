//! Groups by windows of time, or of whole numbers: `group_by_dynamic`, `rolling`, `upsample`.
//!
//! All three are written out as other verbs, once the type of the index column is known.

mod rolling; // one window for each row
mod step; // distances along the index
mod upsample; // rows for the steps that are missing
mod windows; // windows on a grid

use lazuli_array::{DataType, Field, Name, Schema};
use lazuli_expr::{Expr, IntoExprs, col, typing};
use lazuli_plan::PlanMistake;

use crate::LazyFrame;
use crate::verb::{invalid, require};

pub use rolling::{LazyRolling, RollingArgs};
pub use windows::{DynamicArgs, LazyDynamicGroupBy, StartBy, WindowLabel};

impl LazyFrame {
    /// Groups of the rows in windows of time, which begin at multiples of an interval. Follow with
    /// [`LazyDynamicGroupBy::agg`]. The index is a column of dates, datetimes or integers, sorted (in each group) and
    /// without nulls, which is checked when the query runs.
    ///
    /// Intervals are texts such as `1h30m`, `1d`, `1w`, `1mo`, `1q`, `1y`; for integers `5i`. Windows without rows are left
    /// out.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "n" => [1, 4, 12, 13, 31], "v" => [1, 2, 3, 4, 5] }?;
    /// let out = frame.lazy().group_by_dynamic("n", "10i").agg(col("v").sum()).collect()?;
    /// assert_eq!(out, df! { "n" => [0, 10, 30], "v" => [3i64, 7, 5] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn group_by_dynamic(
        self,
        index: impl Into<Name>,
        args: impl Into<DynamicArgs>,
    ) -> LazyDynamicGroupBy {
        LazyDynamicGroupBy::new(self, index.into(), args.into())
    }

    /// For each row a group: the rows whose index lies in a window that ends with the row's own. Follow with
    /// [`LazyRolling::agg`]. The index is as in [`LazyFrame::group_by_dynamic`].
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "n" => [1, 4, 6, 9], "v" => [1, 2, 3, 4] }?;
    /// let out = frame.lazy().rolling("n", "5i").agg(col("v").sum().alias("last_5")).collect()?;
    /// assert_eq!(out, df! { "n" => [1, 4, 6, 9], "last_5" => [1i64, 3, 5, 7] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn rolling(self, index: impl Into<Name>, args: impl Into<RollingArgs>) -> LazyRolling {
        LazyRolling::new(self, index.into(), args.into())
    }

    /// A row for each step of `every` from the least to the greatest index (of each group of `group_by`), with the values
    /// of the row that is there; other columns are null where there is none. Rows between the steps are left out. The index
    /// is as in [`LazyFrame::group_by_dynamic`].
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "n" => [2, 6], "v" => ["a", "b"] }?;
    /// let none: [&str; 0] = [];
    /// let out = frame.lazy().upsample("n", "2i", none).collect()?;
    /// assert_eq!(out, df! { "n" => [2, 4, 6], "v" => [Some("a"), None, Some("b")] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn upsample<N: Into<Name>>(
        self,
        index: impl Into<Name>,
        every: &str,
        group_by: impl IntoIterator<Item = N>,
    ) -> Self {
        let groups: Vec<Name> = group_by.into_iter().map(Into::into).collect();
        let (index, every) = (index.into(), every.to_string());
        self.written("upsample", move |frame, schema| {
            upsample::upsampled(frame, schema, &index, &every, &groups)
        })
    }
}

/// The type of the index, if it has windows.
fn index_type(schema: &Schema, index: &Name) -> std::result::Result<DataType, PlanMistake> {
    require(schema, std::slice::from_ref(index))?;
    let data_type = schema.get(index).map(Field::data_type).cloned().unwrap_or_default();
    if data_type.is_integer() || matches!(data_type, DataType::Date | DataType::Datetime(..)) {
        Ok(data_type)
    } else {
        Err(invalid(format!(
            "the index {index} is {data_type}; it has to be of dates, datetimes or integers"
        )))
    }
}

/// The rows, which have to be sorted by the index in each group; nulls are none.
fn checked(frame: LazyFrame, index: &Name, groups: &[Expr]) -> LazyFrame {
    let (now, before) = (col(index.clone()), col(index.clone()).shift(1).over(groups.to_vec()));
    let no_null = format!("the index {index} has a null");
    let sorted = format!("the index {index} is not sorted; sort by it first");
    let in_order = before.clone().is_null() | before.lt_eq(now.clone());
    frame.filter(now.is_not_null().check(&no_null)).filter(in_order.check(&sorted))
}

/// Aggregates with their selectors spelled out: `all()` means all columns but the groups and the index.
fn spelled_out(
    aggregates: &[Expr],
    schema: &Schema,
    groups: &[Expr],
    index: &Name,
) -> std::result::Result<Vec<Expr>, PlanMistake> {
    let keys: Vec<Name> = groups.iter().map(Expr::output_name).chain([index.clone()]).collect();
    let others = schema.fields().iter().filter(|field| !keys.contains(field.name())).cloned().collect();
    let others = Schema::try_new(others).map_err(|error| invalid(error.to_string()))?;
    let mut all = Vec::with_capacity(aggregates.len());
    for aggregate in aggregates {
        let has_selector = aggregate.has_part(|part| matches!(part, Expr::Selector(_)));
        if has_selector {
            all.extend(typing::expand(aggregate, &others).map_err(PlanMistake::Type)?);
        } else {
            all.push(aggregate.clone());
        }
    }
    Ok(all)
}

/// What verbs accept as the keys of groups.
fn keys(groups: impl IntoExprs) -> Vec<Expr> {
    groups.into_exprs()
}
