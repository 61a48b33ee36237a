//! Inequality joins: the rows of a table whose values are below or above those of another side's rows.
//!
//! ```text
//! rows sorted by their first value     10 20 20 35 40 50      first value < 40, say:  a run, found by searching
//! ranks of their second value           4  0  5  1  3  2      second value < its v:   ranks below that of v
//! least ranks of each 16, of each 256   a tree that is only gone down where something is to be found
//! ```
//!
//! Sorting costs O(n log n), a row of the other side O(log n) and then O(log n) for each of its matches. That is the
//! problem of IEJoin (Khayyat et al. 2015), which scans a bit array of all rows for each row of the other side, in the
//! order of one value; here rows of the other side may come in any order, one by one, on any thread, so the result can be
//! in theirs. A tree of least values answers such two-sided queries since McCreight's priority search tree (1985).
//!
//! Order is that of comparisons: NaN equals NaN and is above all numbers, -0.0 equals 0.0, texts by their bytes, `Enum`
//! by declaration. A null is neither below nor above anything.
//!
//! Not here: equal keys (see `join`), predicates that are no comparisons, the rows themselves.

mod ascending; // matches in the order of the rows
mod least; // the tree of least ranks
mod sorted; // values in order, and searching them
#[cfg(test)]
mod tests;

use lazuli_array::Column;

pub use self::ascending::Ascending;
use self::least::LeastRanks;
use self::sorted::SortedValues;
use crate::CompareOp;
use crate::sort::{SortKey, sort_indices_in_tasks};
use crate::tasks::Tasks;

/// One comparison: what the other side's value must be to the table's value.
#[derive(Debug, Clone, Copy)]
pub struct Bound<'a> {
    /// The values of the other side, of the table's type.
    pub column: &'a Column,
    /// `column op table`: one of `==`, `<`, `<=`, `>`, `>=`.
    pub op: CompareOp,
}

/// Rows of a table by one value or two, to be found by comparisons with them.
///
/// ```
/// use lazuli_array::{Column, FromValues};
/// use lazuli_kernels::inequality::{Ascending, Bound, InequalityTable, Pairs};
/// use lazuli_kernels::tasks::OneByOne;
/// use lazuli_kernels::CompareOp;
///
/// let starts = Column::from_values([1i64, 5, 9].into_iter());
/// let ends = Column::from_values([4i64, 20, 12].into_iter());
/// let Ok(table) = InequalityTable::new(&starts, Some((&ends, CompareOp::Lt)), &OneByOne);
/// // Which of them hold the times 10 and 3: starts <= time, time < ends.
/// let times = Column::from_values([10i64, 3].into_iter());
/// let found = table.find(&[Bound { column: &times, op: CompareOp::GtEq }], Some(&times));
/// let (mut left, mut right) = (Vec::new(), Vec::new());
/// let mut pairs = Pairs::default();
/// assert!(table.pairs(&found, 100, &mut pairs, &mut left, &mut right));
/// assert_eq!((left, right), (vec![0, 0, 1], vec![1, 2, 0]));
/// ```
#[derive(Debug)]
pub struct InequalityTable {
    /// Row numbers by their first value; without those that match nothing.
    rows: Vec<u32>,
    /// Whether the row numbers ascend.
    is_in_order: bool,
    /// Rows of the table, also those that match nothing.
    num_rows: usize,
    first: SortedValues,
    second: Option<Second>,
}

/// The second values of the rows.
#[derive(Debug)]
struct Second {
    values: SortedValues,
    /// How the other side's value compares with them.
    op: CompareOp,
    /// By the places of the rows: places among the second values in order, counted from the end that matches lie at.
    ranks: LeastRanks,
}

/// What some rows of the other side match.
#[derive(Debug)]
pub struct Found {
    /// Rows `start..end` of the sorted ones; none where `end` is not greater.
    starts: Vec<u32>,
    ends: Vec<u32>,
    /// Of those the ones with ranks below this; all if there are no limits.
    limits: Option<Vec<u32>>,
}

/// How far pairs have been listed.
#[derive(Debug, Default)]
pub struct Pairs {
    /// The next row of the other side.
    next: usize,
    /// Matches of the row before it, those from `given` on still to be listed.
    matches: Vec<u32>,
    given: usize,
    ascending: Ascending,
}

impl InequalityTable {
    /// A table of rows with these values: no lists, structs or columns that are null only.
    ///
    /// `second`: another value, and how values of the other side will be compared with it, by `<`, `<=`, `>` or `>=`.
    /// Panics if the columns differ in length, or are of other types, or for another comparison.
    ///
    /// # Errors
    /// Those of the tasks, and [`crate::KernelError::TooLong`] beyond 2^32 rows as one of them.
    pub fn new<T: Tasks>(
        first: &Column,
        second: Option<(&Column, CompareOp)>,
        tasks: &T,
    ) -> Result<Self, T::Error> {
        let num_rows = first.len();
        let mut validity = first.validity();
        if let Some((second, _)) = second {
            assert_eq!(second.len(), num_rows, "two values for each row");
            validity = match (validity, second.validity()) {
                (Some(first), Some(second)) => Some(first.and(&second)),
                (first, second) => first.or(second),
            };
        }
        let sorted = |column: &Column| -> Result<Vec<u32>, T::Error> {
            let key = SortKey { column, descending: false, nulls_first: false };
            let mut rows = sort_indices_in_tasks(&[key], num_rows, tasks)?;
            if let Some(validity) = &validity {
                rows.retain(|&row| validity.get(row as usize));
            }
            Ok(rows)
        };
        let rows = sorted(first)?;
        let second = match second {
            None => None,
            Some((second, op)) => {
                let by_second = sorted(second)?;
                // A greater value of the table matches: ranks count from the greatest.
                let from_end = match op {
                    CompareOp::Lt | CompareOp::LtEq => true,
                    CompareOp::Gt | CompareOp::GtEq => false,
                    other => panic!("{} is no inequality", other.symbol()),
                };
                let mut ranks = vec![0u32; num_rows];
                for (place, &row) in by_second.iter().enumerate() {
                    let rank = if from_end { by_second.len() - 1 - place } else { place };
                    ranks[row as usize] = rank as u32;
                }
                let ranks = LeastRanks::new(rows.iter().map(|&row| ranks[row as usize]).collect());
                Some(Second { values: SortedValues::new(second, &by_second), op, ranks })
            }
        };
        Ok(Self {
            is_in_order: rows.is_sorted(),
            num_rows,
            first: SortedValues::new(first, &rows),
            second,
            rows,
        })
    }

    /// What each row of the other side matches: the table's rows whose first value is within all of `first`, and whose
    /// second value compares with `second` as the table was told.
    ///
    /// Panics if the columns differ in length or are not of the table's types, without any column, and if `second` is
    /// not given exactly if the table has second values.
    pub fn find(&self, first: &[Bound<'_>], second: Option<&Column>) -> Found {
        let num_rows = first.first().expect("a comparison with the first value").column.len();
        let mut starts = vec![0u32; num_rows];
        let mut ends = vec![self.rows.len() as u32; num_rows];
        for bound in first {
            assert_eq!(bound.column.len(), num_rows, "columns of one length");
            let mut narrow = |is_start: bool, after_equal: bool| {
                let places = self.first.places(bound.column, after_equal);
                match is_start {
                    true => {
                        starts.iter_mut().zip(places).for_each(|(start, place)| *start = place.max(*start))
                    }
                    false => ends.iter_mut().zip(places).for_each(|(end, place)| *end = place.min(*end)),
                }
            };
            match bound.op {
                CompareOp::Lt => narrow(true, true),
                CompareOp::LtEq => narrow(true, false),
                CompareOp::Gt => narrow(false, false),
                CompareOp::GtEq => narrow(false, true),
                CompareOp::Eq => {
                    narrow(true, false);
                    narrow(false, true);
                }
                other => panic!("{} bounds nothing", other.symbol()),
            }
            clear_null(&mut ends, bound.column);
        }
        assert_eq!(self.second.is_some(), second.is_some(), "second values on both sides");
        let limits = self.second.as_ref().zip(second).map(|(table, column)| {
            assert_eq!(column.len(), num_rows, "columns of one length");
            clear_null(&mut ends, column);
            // `value < table`: those after the equal ones; counted from the end, as many as there are behind.
            let after_equal = matches!(table.op, CompareOp::Lt | CompareOp::GtEq);
            let mut limits = table.values.places(column, after_equal);
            if matches!(table.op, CompareOp::Lt | CompareOp::LtEq) {
                let count = self.rows.len() as u32;
                limits.iter_mut().for_each(|limit| *limit = count - *limit);
            }
            limits
        });
        Found { starts, ends, limits }
    }

    /// The next pairs of rows of the other side with rows of the table, at most `capacity` of them: in the order of the
    /// first, those of one in the order of the table. False if there are no more.
    ///
    /// `other` and `own` are replaced. `found` must be the same until there are no more.
    pub fn pairs(
        &self,
        found: &Found,
        capacity: usize,
        pairs: &mut Pairs,
        other: &mut Vec<u32>,
        own: &mut Vec<u32>,
    ) -> bool {
        other.clear();
        own.clear();
        loop {
            let matches = &pairs.matches[pairs.given..];
            let taken = matches.len().min(capacity - own.len());
            if taken > 0 {
                own.extend_from_slice(&matches[..taken]);
                other.resize(own.len(), pairs.next as u32 - 1);
                pairs.given += taken;
            }
            if own.len() >= capacity || pairs.next == found.starts.len() {
                return !own.is_empty();
            }
            // Most rows match few: these go where they belong at once.
            let row = pairs.next;
            pairs.next += 1;
            pairs.matches.clear();
            pairs.given = 0;
            if found.starts[row] < found.ends[row] {
                self.matches(found, row, &mut pairs.ascending, &mut pairs.matches);
            }
        }
    }

    /// The table's rows that a row of the other side matches, ascending.
    fn matches(&self, found: &Found, row: usize, ascending: &mut Ascending, matches: &mut Vec<u32>) {
        let (start, end) = (found.starts[row] as usize, found.ends[row] as usize);
        match (&self.second, &found.limits) {
            (Some(second), Some(limits)) => {
                second.ranks.below(limits[row], start..end, |place| matches.push(self.rows[place]));
            }
            _ => matches.extend_from_slice(&self.rows[start..end]),
        }
        if !self.is_in_order {
            ascending.sort(matches, self.num_rows);
        }
    }

    /// Bytes of memory that the table holds.
    pub fn memory_bytes(&self) -> usize {
        let second = |second: &Second| second.values.memory_bytes() + second.ranks.memory_bytes();
        self.rows.capacity() * 4 + self.first.memory_bytes() + self.second.as_ref().map_or(0, second)
    }

    /// Bytes of memory that [`InequalityTable::new`] needs for a table of rows with these values, at most.
    pub fn needed_bytes(first: &Column, second: Option<&Column>) -> usize {
        /// Numbers of rows and the words that they are sorted by, twice while they are moved; ranks by row.
        const SORTING_BYTES: usize = 2 * (4 + 8) + 4;
        let values = SortedValues::needed_bytes(first) + second.map_or(0, SortedValues::needed_bytes);
        let ranks = second.map_or(0, |column| LeastRanks::needed_bytes(column.len()));
        values + ranks + first.len() * (SORTING_BYTES + 4)
    }

    /// Bytes of memory that listing pairs takes at most, beside the pairs themselves.
    pub fn listing_bytes(&self) -> usize {
        self.num_rows * 4 + Ascending::needed_bytes(self.num_rows)
    }
}

/// Rows that are null match nothing.
fn clear_null(ends: &mut [u32], column: &Column) {
    if let Some(validity) = column.validity() {
        validity.not().ones().for_each(|row| ends[row] = 0);
    }
}
