//! The rows of a frame by partition.

/// Row numbers by partition: each partition's rows stand together, in the window's order.
#[derive(Debug, Clone, Default)]
pub struct Partitions {
    rows: Vec<u32>,
    /// Where each partition ends in `rows`.
    ends: Vec<u32>,
}

impl Partitions {
    /// All rows as one partition, in this order.
    pub fn one(order: Vec<u32>) -> Self {
        let ends = if order.is_empty() { Vec::new() } else { vec![order.len() as u32] };
        Self { rows: order, ends }
    }

    /// Rows by the number of their partition, `ids[row]`, which are below `num_partitions`. Within a partition they
    /// stand as in `order`, a permutation of the rows; as they are numbered if `None`.
    ///
    /// Panics if a number is out of bounds.
    pub fn new(ids: &[u32], num_partitions: usize, order: Option<&[u32]>) -> Self {
        let mut ends = vec![0u32; num_partitions];
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
        match order {
            None => (0..ids.len() as u32).for_each(&mut place),
            Some(order) => order.iter().copied().for_each(&mut place),
        }
        Self { rows, ends }
    }

    /// Number of rows of all partitions.
    pub fn num_rows(&self) -> usize {
        self.rows.len()
    }

    /// The rows of all partitions, one partition after the other.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Whether the rows stand as they are numbered.
    pub fn is_in_row_order(&self) -> bool {
        self.rows.iter().enumerate().all(|(position, &row)| position == row as usize)
    }

    /// The rows of each partition.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u32]> + '_ {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let rows = &self.rows[start as usize..end as usize];
            start = end;
            rows
        })
    }

    /// Bytes of memory.
    pub fn memory_bytes(&self) -> usize {
        (self.rows.capacity() + self.ends.capacity()) * size_of::<u32>()
    }
}
