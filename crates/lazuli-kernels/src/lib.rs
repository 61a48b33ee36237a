//! Stateless vectorized functions: arrays in, arrays out.
//!
//! A kernel reads its arguments, owns none of them, has no side effects and returns new arrays. It decides by type once
//! per call and loops over plain slices; generic code is over physical widths, logical types are values. Nulls are
//! handled by the drivers of `arity`, so the code of a kernel is its arithmetic. Types are checked when a plan is
//! resolved; a kernel that meets others says [`KernelError::Unsupported`].
//!
//! Operands of kernels that take two sides are [`Datum`]s: a column, or a constant that is never expanded.
//!
//! Not here: anything about expressions, plans, threads or files.

#![allow(
    clippy::useless_conversion,
    reason = "one body for all widths: for one of them a conversion does nothing"
)]

pub mod aggregate; // sums, counts and extremes, also by group
mod arithmetic; // numbers, dates and spans of time, exact or an error
mod arity; // drivers: loops over slices, nulls and constants handled once
pub mod asof; // the nearest key of a table
mod bins; // intervals that numbers lie in
mod bits; // bits of integers
mod boolean; // Kleene's logic by words
pub mod cast; // values of one type as another
mod clip; // values between bounds
mod compact; // rows of several columns, strings in their smaller form
mod compare; // two operands row by row, to booleans
mod concat; // rows of several arrays one after the other
mod concat_text; // text after text, row by row
mod datum; // operands: a column, or one value for every row
mod dictionary; // several dictionaries as one
pub mod double_double; // sums of floats, the same in every order
mod error; // what can go wrong
mod explode; // one row for each item of a list
pub mod fields; // fields of structs, structs as JSON
mod filter; // keep rows where a mask is set
mod float_functions; // roots, logarithms, angles
mod gather; // copies of whole rows of variable length
pub mod hash; // one number a row, equal for equal rows
mod horizontal; // one value of each row of several columns
mod if_else; // each row from one of two operands
pub mod inequality; // rows of a table by comparisons with them
mod is_in; // values that are in a set
mod is_null; // tests of single values
pub mod join; // rows by key, for those of another side
pub mod keys; // rows with equal keys
pub mod level; // which machine instructions to use
pub mod list; // what is made of each list's own items
#[cfg(test)]
mod naive; // slow, obvious twins
pub mod narrow; // whole numbers in fewer bytes
pub mod parse; // field text to value
pub mod partition; // rows by bits of their hashes
mod picks; // row numbers that are in bounds
mod positions; // where in a set of values each value is
mod rolling; // windows of as many rows each
mod rounding; // fewer digits, and signs
pub mod snappy; // compressed blocks to their bytes
pub mod sort; // order of rows
pub mod statistics; // facts about a column
#[cfg(test)]
mod strategies; // arbitrary columns for property tests
pub mod strings; // functions of strings
mod take; // gather rows by index
pub mod tasks; // pieces that may run side by side
pub mod temporal; // parts, grids, steps, zones of dates and times
pub mod text; // where separators, quotes and newlines are
mod text_rows; // texts written row by row
pub mod wide; // small number types in wider ones
mod width; // values as bits, for loops that move them

pub use arithmetic::{
    ArithmeticOp, abs, add, add_whole_days, arithmetic, div, floor_div, mul, neg, pow, rem, sub,
    sub_whole_days, wrapping_add, wrapping_mul, wrapping_sub,
};
pub use bins::bins;
pub use bits::{BitCount, BitwiseOp, bitwise, bitwise_not, count_bits};
pub use boolean::{LogicalOp, all_kleene, all_true, and, any_kleene, any_true, logical, not, or, xor};
pub use clip::clip;
pub use compact::{coded_column, compact_columns};
pub use compare::{
    Closed, CompareOp, compare, eq, eq_missing, gt, gt_eq, is_between, lt, lt_eq, ne, ne_missing,
};
pub use concat::{concat, concat_batches, concat_columns};
pub use concat_text::concat_text;
pub use datum::{Constant, Datum, Value};
pub use error::KernelError;
pub use explode::Explode;
pub use filter::{filter, filter_batch, filter_column, spread_mask};
pub use float_functions::{Tolerance, is_close, map_float_pairs, map_floats, sqrt};
pub use horizontal::{extreme_of_two, mean_horizontal, sum_horizontal};
pub use if_else::{coalesce, fill_null, if_else};
pub use is_in::{is_in, is_in_missing};
pub use is_null::{is_finite, is_infinite, is_nan, is_not_null, is_null};
pub use level::Level;
pub use positions::positions_in;
pub use rolling::{RollingSum, RollingWindow, rolling_sums};
pub use rounding::{Rounding, round, round_significant, sign};
pub use take::{
    NO_ROW, take, take_batch, take_batch_optional, take_column, take_column_optional, take_optional,
};

pub use tasks::Tasks;

/// The result of a kernel that may fail.
pub type Result<T> = std::result::Result<T, KernelError>;
