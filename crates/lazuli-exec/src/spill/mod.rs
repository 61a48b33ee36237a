//! Spilling: rows that do not fit the budget wait in files.
//!
//! | file | what | I/O |
//! |---|---|---|
//! | `encode` | batches to bytes and back | no |
//! | `checksum` | whether bytes are those that were written | no |
//! | `folder` | where the files are, and that none stays | yes |
//! | `file` | batches by place: [`SpillFile`] | yes |
//!
//! What is written is read by the query that wrote it, and by nobody else: the layout is the memory's, and no promise. Still
//! nothing that is read is believed: the checksum of each batch is compared, and its arrays are checked as any are.
//!
//! A file has no name as soon as it is open, where the system allows that: it ends with the process, however that ends.

mod checksum; // whether bytes are those that were written
mod encode; // batches to bytes and back
mod file; // batches by place
mod folder; // where the files are

pub(crate) use file::{SpillFile, Spilled};
pub(crate) use folder::SpillFolder;
