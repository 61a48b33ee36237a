//! Values and frames as text for people.
//!
//! `Display` of a scalar loses nothing: floats have the digits that read back to the same bits, decimals all of theirs.
//! `Display` of a frame is a table of its first and last rows; what is left out is marked by an ellipsis, and the shape
//! stands above. Neither asks the terminal, so the same data print the same text everywhere.
//!
//! Not here: files for machines (see the CSV writer), casts to text (see `lazuli-kernels`).

mod cell; // one value in a table
mod format; // how tables are drawn
mod scalar; // one value
mod table; // rows and columns in boxes

pub use cell::grouped;
pub use format::{Alignment, FloatFormat, TableFormat, TableStyle};
