//! Columns and keys of rows that wait: in as few bytes as their values need, since there may be one for each row of a file.

use std::borrow::Cow;
use std::ops::Range;

use lazuli_array::{Column, DataType};
use lazuli_kernels::narrow::{narrowed, narrowed_words, widened};
use lazuli_kernels::partition::Partitions;
use lazuli_kernels::{concat_columns, take_column};

use super::scatter::KeyRows;
use crate::memory::Footprint;

/// A column that aggregates read.
pub(super) struct KeptColumn {
    column: Column,
    /// The type that it had.
    data_type: DataType,
}

impl KeptColumn {
    /// These rows of a column.
    pub(super) fn gathered(column: &Column, rows: &[u32]) -> Self {
        let narrow = narrowed(column);
        let kept = take_column(narrow.as_ref().unwrap_or(column), rows);
        Self { column: kept, data_type: column.data_type().clone() }
    }

    /// The same in another order.
    pub(super) fn taken(&self, rows: &[u32]) -> Self {
        Self { column: take_column(&self.column, rows), data_type: self.data_type.clone() }
    }

    /// The column as it was.
    pub(super) fn whole(&self) -> Column {
        self.as_it_was(&self.column)
    }

    fn as_it_was(&self, part: &Column) -> Column {
        if self.column.data_type() == &self.data_type { part.clone() } else { widened(part, &self.data_type) }
    }

    /// Some rows of several, one behind the other, as they were. At least one piece.
    pub(super) fn joined(pieces: &[(&Self, Range<usize>)]) -> Column {
        let first = pieces[0].0;
        let alike = pieces.iter().all(|(kept, _)| kept.column.data_type() == first.column.data_type());
        let parts = pieces.iter().map(|(kept, rows)| {
            let part = kept.column.sliced(rows.start, rows.len());
            if alike { part } else { kept.as_it_was(&part) }
        });
        let parts: Vec<Column> = parts.collect();
        let joined = concat_columns(parts[0].data_type(), &parts.iter().collect::<Vec<_>>());
        if alike { first.as_it_was(&joined) } else { joined }
    }

    /// Counts the memory that it occupies.
    pub(super) fn add_to(&self, footprint: &mut Footprint) {
        footprint.add_column(&self.column);
    }
}

/// Keys of rows.
pub(super) enum KeptKeys {
    /// Words of a plan.
    Words(Vec<u64>),
    /// Words of a plan, none of which needs more than half of its bytes.
    HalfWords(Vec<u32>),
    /// As they are.
    Columns(Vec<Column>),
}

impl From<KeyRows> for KeptKeys {
    fn from(keys: KeyRows) -> Self {
        match keys {
            KeyRows::Words(words) => narrowed_words(&words).map_or(Self::Words(words), Self::HalfWords),
            KeyRows::Columns(columns) => Self::Columns(columns),
        }
    }
}

impl KeptKeys {
    /// The words, if the keys are some.
    pub(super) fn words(&self) -> Option<Cow<'_, [u64]>> {
        match self {
            Self::Words(words) => Some(Cow::Borrowed(words)),
            Self::HalfWords(words) => Some(words.iter().map(|&word| u64::from(word)).collect()),
            Self::Columns(_) => None,
        }
    }

    /// Puts some of the words behind others.
    pub(super) fn append_words(&self, range: Range<usize>, to: &mut Vec<u64>) {
        match self {
            Self::Words(words) => to.extend_from_slice(&words[range]),
            Self::HalfWords(words) => to.extend(words[range].iter().map(|&word| u64::from(word))),
            Self::Columns(_) => unreachable!("keys with a plan are words"),
        }
    }

    /// Counts the memory that they occupy.
    pub(super) fn add_to(&self, footprint: &mut Footprint) -> usize {
        match self {
            Self::Words(words) => words.capacity() * 8,
            Self::HalfWords(words) => words.capacity() * 4,
            Self::Columns(keys) => {
                keys.iter().for_each(|key| footprint.add_column(key));
                0
            }
        }
    }
}

/// Which row of its morsel each row is, partition by partition.
pub(super) struct KeptRows {
    rows: Rows,
    /// Where each partition starts, and the end.
    starts: Vec<u32>,
}

enum Rows {
    /// Of a morsel of at most 2^16 rows, as nearly all are.
    Short(Vec<u16>),
    Long(Vec<u32>),
}

impl From<Partitions> for KeptRows {
    fn from(partitions: Partitions) -> Self {
        let (rows, starts) = partitions.into_parts();
        let rows = if rows.len() <= 1 << 16 {
            Rows::Short(rows.iter().map(|&row| row as u16).collect())
        } else {
            Rows::Long(rows)
        };
        Self { rows, starts }
    }
}

impl KeptRows {
    /// Which of the kept rows are in a partition.
    pub(super) fn range(&self, partition: usize) -> Range<usize> {
        self.starts[partition] as usize..self.starts[partition + 1] as usize
    }

    /// All rows, in order of partitions.
    pub(super) fn all(&self) -> Cow<'_, [u32]> {
        match &self.rows {
            Rows::Short(rows) => rows.iter().map(|&row| row.into()).collect(),
            Rows::Long(rows) => Cow::Borrowed(rows),
        }
    }

    /// Puts the numbers of some rows behind others, counted from `start`.
    pub(super) fn append_numbers(&self, range: Range<usize>, start: u64, to: &mut Vec<u64>) {
        match &self.rows {
            Rows::Short(rows) => to.extend(rows[range].iter().map(|&row| start + u64::from(row))),
            Rows::Long(rows) => to.extend(rows[range].iter().map(|&row| start + u64::from(row))),
        }
    }

    /// Bytes of memory that they occupy.
    pub(super) fn memory_bytes(&self) -> usize {
        let rows = match &self.rows {
            Rows::Short(rows) => rows.capacity() * 2,
            Rows::Long(rows) => rows.capacity() * 4,
        };
        rows + self.starts.capacity() * 4
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;

    use super::*;

    #[test]
    fn pieces_of_different_widths_join_to_what_they_were() {
        let values = [vec![1i64, 2, 3], vec![70_000, 5], vec![-1, 1 << 40], vec![9]];
        let kept: Vec<KeptColumn> = values
            .iter()
            .map(|values| {
                let rows: Vec<u32> = (0..values.len() as u32).rev().collect();
                KeptColumn::gathered(&Column::from_values(values.iter().copied()), &rows)
            })
            .collect();
        for (chosen, expected) in [
            (vec![(0, 0..2), (3, 0..1)], vec![3i64, 2, 9]),
            (vec![(0, 1..3), (1, 0..2), (2, 0..2)], vec![2, 1, 5, 70_000, 1 << 40, -1]),
            (vec![(2, 0..1)], vec![1 << 40]),
        ] {
            let pieces: Vec<(&KeptColumn, Range<usize>)> =
                chosen.into_iter().map(|(index, rows): (usize, Range<usize>)| (&kept[index], rows)).collect();
            assert_eq!(KeptColumn::joined(&pieces), Column::from_values(expected.into_iter()));
        }
        assert_eq!(kept[1].whole(), Column::from_values([5i64, 70_000].into_iter()));
        assert_eq!(kept[1].taken(&[1]).whole(), Column::from_values([70_000i64].into_iter()));
    }

    #[test]
    fn rows_are_those_of_their_partitions_however_many() {
        for num_rows in [5u64, 1 << 16, (1 << 16) + 1] {
            let hashes: Vec<u64> = (0..num_rows).collect();
            let partitions = Partitions::new(&hashes, 1);
            let kept = KeptRows::from(partitions.clone());
            assert_eq!(*kept.all(), *partitions.rows());
            for partition in 0..2 {
                assert_eq!(kept.range(partition), partitions.range(partition));
                let mut numbers = vec![3];
                kept.append_numbers(kept.range(partition), 10, &mut numbers);
                let rows = &partitions.rows()[partitions.range(partition)];
                assert!(numbers[1..].iter().zip(rows).all(|(&number, &row)| number == 10 + u64::from(row)));
                assert_eq!(numbers.len(), rows.len() + 1);
            }
        }
    }

    #[test]
    fn words_are_halved_where_they_may_be() {
        for words in [vec![1u64, 2, 3], vec![1, 1 << 32, 3], vec![]] {
            let kept = KeptKeys::from(KeyRows::Words(words.clone()));
            assert_eq!(kept.words().as_deref(), Some(words.as_slice()));
            let mut appended = vec![7];
            kept.append_words(0..words.len().min(2), &mut appended);
            assert_eq!(appended[1..], words[..words.len().min(2)]);
        }
    }
}
