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
mod column; // an array and what it means
mod data_type; // logical types
mod dispatch; // the only file that lists the types in macros
mod error; // what can be wrong with columns
mod frame; // aligned batches
mod name; // column names
mod scalar; // one value
mod schema; // names and types in order
mod series; // one named column
mod statistics; // facts about a column, cached
mod validity; // the rule for validity maps

pub use array::{
    Array, BinaryArray, BooleanArray, Dictionary, DictionaryArray, ListArray, Native, NullArray,
    PrimitiveArray, StringArray, StringBuilder, StructArray,
};
pub use batch::Batch;
pub use bitmap::{Bitmap, BitmapBuilder};
pub use buffer::Buffer;
pub use column::Column;
pub use data_type::{DataType, PhysicalType, TimeUnit, TimeZone};
pub use error::ArrayError;
pub use frame::DataFrame;
pub use name::Name;
pub use scalar::Scalar;
pub use schema::{Field, Schema, SchemaRef};
pub use series::{FromValues, Series};
pub use statistics::{Sortedness, Statistics};
pub(crate) use validity::buffer_validity;

/// The result of building or checking columns.
pub type Result<T> = std::result::Result<T, ArrayError>;
