//! The rows of a frame by partition.

use std::borrow::Cow;
use std::sync::OnceLock;

/// Which partition each row belongs to, and in which order rows are looked at.
///
/// ```
/// use lazuli_expr::window::Partitions;
///
/// let partitions = Partitions::new(&[0, 1, 0, 0], 2, Some(&[3, 2, 1, 0]));
/// assert_eq!(partitions.iter().collect::<Vec<_>>(), [[3, 2, 0].as_slice(), &[1]]);
/// ```
#[derive(Debug)]
pub struct Partitions<'a> {
    num_rows: usize,
    num_partitions: usize,
    /// The partition of each row; empty if there is but one.
    ids: &'a [u32],
    /// A permutation of the rows; none: as they are numbered.
    order: Option<&'a [u32]>,
    /// What each partition is called, if these are some of the partitions of a longer frame.
    numbers: Option<&'a [u32]>,
    /// Rows that stand together, made when first asked for.
    grouped: OnceLock<Grouped<'a>>,
}

/// Row numbers by partition: each partition's rows stand together, in the window's order.
#[derive(Debug)]
struct Grouped<'a> {
    rows: Cow<'a, [u32]>,
    /// Where each partition ends in `rows`.
    ends: Vec<u32>,
}

impl<'a> Partitions<'a> {
    /// All rows as one partition.
    ///
    /// Panics if the order has another number of rows.
    pub fn one(num_rows: usize, order: Option<&'a [u32]>) -> Self {
        assert!(order.is_none_or(|order| order.len() == num_rows), "an order of {num_rows} rows");
        Self { num_rows, num_partitions: 1, ids: &[], order, numbers: None, grouped: OnceLock::new() }
    }

    /// Rows by the number of their partition, `ids[row]`, which are below `num_partitions`.
    ///
    /// Panics if the order has another number of rows.
    pub fn new(ids: &'a [u32], num_partitions: usize, order: Option<&'a [u32]>) -> Self {
        assert!(order.is_none_or(|order| order.len() == ids.len()), "an order of {} rows", ids.len());
        Self { num_rows: ids.len(), num_partitions, ids, order, numbers: None, grouped: OnceLock::new() }
    }

    /// The same partitions, as some of those of a longer frame: `numbers` are what they are among these.
    ///
    /// Panics if there are fewer numbers than partitions.
    ///
    /// ```
    /// use lazuli_expr::window::Partitions;
    ///
    /// let partitions = Partitions::new(&[0, 1, 0, 0], 2, None).numbered(&[17, 4]);
    /// assert_eq!([partitions.number(0), partitions.number(1)], [17, 4]);
    /// ```
    #[must_use]
    pub fn numbered(self, numbers: &'a [u32]) -> Self {
        assert!(numbers.len() >= self.num_partitions, "numbers of {} partitions", self.num_partitions);
        Self { numbers: Some(numbers), ..self }
    }

    /// The number of a partition among those of the frame, in order of first appearance.
    pub fn number(&self, partition: u32) -> u32 {
        self.numbers.map_or(partition, |numbers| numbers[partition as usize])
    }

    /// The same partitions, their rows in another order.
    ///
    /// Panics if the order has another number of rows.
    pub fn reordered<'b>(&self, order: &'b [u32]) -> Partitions<'b>
    where
        'a: 'b,
    {
        let reordered = match self.ids {
            [] => Partitions::one(self.num_rows, Some(order)),
            ids => Partitions::new(ids, self.num_partitions, Some(order)),
        };
        Partitions { numbers: self.numbers, ..reordered }
    }

    /// Number of rows of all partitions.
    pub fn num_rows(&self) -> usize {
        self.num_rows
    }

    /// Number of partitions.
    pub fn num_partitions(&self) -> usize {
        self.num_partitions
    }

    /// The partition of each row; empty if there is but one.
    pub fn ids(&self) -> &'a [u32] {
        self.ids
    }

    /// The order that the rows are in, a permutation; `None` if they are in order of their numbers.
    pub fn order(&self) -> Option<&'a [u32]> {
        self.order
    }

    /// Calls `visit` with each row and a state of its partition, which is `start` at first. The rows of a partition come
    /// in the window's order; those of different partitions between one another. Stops at the first error.
    ///
    /// # Errors
    /// What `visit` gives.
    pub fn try_visit<S: Copy, E>(
        &self,
        start: S,
        mut visit: impl FnMut(&mut S, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut states = vec![start; self.num_partitions.max(1)];
        match (self.ids, self.order) {
            ([], None) => (0..self.num_rows).try_for_each(|row| visit(&mut states[0], row)),
            ([], Some(order)) => order.iter().try_for_each(|&row| visit(&mut states[0], row as usize)),
            (ids, None) => {
                ids.iter().enumerate().try_for_each(|(row, &id)| visit(&mut states[id as usize], row))
            }
            (ids, Some(order)) => order.iter().try_for_each(|&row| {
                let row = row as usize;
                visit(&mut states[ids[row] as usize], row)
            }),
        }
    }

    /// As [`Partitions::try_visit`], for what can't fail.
    pub fn visit<S: Copy>(&self, start: S, mut visit: impl FnMut(&mut S, usize)) {
        let never = self.try_visit(start, |state, row| {
            visit(state, row);
            Ok::<(), std::convert::Infallible>(())
        });
        match never {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }

    /// What `run` gives for these partitions, or, if `reverse`, for the same with their last rows first.
    pub(super) fn directed<R>(&self, reverse: bool, run: impl FnOnce(&Partitions<'_>) -> R) -> R {
        if !reverse {
            return run(self);
        }
        let order: Vec<u32> = match self.order {
            None => (0..self.num_rows as u32).rev().collect(),
            Some(order) => order.iter().rev().copied().collect(),
        };
        run(&self.reordered(&order))
    }

    /// The rows of each partition, in the window's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u32]> + '_ {
        let grouped = self.grouped.get_or_init(|| self.group());
        let mut start = 0;
        grouped.ends.iter().map(move |&end| {
            let rows = &grouped.rows[start as usize..end as usize];
            start = end;
            rows
        })
    }

    fn group(&self) -> Grouped<'a> {
        let (ids, num_rows) = (self.ids, self.num_rows as u32);
        if ids.is_empty() {
            let rows = self.order.map_or_else(|| (0..num_rows).collect::<Vec<_>>().into(), Cow::Borrowed);
            return Grouped { rows, ends: vec![num_rows] };
        }
        let mut ends = vec![0u32; self.num_partitions];
        ids.iter().for_each(|&id| ends[id as usize] += 1);
        let mut start = 0;
        // From counts to the place of each partition's next row; when all are placed, that is its end.
        for end in &mut ends {
            let count = *end;
            *end = start;
            start += count;
        }
        let mut rows = vec![0u32; ids.len()];
        let mut place = |row: u32| {
            let next = &mut ends[ids[row as usize] as usize];
            rows[*next as usize] = row;
            *next += 1;
        };
        match self.order {
            None => (0..num_rows).for_each(&mut place),
            Some(order) => order.iter().copied().for_each(&mut place),
        }
        Grouped { rows: rows.into(), ends }
    }
}
