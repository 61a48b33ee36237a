//! One window for each row: `rolling(index, period).agg(aggregates)`.
//!
//! ```text
//! rows in order of group and index, numbered        1 2 3 4 5 6
//! as-of joins find where each window begins, ends     [2 .. 4)      for row 4, say
//! numbers of the rows in it, one row for each         4: 2, 3
//! joined with the rows of those numbers, grouped by the window's own
//! ```

use lazuli_array::{Name, Schema};
use lazuli_expr::{Closed, Expr, IntoExprs, coalesce, col, int_ranges, when};
use lazuli_plan::{AsofStrategy, Caller, JoinType};

use super::step::Step;
use super::{checked, index_type, keys, spelled_out};
use crate::verb::{Written, fresh};
use crate::{AsofArgs, LazyFrame};

/// The windows of [`LazyFrame::rolling`]. Their length alone, as a text, is enough where nothing else is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct RollingArgs {
    period: String,
    offset: Option<String>,
    closed: Closed,
    groups: Vec<Expr>,
}

impl RollingArgs {
    /// Windows of this length that end with the index of their row, which belongs to them.
    pub fn period(period: &str) -> Self {
        Self { period: period.into(), offset: None, closed: Closed::Right, groups: Vec::new() }
    }

    /// How far from the row's index its window begins; `-period` if not said.
    pub fn offset(self, offset: &str) -> Self {
        Self { offset: Some(offset.into()), ..self }
    }

    /// Which ends belong to a window; the right one if not said.
    pub fn closed(self, closed: Closed) -> Self {
        Self { closed, ..self }
    }

    /// Windows for each of these groups by itself.
    pub fn group_by(self, groups: impl IntoExprs) -> Self {
        Self { groups: keys(groups), ..self }
    }
}

impl From<&str> for RollingArgs {
    fn from(period: &str) -> Self {
        Self::period(period)
    }
}

/// Windows that wait for their aggregates.
#[derive(Debug, Clone)]
#[must_use = "windows do nothing until they are aggregated"]
pub struct LazyRolling {
    frame: LazyFrame,
    index: Name,
    args: RollingArgs,
    caller: Caller,
}

impl LazyRolling {
    #[track_caller]
    pub(super) fn new(frame: LazyFrame, index: Name, args: RollingArgs) -> Self {
        Self { frame, index, args, caller: Caller::here() }
    }

    /// One row for each row: the groups, the index, these aggregates of the rows in its window. In the order of the rows,
    /// group by group.
    pub fn agg(self, aggregates: impl IntoExprs) -> LazyFrame {
        let aggregates = aggregates.into_exprs();
        let Self { frame, index, args, caller } = self;
        frame.written_at("rolling", caller, move |frame, schema| {
            aggregated(frame, schema, &index, &args, &aggregates)
        })
    }
}

fn aggregated(
    frame: LazyFrame,
    schema: &Schema,
    index: &Name,
    args: &RollingArgs,
    aggregates: &[Expr],
) -> Written {
    let data_type = index_type(schema, index)?;
    let period = Step::read_positive(&args.period, &data_type)?;
    let offset = match &args.offset {
        Some(offset) => Step::read(offset, &data_type)?,
        None => period.back(),
    };
    let aggregates = spelled_out(aggregates, schema, &args.groups, index)?;
    let name = |word: &str| fresh(word, &[schema]);
    let (row, group, place, first) = (name("row"), name("group"), name("place"), name("first"));
    let (lower, upper, start, end) = (name("lower"), name("upper"), name("start"), name("end"));
    let (own, found) = (name("own"), name("found"));

    let numbered = checked(frame.clone(), index, &args.groups).with_row_index(row.clone(), 0);
    let of_group =
        numbered.with_columns(col(row.clone()).min().over(args.groups.clone()).alias(group.clone()));
    let places = of_group.sort(col(group.clone())).drop([row]).with_row_index(place.clone(), 0);
    let places = places.with_columns(col(place.clone()).min().over(group.clone()).alias(first.clone()));

    // The place behind the last row that is not yet in the window, and behind the last one that is.
    let low = offset.after(col(index.clone())).cast(data_type.clone()).alias(lower.clone());
    let bounds = places.clone().select([
        col(place.clone()),
        col(group.clone()),
        col(first.clone()),
        low,
        col(index.clone()),
    ]);
    let anchored = bounds.with_columns(period.after(col(lower.clone())).cast(data_type).alias(upper.clone()));
    let searched = places.clone().select([
        col(group.clone()),
        col(index.clone()).alias(found.clone()),
        (col(place.clone()) + 1).alias(start.clone()),
    ]);
    let backward = |exact: bool| {
        let args = AsofArgs::new(AsofStrategy::Backward).by(group.clone());
        if exact { args } else { args.no_exact_matches() }
    };
    let low_is_in = matches!(args.closed, Closed::Left | Closed::Both);
    let high_is_in = matches!(args.closed, Closed::Right | Closed::Both);
    let by_end = searched.clone().rename([(start.clone(), end.clone())]);
    let bounds = anchored
        .join_asof(searched, col(lower), col(found.clone()), backward(!low_is_in))
        .drop([found.clone()])
        .join_asof(by_end, col(upper), col(found), backward(high_is_in));
    let behind = |name: &Name| coalesce([col(name.clone()), col(first.clone())]);
    let members = int_ranges(behind(&start), behind(&end), 1i64).alias(place.clone());
    let members =
        bounds.select([col(place.clone()).alias(own.clone()), members]).explode_non_empty([place.clone()]);

    let made: Vec<Name> = aggregates.iter().map(Expr::output_name).collect();
    let inner = |name: &Name| fresh(&format!("made_{name}"), &[schema]);
    let renamed = aggregates
        .iter()
        .map(|aggregate| aggregate.without_alias().clone().alias(inner(&aggregate.output_name())));
    let renamed: Vec<Expr> = renamed.collect();
    let windows = members
        .join(places.clone(), col(place.clone()), col(place.clone()), JoinType::Inner)
        .group_by(own.clone())
        .agg(renamed);

    // Windows without rows have the aggregates of no rows.
    let nothing = |name: &Name| fresh(&format!("nothing_{name}"), &[schema]);
    let of_nothing: Vec<Expr> = aggregates
        .iter()
        .map(|aggregate| aggregate.without_alias().clone().alias(nothing(&aggregate.output_name())))
        .collect();
    let empty = frame.clear().select(of_nothing);
    let is_there = name("is_there");
    let windows = windows.with_columns(lazuli_expr::lit(true).alias(is_there.clone()));
    let all = places.join(windows, col(place), col(own), JoinType::Left).cross_join(empty);
    let value = |name: &Name| {
        let is_there = col(is_there.clone()).is_not_null();
        when(is_there).then(col(inner(name))).otherwise(col(nothing(name))).alias(name.clone())
    };
    let columns = args.groups.iter().cloned().chain([col(index.clone())]).chain(made.iter().map(value));
    Ok(all.select(columns.collect::<Vec<_>>()))
}
