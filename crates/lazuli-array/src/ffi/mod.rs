//! The Arrow C data interface: columns and batches to and from other libraries, without copying where that is safe.
//!
//! Two C structs carry columns and batches: [`ArrowSchema`] says what the values are, [`ArrowArray`] where they lie and who frees
//! them. Both are laid out as <https://arrow.apache.org/docs/format/CDataInterface.html> says, so a pointer to one of
//! ours is a pointer to one of anybody's.
//!
//! **Out.** [`export_column`], [`export_batch`]. The schema is a function of the logical type alone, so that all chunks of a
//! frame have one: `String` goes out as large UTF-8 (dictionary codes are decoded), `Categorical` and `Enum` go out as a
//! dictionary with `u32` codes, of an `Enum` marked as ordered. Values are shared, not copied.
//!
//! **In.** [`import_column`], [`import_batch`]. Nothing of the foreign structs is believed: format, counts, signs, null
//! pointers, alignment, offsets, UTF-8 and codes are checked before a typed array exists, and a lie is an
//! [`ArrayError::ForeignData`](crate::ArrayError::ForeignData) that says where. What cannot be checked is whether a pointer
//! points at what it should; that is what their `# Safety` is about. Values are shared when they are aligned and wide
//! enough, else copied; validity maps and booleans are always copied (an eighth of a byte a row).
//!
//! | Arrow | here |
//! |---|---|
//! | null, bool, int8 to int64, uint8 to uint64, float, double | the same |
//! | decimal128 of scale 0 to its precision | `Decimal` |
//! | utf8, large utf8, binary, large binary | `String`, `Binary` |
//! | date32; date64 | `Date`; `Datetime(ms)`, since date64 has hours |
//! | time32, time64 | `Time`, in nanoseconds |
//! | timestamp, duration in ms, us, ns | `Datetime`, `Duration` of that unit |
//! | timestamp, duration in s | in milliseconds; an overflow is an error |
//! | dictionary of text, any width of codes | `Categorical`, or `Enum` when ordered; equal entries become one, null entries null rows |
//! | list, large list, struct | `List`, `Struct` |
//! | text and bytes as views | `String`, `Binary`, copied |
//! | anything else (lists as views, maps, unions, run ends, half floats, fixed sizes ...) | [`ArrayError::Unsupported`](crate::ArrayError::Unsupported) |
//!
//! **Streams.** [`export_stream`] gives batches one by one, whenever the receiver asks, as the C stream interface has it
//! (<https://arrow.apache.org/docs/format/CStreamInterface.html>); [`ArrowStreamReader`] takes them from somebody else, each
//! checked as by [`import_batch`].
//!
//! Not here: metadata and extension types (dropped on the way in), files (see `lazuli-io`).

mod export; // our columns as C structs
mod foreign; // checked reading of a foreign array's memory
mod format; // format strings
mod import; // C structs as our columns
#[cfg(feature = "arrow-array")]
mod record_batch; // batches of another library
mod schema; // checked reading of a foreign schema
mod stream; // batches one after the other
mod structs; // the C structs
#[cfg(test)]
mod tests;

pub use export::{export_batch, export_column, export_schema};
pub use import::{import_batch, import_column};
#[cfg(feature = "arrow-array")]
pub use record_batch::{from_record_batch, from_record_batches, to_record_batch, to_record_batches};
pub use stream::{ArrowStreamReader, export_stream};
pub use structs::{ArrowArray, ArrowArrayStream, ArrowSchema};
