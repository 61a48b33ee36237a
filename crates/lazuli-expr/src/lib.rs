//! Expressions: what to compute from the columns of one batch.
//!
//! [`Expr`] is the one expression type: the user builds it, the planner types and rewrites it, and [`evaluate`] runs
//! it. Functions and aggregates are one file each behind [`ScalarFunction`] and [`Aggregate`].
//!
//! Not here: plans, files, threads. An expression sees one batch at a time; an aggregate sees columns and group ids.

#![forbid(unsafe_code)]

pub mod aggregate; // many rows to one, group by group
mod build; // the methods that users call
mod display; // expressions as text
mod error; // what can be wrong with an expression
pub mod evaluate; // expressions over one batch
mod expr; // the tree
pub mod function; // rows to rows
pub mod functions; // shorthands
mod into; // what verbs accept as columns and sort keys
mod operator; // +, -, ==, and ...
mod options; // constants behind the columns of a call
mod rename; // output names
mod selector; // several columns at once
pub mod selectors; // columns by type, name and place
mod split_mix; // random numbers
pub mod supertype; // the type that holds two types
mod tree; // expressions as trees of text
pub mod typing; // types of expressions, and the casts that make them fit
mod visit; // walking and rewriting
pub mod window; // values made of the rows of a partition

pub use aggregate::{
    Accumulator, Aggregate, AggregateRef, Groups, RowOrder, arg_where, ones, repeat, repeat_as,
    spearman_rank_corr, zeros,
};
pub use build::{When, WhenThen, all, coalesce, col, cols, corr, cov, len, lit, when};
pub use error::{EvaluateError, TypeError};
pub use expr::{CastMode, Expr, Literal};
pub use function::list::{as_list, concat_list, element};
pub use function::structs::{as_struct, field};
pub use function::temporal::{
    BusinessWeek, DatetimeForm, DatetimeParts, DurationParts, NewParts, business_day_count, date,
    date_ranges, datetime, datetime_ranges, duration, from_epoch, int_ranges, linear_spaces, time,
    time_ranges,
};
pub use function::text::{ManyOptions, concat_str, format_str};
pub use function::{FunctionRef, ScalarFunction};
pub use lazuli_kernels::Closed;
pub use lazuli_kernels::temporal::{Ambiguous, Interval, NonExistent, Roll};

pub use into::{IntoExpr, IntoExprs, IntoSortKeys, SortKey};
pub use operator::{BinaryOperator, UnaryOperator};
pub use selector::{Letters, NamePart, Selector, SelectorError, TypeKind};
pub use supertype::supertype;
pub use window::{
    Decay, Rolling, RollingBy, Window, WindowFunction, WindowFunctionRef, WindowMapping, arg_sort_by,
    random_int, random_normal, random_sample, random_share, random_uniform, row_index, row_number,
};
