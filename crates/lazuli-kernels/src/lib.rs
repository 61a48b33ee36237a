//! Stateless vectorized functions: arrays in, arrays out.
//!
//! A kernel reads its arguments, owns none of them, has no side effects and returns new arrays. It decides by type once
//! per call and loops over plain slices; generic code is over physical widths, logical types are values. Nulls are
//! handled by the drivers of `arity`, so the code of a kernel is its arithmetic. Types are checked when a plan is
//! resolved; a kernel that meets others says [`KernelError::Unsupported`].
//!
//! Not here: anything about expressions, plans, threads or files.

pub mod calendar; // civil dates, times and their text
mod error; // what can go wrong
pub mod parse; // field text to value
pub mod text; // where separators, quotes and newlines are

pub use error::KernelError;

/// The result of a kernel that may fail.
pub type Result<T> = std::result::Result<T, KernelError>;
