//! Spilling: rows that do not fit the budget wait in files.
//!
//! | file | what | I/O |
//! |---|---|---|
//! | `encode` | batches to bytes and back | no |
//! | `checksum` | whether bytes are those that were written | no |
//! | `folder` | where the files are, and that none stays | yes |
//! | `file` | batches by place: [`SpillFile`] | yes |
//! | `buckets` | rows by bucket: [`Buckets`](buckets::Buckets) | yes |
//! | `by_hash` | rows with equal keys together: [`HashPartitions`] | yes |
//! | `in_order` | rows by number: [`RowsByNumber`] | yes |
//! | `places` | the numbers of rows | no |
//! | `begun` | all of it, once a worker needs it: [`Begun`] | no |
//!
//! An operator whose rows meet by key writes them to [`HashPartitions`], works on one partition after the other as it does in
//! memory, and gives what comes of it, with the numbers of rows, to [`RowsByNumber`]: so the order is that of the input, as always.
//!
//! What is written is read by the query that wrote it, and by nobody else: the layout is the memory's, and no promise. Still
//! nothing that is read is believed: the checksum of each batch is compared, and its arrays are checked as any are.
//!
//! A file has no name as soon as it is open, where the system allows that: it ends with the process, however that ends.

mod begun; // once a worker needs it
pub(crate) mod buckets; // rows by bucket
mod by_hash; // rows with equal keys together
mod checksum; // whether bytes are those that were written
mod encode; // batches to bytes and back
mod file; // batches by place
mod folder; // where the files are
mod in_order; // rows by number
mod places; // the numbers of rows

pub(crate) use begun::Begun;
pub(crate) use by_hash::{HashFilling, HashPartitions, NullKeys, Partition};
pub(crate) use file::{SpillFile, Spilled};
pub(crate) use folder::SpillFolder;
pub(crate) use in_order::{OrderFilling, Ordered, RowsByNumber};
pub(crate) use places::{Places, RowNumbers};
