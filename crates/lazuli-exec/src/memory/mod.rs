//! Memory: what a query may hold, what batches weigh, what the machine has.
//!
//! An operator that collects rows or states reserves their bytes before it takes them in. A refused reservation is the
//! place where an operator spills ([`crate::spill`]); one that can't yet ends the query with an error that names it.

mod budget;
mod footprint;
mod machine;
mod table;

pub use budget::{MemoryBudget, Reservation};
pub(crate) use footprint::Footprint;
pub(crate) use table::{BYTES_A_KEY, bytes_with, inserted_rows};
