//! Join tables: the rows of one side by key, and for each row of the other side the rows that have its key.
//!
//! Keys become one 64-bit number a row by the exact ranges of the built side's values (`keys`); what lies outside of
//! them matches nothing. Of the forms of a table the first that fits is taken:
//!
//! ```text
//! identity   the keys are 0, 1, 2, …: the key is the row
//! dense      few enough keys for the rows: an array that keys index                      one load a lookup
//! hashed     open addressing, filled in partitions                                       one cache line a lookup
//! groups     nested keys, and such as do not fit 64 bits: the table of group-by
//! ```
//! A lookup gives a *place* a row: [`NO_ROWS`], or what [`JoinIndex::rows_of`] and [`JoinIndex::pairs`] take; where no key
//! has two rows ([`JoinIndex::is_unique`]), places are the row numbers. Equality is that of frames: NaN equals NaN, -0.0
//! equals 0.0, a text equals itself in whichever physical form; null matches nothing, not even null.
//!
//! Dense tables are DataFusion's and DuckDB's idea (array map, perfect hash join), building in partitions without atomics
//! is Balkesen et al. 2013 and the unchained tables of Birler et al. 2024.
//!
//! Not here: threads, memory budgets (the caller runs the tasks, and asks [`JoinPlan::needed_bytes`] first), columns that
//! are not keys.

mod dense; // an array that keys index
mod groups; // keys of any type
mod hashed; // open addressing
mod keys; // columns to numbers
mod lists; // rows of keys that several rows have
mod packed_rows; // columns as records
mod pairs; // rows of both sides side by side
mod partition; // keys brought together by range
mod regions; // a hash table in parts
mod tasks; // independent parts of the work
#[cfg(test)]
mod tests;
mod texts; // texts as numbers

use std::ops::Range;

use lazuli_array::{Bitmap, Column};

use self::dense::DenseTable;
use self::groups::GroupedRows;
use self::hashed::HashedTable;
use self::keys::{KeyMaker, KeyRanges};
use self::lists::Lists;
use self::partition::{BLOCK_ROWS, MakeKeys};
use self::texts::TextKeys;
use crate::KernelError;
use crate::arity::predicate_of;

pub use self::packed_rows::{PackPlan, PackedRows};
pub use self::pairs::PairCursor;
pub use self::tasks::{RunTasks, Stopped, one_by_one};
pub(crate) use self::tasks::{map, take_item, to_take};

/// The place of a row whose key no row of the built side has. Equal to [`crate::NO_ROW`].
pub const NO_ROWS: u32 = u32::MAX;

/// What a row has for a key that matches nothing. No key is as large, see [`KeyRanges::of`].
const NO_KEY: u64 = u64::MAX;

/// Keys index an array if there are at most so many of them, whatever the rows: 1 MiB.
const DENSE_KEYS: u64 = 1 << 18;
/// Or at most so many for each row: a hash table takes 24 bytes a row and a slower lookup.
const DENSE_KEYS_A_ROW: u64 = 16;
/// But never more than this: 1 GiB. With a quarter of it, 10^8 rows that met one in ten of as many keys took 41 ns a row in a
/// hash table; the array's bitmap, 12 MB, turns most of them away.
const MAX_DENSE_KEYS: u64 = 1 << 28;

/// Which places have rows.
pub fn matched(places: &[u32]) -> Bitmap {
    predicate_of(places, |place| place != NO_ROWS)
}

/// Why there is no table.
#[derive(Debug)]
pub enum BuildError {
    /// Whoever runs the tasks did not want to go on.
    Stopped,
    /// Too many rows or keys.
    Kernel(KernelError),
}

impl From<Stopped> for BuildError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<KernelError> for BuildError {
    fn from(error: KernelError) -> Self {
        Self::Kernel(error)
    }
}

/// How a table over some rows will look; nothing large is allocated yet.
///
/// ```
/// use lazuli_array::{Column, FromValues};
/// use lazuli_kernels::join::{JoinPlan, NO_ROWS, one_by_one};
///
/// let built = Column::from_values([Some(30i64), Some(10), None, Some(30)].into_iter());
/// let index = JoinPlan::new(vec![built], 4, &one_by_one)?.build(&one_by_one)?;
/// let mut places = Vec::new();
/// index.lookup(&[Column::from_values([Some(10i64), Some(11), None, Some(30)].into_iter())], 4, &mut places);
/// let rows: Vec<&[u32]> = places.iter().map(|place| index.rows_of(place)).collect();
/// assert_eq!(rows, [&[1u32] as &[u32], &[], &[], &[0, 3]]);
/// assert_eq!(places[1], NO_ROWS);
/// # Ok::<(), lazuli_kernels::join::BuildError>(())
/// ```
pub struct JoinPlan {
    keys: Vec<Column>,
    num_rows: usize,
    /// `None`: groups.
    ranges: Option<KeyRanges>,
    is_dense: bool,
}

impl JoinPlan {
    /// Looks at the key columns of the built side, `num_rows` rows each. Without key columns all rows have the same key.
    ///
    /// # Errors
    /// [`BuildError::Stopped`]; [`KernelError::TooLong`] of more rows than tables can number (2^30, with nested or very
    /// wide keys 2^30 as well).
    pub fn new(keys: Vec<Column>, num_rows: usize, run: RunTasks<'_>) -> Result<Self, BuildError> {
        if num_rows > lists::MAX_ROWS {
            return Err(KernelError::TooLong { operation: "the built side of a join", rows: num_rows }.into());
        }
        let ranges = KeyRanges::of(&keys, num_rows, run)?;
        let is_dense = ranges.as_ref().is_some_and(|ranges| {
            let enough = DENSE_KEYS_A_ROW.saturating_mul(num_rows as u64).max(DENSE_KEYS);
            ranges.num_keys <= enough.min(MAX_DENSE_KEYS)
        });
        Ok(Self { keys, num_rows, ranges, is_dense })
    }

    /// Takes the form that needs less memory, where there is one.
    pub fn smaller(&mut self) {
        let num_keys = self.ranges.as_ref().map_or(0, |ranges| ranges.num_keys as usize);
        // Asked in this order: the bytes of an array for all floats are no number.
        self.is_dense = self.is_dense && DenseTable::bytes(num_keys) <= HashedTable::bytes(self.num_rows);
    }

    /// Bytes that building takes at most, those of the table included. For keys that go into groups a
    /// guess: their bytes are known only when they are there.
    pub fn needed_bytes(&self) -> usize {
        // Keys and rows brought together, and lists, if keys repeat.
        const REPEATED_BYTES_A_ROW: usize = 12 + 6;
        let Some(ranges) = &self.ranges else { return GroupedRows::bytes(self.num_rows, self.keys.len()) };
        let table = match self.is_dense {
            true => DenseTable::bytes(ranges.num_keys as usize),
            false => HashedTable::bytes(self.num_rows),
        };
        let texts: usize = self.keys.iter().map(|key| TextKeys::bytes(key.array())).sum();
        table.saturating_add(texts).saturating_add(self.num_rows * REPEATED_BYTES_A_ROW)
    }

    /// Builds the table.
    ///
    /// # Errors
    /// [`BuildError::Stopped`]; [`KernelError::TooManyGroups`] of too many nested keys.
    pub fn build(self, run: RunTasks<'_>) -> Result<JoinIndex, BuildError> {
        let Self { keys, num_rows, ranges, is_dense } = self;
        let Some(ranges) = ranges else {
            let (table, ids) = GroupedRows::group(&keys, num_rows)?;
            let (rows, lists) = GroupedRows::build(table, &ids, run)?;
            return Ok(JoinIndex { form: Form::Groups(Box::new(rows)), lists });
        };
        let num_keys = ranges.num_keys;
        let (maker, numbers) = KeyMaker::build(ranges, &keys, run)?;
        let texts = maker.own_texts(&keys, numbers);
        let make: MakeKeys<'_> = &|rows, numbers| maker.make(&keys, &texts, rows, numbers);
        let (table, lists) = if num_keys == num_rows as u64 && are_rows(num_rows, make, run)? {
            (Table::Identity { num_rows: num_keys }, Lists::default())
        } else if is_dense {
            let (table, lists) = DenseTable::build(num_keys as usize, num_rows, make, run)?;
            (Table::Dense(table), lists)
        } else {
            let (table, lists) = HashedTable::build(num_rows, make, run)?;
            (Table::Hashed(table), lists)
        };
        drop(texts);
        Ok(JoinIndex { form: Form::Numbers { maker, table }, lists })
    }
}

/// Whether each row's key is the number of the row.
fn are_rows(num_rows: usize, make_keys: MakeKeys<'_>, run: RunTasks<'_>) -> Result<bool, Stopped> {
    let holds = |rows: Range<usize>| {
        let mut keys = Vec::new();
        rows.clone().step_by(BLOCK_ROWS).all(|start| {
            let block = start..(start + BLOCK_ROWS).min(rows.end);
            make_keys(block.clone(), &mut keys);
            keys.iter().zip(block).all(|(&key, row)| key == row as u64)
        })
    };
    // Most keys that are not, are not at once.
    if !holds(0..num_rows.min(BLOCK_ROWS)) {
        return Ok(false);
    }
    let ranges = tasks::row_ranges(num_rows);
    let found = tasks::map(run, ranges.len(), |task| holds(ranges[task].clone()))?;
    Ok(found.into_iter().all(|holds| holds))
}

/// The rows of the built side by key.
#[derive(Debug)]
pub struct JoinIndex {
    form: Form,
    lists: Lists,
}

#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one a join: its size costs nothing")]
enum Form {
    Numbers { maker: KeyMaker, table: Table },
    Groups(Box<GroupedRows>),
}

#[derive(Debug)]
enum Table {
    /// The key is the row.
    Identity {
        num_rows: u64,
    },
    Dense(DenseTable),
    Hashed(HashedTable),
}

impl JoinIndex {
    /// Writes the place of each of `rows` rows of the probing side over `places`; [`NO_ROWS`] where its key is not there
    /// or a null is in it.
    ///
    /// Panics if columns do not have `rows` rows and the types of the built side's.
    pub fn lookup(&self, keys: &[Column], rows: usize, places: &mut Vec<u32>) {
        places.clear();
        match &self.form {
            Form::Numbers { maker, table } => {
                assert!(keys.iter().all(|key| key.len() == rows), "key columns of {rows} rows");
                places.reserve(rows);
                let texts = maker.texts(keys);
                let mut numbers = Vec::with_capacity(BLOCK_ROWS.min(rows));
                for start in (0..rows).step_by(BLOCK_ROWS) {
                    maker.make(keys, &texts, start..(start + BLOCK_ROWS).min(rows), &mut numbers);
                    match table {
                        Table::Identity { num_rows } => {
                            let slot = |&key: &u64| if key < *num_rows { key as u32 + 1 } else { 0 };
                            places.extend(numbers.iter().map(slot));
                        }
                        Table::Dense(table) => table.find(&numbers, places),
                        Table::Hashed(table) => table.find(&numbers, places),
                    }
                }
            }
            Form::Groups(table) => table.find(keys, rows, places),
        }
        // A slot is a place plus one, and 0 where there is none.
        places.iter_mut().for_each(|place| *place = place.wrapping_sub(1));
    }

    /// Whether none of these places has two rows: they are row numbers then, and [`NO_ROWS`].
    pub fn are_single(&self, places: &[u32]) -> bool {
        self.is_unique() || lists::are_single(places)
    }

    /// Whether no key has two rows.
    pub fn is_unique(&self) -> bool {
        self.lists.is_empty()
    }

    /// The rows of a place, ascending.
    #[inline]
    pub fn rows_of<'a>(&'a self, place: &'a u32) -> &'a [u32] {
        self.lists.rows(place)
    }

    /// The rows of every key that has several of them.
    pub fn repeated(&self) -> impl Iterator<Item = &[u32]> {
        self.lists.iter()
    }

    /// Bytes of memory that the table holds.
    pub fn memory_bytes(&self) -> usize {
        let form = match &self.form {
            Form::Numbers { maker, table } => {
                maker.memory_bytes()
                    + match table {
                        Table::Identity { .. } => 0,
                        Table::Dense(table) => table.memory_bytes(),
                        Table::Hashed(table) => table.memory_bytes(),
                    }
            }
            Form::Groups(table) => table.memory_bytes(),
        };
        form + self.lists.memory_bytes()
    }
}
