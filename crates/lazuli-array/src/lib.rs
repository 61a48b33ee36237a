//! Columns in memory: types, schema, arrays, batches, frames and scalars.
//!
//! The lowest room of the house. It knows how values lie in memory (the Arrow format, on `arrow2` buffers that no
//! public signature shows) and what they mean ([`DataType`]), and nothing about expressions, plans or files.
//!
//! * [`Array`] is physical: a closed enum over typed arrays, each with an optional validity [`Bitmap`].
//! * [`Column`] is an [`Array`] with its logical [`DataType`] and cached [`Statistics`].
//! * [`Batch`] is columns of equal length under a [`Schema`]; [`DataFrame`] is a list of batches; [`Series`] is one
//!   named column of a frame.
//!
//! Not here: computing anything from values (see `lazuli-kernels`).

mod array; // the closed enum and its typed arrays
mod batch; // columns of equal length
mod bitmap; // packed booleans
mod buffer; // shared values
pub mod calendar; // dates and ticks, and their ISO text
mod column; // an array and what it means
mod data_type; // logical types
pub mod decimal; // exact text of decimal numbers
mod difference; // where two frames differ
mod dispatch; // the only file that lists the types in macros
mod display; // values and frames as text
mod error; // what can be wrong with columns
#[allow(unsafe_code, reason = "foreign memory is read through raw pointers")]
pub mod ffi; // the Arrow C data interface
mod frame; // aligned batches
mod frame_parts; // rows and columns taken out of frames and put into them
mod from_scalars; // columns from scalars
mod from_values; // columns from Rust values, `df!`
pub mod memory; // vectors that are written whole, huge pages
mod name; // column names
mod scalar; // one value
mod schema; // names and types in order
mod series; // one named column
mod statistics; // facts about a column, cached
mod to_values; // columns to Rust values
mod validity; // the rule for validity maps

pub use array::{
    Array, BinaryArray, BooleanArray, Code, Codes, Dictionary, DictionaryArray, Entries, ListArray, Native,
    NullArray, PrimitiveArray, StringArray, StringBuilder, StructArray,
};
pub use batch::Batch;
pub use bitmap::{Bitmap, BitmapBuilder, Words};
pub use buffer::Buffer;
pub use column::Column;
pub use data_type::{DataType, PhysicalType, TimeUnit, TimeZone};
pub use display::{Alignment, FloatFormat, TableFormat, TableStyle, grouped};
pub use error::ArrayError;
pub use frame::DataFrame;
pub use from_values::{FromValues, IntoSeries};
pub use name::Name;
pub use scalar::Scalar;
pub use schema::{Field, Schema, SchemaRef};
pub use series::Series;
pub use statistics::{Sortedness, Statistics};
pub use to_values::ColumnValue;
pub(crate) use validity::buffer_validity;

/// The result of building or checking columns.
pub type Result<T> = std::result::Result<T, ArrayError>;
