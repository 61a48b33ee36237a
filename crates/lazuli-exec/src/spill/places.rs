//! Where rows are among all rows of a sink, while not all of its morsels are known.

use std::sync::{Mutex, PoisonError};

use crate::morsel::MorselIndex;

/// The morsels of a sink, numbered as they come.
#[derive(Debug, Default)]
pub(crate) struct Places(Mutex<Vec<(MorselIndex, usize)>>);

impl Places {
    /// Notes a morsel of so many rows, which takes the next number.
    pub(crate) fn enter(&self, index: MorselIndex, num_rows: usize) -> u32 {
        let mut morsels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        morsels.push((index, num_rows));
        (morsels.len() - 1) as u32
    }

    /// The place of the first row of the morsel of this number; the others follow.
    pub(crate) fn first_of(number: u32) -> u64 {
        u64::from(number) << 32
    }

    /// What places mean, once all morsels are noted.
    pub(crate) fn numbers(&self) -> RowNumbers {
        let morsels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut order: Vec<usize> = (0..morsels.len()).collect();
        // Stable: parts of one morsel that an operator enters have one index, and come in order.
        order.sort_by_key(|&number| morsels[number].0);
        let mut starts = vec![0; morsels.len()];
        let mut num_rows = 0;
        for number in order {
            starts[number] = num_rows;
            num_rows += morsels[number].1 as u64;
        }
        RowNumbers { starts, num_rows }
    }
}

/// The number of each row among all rows of a sink, by its place.
#[derive(Debug)]
pub(crate) struct RowNumbers {
    /// By number of the morsel, the number of its first row.
    starts: Vec<u64>,
    num_rows: u64,
}

impl RowNumbers {
    /// Rows in all.
    pub(crate) fn num_rows(&self) -> u64 {
        self.num_rows
    }

    /// The number of the first row of a morsel.
    pub(crate) fn start(&self, morsel: u32) -> u64 {
        self.starts[morsel as usize]
    }

    /// Makes numbers of places.
    pub(crate) fn replace(&self, places: &mut [u64]) {
        for place in places {
            *place = self.starts[(*place >> 32) as usize] + (*place & u64::from(u32::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_in_the_order_of_morsels() {
        let index = |lane, morsel, part| MorselIndex { lane, morsel, part };
        let places = Places::default();
        let entered: Vec<u32> = [
            (index(0, 1, 0), 4),
            (index(0, 0, 0), 10),
            (index(0, 2, 1), 3),
            (index(1, 0, 0), 5),
            (index(0, 2, 0), 2),
        ]
        .map(|(index, rows)| places.enter(index, rows))
        .to_vec();
        assert_eq!(entered, [0, 1, 2, 3, 4]);
        let numbers = places.numbers();
        assert_eq!(numbers.num_rows(), 24);
        assert_eq!(
            entered.iter().map(|&number| numbers.start(number)).collect::<Vec<_>>(),
            [10, 0, 16, 19, 14]
        );
        let mut rows = [Places::first_of(2) + 1, Places::first_of(1) + 9];
        numbers.replace(&mut rows);
        assert_eq!(rows, [17, 9]);
    }
}
