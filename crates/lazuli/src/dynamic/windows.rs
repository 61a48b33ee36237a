//! Windows on a grid: `group_by_dynamic(index, every).agg(aggregates)`.
//!
//! ```text
//! windows begin at multiples of `every`, moved by `offset`, and are `period` long; a row may lie in several of them, or in
//! none. Each row gets the list of those that might hold it, the lists become rows, and what lies outside is left out.
//! ```

use lazuli_array::{DataType, Name, Schema};
use lazuli_expr::{Closed, Expr, IntoExprs, col};
use lazuli_plan::Caller;

use super::step::Step;
use super::{checked, index_type, keys, spelled_out};
use crate::LazyFrame;
use crate::verb::{Written, fresh, invalid};

/// Which value of a window stands for it in the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowLabel {
    /// Its lower end.
    Left,
    /// Its upper end.
    Right,
    /// The first index in it.
    Datapoint,
}

/// Where windows begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartBy {
    /// At multiples of the interval since 1970-01-01; weeks on Mondays.
    Window,
    /// At the first index (of each group), and multiples of the interval from there.
    Datapoint,
    /// So many days after Monday; for intervals of whole weeks.
    DaysAfterMonday(u8),
}

/// The windows of [`LazyFrame::group_by_dynamic`]. Their interval alone, as a text, is enough where nothing else is asked
/// for.
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicArgs {
    every: String,
    period: Option<String>,
    offset: Option<String>,
    closed: Closed,
    label: WindowLabel,
    start_by: StartBy,
    groups: Vec<Expr>,
    boundaries: bool,
}

impl DynamicArgs {
    /// A window begins every so often, and ends where the next begins.
    pub fn every(every: &str) -> Self {
        Self {
            every: every.into(),
            period: None,
            offset: None,
            closed: Closed::Left,
            label: WindowLabel::Left,
            start_by: StartBy::Window,
            groups: Vec::new(),
            boundaries: false,
        }
    }

    /// How long a window is; as long as the interval if not said.
    pub fn period(self, period: &str) -> Self {
        Self { period: Some(period.into()), ..self }
    }

    /// How far windows are moved; `-30m` moves them back.
    pub fn offset(self, offset: &str) -> Self {
        Self { offset: Some(offset.into()), ..self }
    }

    /// Which ends belong to a window; the left one if not said.
    pub fn closed(self, closed: Closed) -> Self {
        Self { closed, ..self }
    }

    /// What stands for a window; its lower end if not said.
    pub fn label(self, label: WindowLabel) -> Self {
        Self { label, ..self }
    }

    /// Where windows begin.
    pub fn start_by(self, start_by: StartBy) -> Self {
        Self { start_by, ..self }
    }

    /// Windows for each of these groups by itself.
    pub fn group_by(self, groups: impl IntoExprs) -> Self {
        Self { groups: keys(groups), ..self }
    }

    /// Both ends of each window too, as `_lower_boundary` and `_upper_boundary`.
    pub fn include_boundaries(self) -> Self {
        Self { boundaries: true, ..self }
    }
}

impl From<&str> for DynamicArgs {
    fn from(every: &str) -> Self {
        Self::every(every)
    }
}

/// Windows that wait for their aggregates.
#[derive(Debug, Clone)]
#[must_use = "windows do nothing until they are aggregated"]
pub struct LazyDynamicGroupBy {
    frame: LazyFrame,
    index: Name,
    args: DynamicArgs,
    caller: Caller,
}

impl LazyDynamicGroupBy {
    #[track_caller]
    pub(super) fn new(frame: LazyFrame, index: Name, args: DynamicArgs) -> Self {
        Self { frame, index, args, caller: Caller::here() }
    }

    /// One row for each window (of each group) that holds rows: the groups, the window, these aggregates. Windows come in
    /// order of time, group by group.
    pub fn agg(self, aggregates: impl IntoExprs) -> LazyFrame {
        let aggregates = aggregates.into_exprs();
        let Self { frame, index, args, caller } = self;
        frame.written_at("group_by_dynamic", caller, move |frame, schema| {
            aggregated(frame, schema, &index, &args, &aggregates)
        })
    }
}

fn aggregated(
    frame: LazyFrame,
    schema: &Schema,
    index: &Name,
    args: &DynamicArgs,
    aggregates: &[Expr],
) -> Written {
    let data_type = index_type(schema, index)?;
    let every = Step::read_positive(&args.every, &data_type)?;
    let period = match &args.period {
        Some(period) => Step::read_positive(period, &data_type)?,
        None => every.clone(),
    };
    let aggregates = spelled_out(aggregates, schema, &args.groups, index)?;
    let name = |word: &str| fresh(word, &[schema]);
    let (lower, upper, moved, shift) = (name("lower"), name("upper"), name("moved"), name("shift"));
    let time = || col(index.clone());
    let frame = checked(frame, index, &args.groups);

    // Windows on a moved grid are those on the plain one, seen from times that are moved back.
    let (to_grid, from_grid): (Expr, Box<dyn Fn(Expr) -> Expr>) = match origin(args, &data_type)? {
        Origin::Plain => (time(), Box::new(|start| start)),
        Origin::Moved(steps) => {
            let to_grid = steps.iter().fold(time(), |time, step| step.back().after(time));
            (to_grid, Box::new(move |start| steps.iter().fold(start, |start, step| step.after(start))))
        }
        Origin::Datapoint => {
            let shift = shift.clone();
            (time() - col(shift.clone()), Box::new(move |start| start + col(shift.clone())))
        }
    };
    let frame = if args.start_by == StartBy::Datapoint {
        let first = time().min().over(args.groups.clone());
        frame.with_columns((first.clone() - every.floor(first)).alias(shift.clone()))
    } else {
        frame
    };
    let frame = frame.with_columns(to_grid.alias(moved.clone()));
    let last = every.floor(col(moved.clone()));
    let starts = if period == every && args.closed == Closed::Left {
        frame.with_columns(last.alias(lower.clone()))
    } else {
        let first = every.floor(period.back().after(col(moved.clone())));
        let candidates = every.ranges(first, last, &data_type).alias(lower.clone());
        frame.with_columns(candidates).explode_non_empty([lower.clone()])
    };
    let bounded = starts
        .with_columns(from_grid(col(lower.clone())).cast(data_type.clone()).alias(lower.clone()))
        .with_columns(period.after(col(lower.clone())).cast(data_type).alias(upper.clone()));
    let (low, high) = (col(lower.clone()), col(upper.clone()));
    let inside = match args.closed {
        Closed::Left => time().gt_eq(low.clone()) & time().lt(high.clone()),
        Closed::Right => time().gt(low.clone()) & time().lt_eq(high.clone()),
        Closed::Both => time().gt_eq(low.clone()) & time().lt_eq(high.clone()),
        Closed::Neither => time().gt(low.clone()) & time().lt(high.clone()),
    };
    let rows = bounded.filter(inside);

    let label_name = name("label");
    let label = match args.label {
        WindowLabel::Left => col(lower.clone()),
        WindowLabel::Right => col(upper.clone()),
        WindowLabel::Datapoint => col(label_name.clone()),
    };
    let group_names: Vec<Name> = args.groups.iter().map(Expr::output_name).collect();
    let made: Vec<Name> = aggregates.iter().map(Expr::output_name).collect();
    let group_keys = args.groups.iter().cloned().chain([low, high]);
    let computed = aggregates.into_iter().chain([time().first().alias(label_name)]);
    let windows = rows.group_by(group_keys.collect::<Vec<_>>()).agg(computed.collect::<Vec<_>>());
    let windows = by_group(windows, &group_names, &name("row"));
    let boundaries = [(lower, "_lower_boundary"), (upper, "_upper_boundary")];
    let boundaries =
        boundaries.into_iter().filter(|_| args.boundaries).map(|(name, title)| col(name).alias(title));
    let columns = group_names.into_iter().map(col).chain(boundaries).chain([label.alias(index.clone())]);
    Ok(windows.select(columns.chain(made.into_iter().map(col)).collect::<Vec<_>>()))
}

/// The rows of each group together, groups in order of their first rows.
pub(super) fn by_group(rows: LazyFrame, groups: &[Name], row: &Name) -> LazyFrame {
    if groups.is_empty() {
        return rows;
    }
    let first = col(row.clone()).min().over(groups.to_vec());
    rows.with_row_index(row.clone(), 0)
        .with_columns(first.alias(row.clone()))
        .sort(col(row.clone()))
        .drop([row.clone()])
}

/// Where the grid of windows lies.
enum Origin {
    /// At multiples of the interval.
    Plain,
    /// So far from them.
    Moved(Vec<Step>),
    /// At the first index.
    Datapoint,
}

fn origin(args: &DynamicArgs, data_type: &DataType) -> std::result::Result<Origin, lazuli_plan::PlanMistake> {
    let mut steps = Vec::new();
    if let StartBy::DaysAfterMonday(days) = args.start_by {
        let weeks = args.every.strip_suffix('w').is_some_and(|number| number.parse::<u32>().is_ok());
        if data_type.is_integer() || !weeks || days > 6 {
            return Err(invalid(
                "windows begin on a day of the week if the interval is of whole weeks, as \"1w\"",
            ));
        }
        steps.push(Step::Calendar(format!("{days}d")));
    }
    if let Some(offset) = &args.offset {
        if args.start_by == StartBy::Datapoint {
            return Err(invalid("windows begin at the first index, or are moved by an offset, not both"));
        }
        steps.push(Step::read(offset, data_type)?);
    }
    Ok(match args.start_by {
        StartBy::Datapoint => Origin::Datapoint,
        _ if steps.is_empty() => Origin::Plain,
        _ => Origin::Moved(steps),
    })
}
