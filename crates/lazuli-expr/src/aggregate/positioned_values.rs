//! The value of the row with the least or greatest place: what `first` and `last` share.
//!
//! Rows that are the best so far are copied out of each batch, at most one a group, and found by index; when most of the
//! copies have been beaten, the others are packed. So there is one mechanism for all types, nested ones too.

use std::cell::RefCell;
use std::ops::Range;

use lazuli_array::{Array, Column, DataType, DictionaryArray, PrimitiveArray};
use lazuli_kernels::{KernelError, NO_ROW, concat_columns, take_column, take_column_optional};

use crate::function::{Argument, Signature, SignatureError};
use crate::options::Options;
use crate::{Accumulator, Groups, RowOrder};

/// Whether null rows are passed over.
fn skips_nulls(arguments: &[Argument<'_>]) -> Result<bool, SignatureError> {
    let mut options = Options::behind(1, arguments, "one column, and maybe whether nulls are passed over")?;
    let skips_nulls = options.boolean(false)?;
    options.end()?;
    Ok(skips_nulls)
}

/// Any type gives itself.
pub(super) fn positioned_signature(arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
    skips_nulls(arguments)?;
    Ok(Signature::unchanged(arguments, arguments[0].data_type.clone()))
}

/// The first row's value of each group, or the last one's.
pub(super) struct PositionedValues<const LAST: bool> {
    data_type: DataType,
    skips_nulls: bool,
    /// The place of each group's row; [`Self::NOWHERE`] before the first.
    places: Vec<i128>,
    /// Where each group's value is in `kept`; [`NO_ROW`] before the first.
    rows: Vec<u32>,
    /// Copies of rows that were the best when they were met, one after the other.
    kept: RefCell<Vec<Column>>,
    num_kept: usize,
    /// Groups that have a row.
    num_seen: usize,
}

/// Copies that may be out of date before packing is worth it.
const SPARE_ROWS: usize = 1024;

impl<const LAST: bool> PositionedValues<LAST> {
    /// A place that every row beats.
    const NOWHERE: i128 = if LAST { -1 } else { i128::MAX };

    /// No groups yet.
    pub(super) fn boxed(arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        Box::new(Self {
            data_type: arguments[0].data_type.clone(),
            skips_nulls: skips_nulls(arguments).unwrap_or(false),
            places: Vec::new(),
            rows: Vec::new(),
            kept: RefCell::default(),
            num_kept: 0,
            num_seen: 0,
        })
    }

    /// Takes in the rows of `values` whose places, in the order that they are visited, beat what their groups have.
    fn keep(
        &mut self,
        values: &Column,
        groups: Groups<'_>,
        visit: impl Iterator<Item = (usize, i128)>,
    ) -> Result<(), KernelError> {
        let mut better = Vec::new();
        for (row, place) in visit {
            let group = groups.id(row);
            let best = self.places[group];
            if if LAST { place > best } else { place < best } {
                self.num_seen += usize::from(best == Self::NOWHERE);
                self.places[group] = place;
                self.rows[group] = (self.num_kept + better.len()) as u32;
                better.push(row as u32);
            }
        }
        if better.is_empty() {
            return Ok(());
        }
        self.num_kept += better.len();
        if self.num_kept >= NO_ROW as usize {
            return Err(KernelError::TooLong {
                operation: if LAST { "last" } else { "first" },
                rows: self.num_kept,
            });
        }
        let copies = without_strangers(take_column(values, &better));
        self.kept.get_mut().push(copies);
        if self.num_kept > 2 * self.num_seen + SPARE_ROWS {
            self.pack();
        }
        Ok(())
    }

    fn pack(&mut self) {
        let all = self.all_kept();
        let mut live = Vec::with_capacity(self.num_seen);
        for row in self.rows.iter_mut().filter(|row| **row != NO_ROW) {
            live.push(*row);
            *row = (live.len() - 1) as u32;
        }
        self.num_kept = live.len();
        *self.kept.get_mut() = vec![without_strangers(take_column(&all, &live))];
    }

    /// All copies as one column.
    fn all_kept(&self) -> Column {
        let mut kept = self.kept.borrow_mut();
        if kept.len() != 1 {
            let all = concat_columns(&self.data_type, &kept.iter().collect::<Vec<_>>());
            *kept = vec![all];
        }
        kept[0].clone()
    }
}

/// Texts without a dictionary of mostly other texts, which the copies would keep alive. Enums keep theirs.
fn without_strangers(copies: Column) -> Column {
    let Array::Dictionary(array) = copies.array() else { return copies };
    if array.dictionary().len() <= array.len() {
        return copies;
    }
    match copies.data_type() {
        DataType::String => Column::new(DataType::String, array.to_plain()),
        DataType::Categorical => {
            Column::new(DataType::Categorical, array.iter().collect::<DictionaryArray>())
        }
        _ => copies,
    }
}

impl<const LAST: bool> Accumulator for PositionedValues<LAST> {
    fn resize(&mut self, num_groups: usize) {
        if num_groups > self.rows.len() {
            self.places.resize(num_groups, Self::NOWHERE);
            self.rows.resize(num_groups, NO_ROW);
        }
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, order: RowOrder) -> Result<(), KernelError> {
        let num_rows = groups.num_rows();
        if num_rows == 0 {
            return Ok(());
        }
        let place = |row| (row, order.row(row));
        if self.skips_nulls
            && let Some(validity) = inputs[0].validity()
        {
            let mut rows: Vec<usize> = validity.ones().collect();
            if LAST {
                rows.reverse();
            }
            return self.keep(&inputs[0], groups, rows.into_iter().map(place));
        }
        // From the best end on, so that a group takes at most one row of a batch.
        match (groups, LAST) {
            (Groups::One { .. }, false) => self.keep(&inputs[0], groups, std::iter::once(place(0))),
            (Groups::One { .. }, true) => self.keep(&inputs[0], groups, std::iter::once(place(num_rows - 1))),
            (Groups::Ids(_), false) => self.keep(&inputs[0], groups, (0..num_rows).map(place)),
            (Groups::Ids(_), true) => self.keep(&inputs[0], groups, (0..num_rows).rev().map(place)),
        }
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let places = self.places[groups.clone()].iter();
        let places: PrimitiveArray<i128> =
            places.map(|&place| (place != Self::NOWHERE).then_some(place)).collect();
        Ok(vec![Column::new(DataType::Decimal { precision: 38, scale: 0 }, places), self.finish(groups)?])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        let Array::Int128(places) = state[0].array() else {
            unreachable!("state columns have the types that state() gave them")
        };
        let seen = places.iter().enumerate().filter_map(|(row, place)| Some((row, place?)));
        self.keep(&state[1], groups, seen)
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        Ok(take_column_optional(&self.all_kept(), &self.rows[groups]))
    }

    fn memory_bytes(&self) -> usize {
        let kept: usize = self.kept.borrow().iter().map(Column::memory_bytes).sum();
        kept + self.places.capacity() * size_of::<i128>() + self.rows.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::{FromValues, Scalar};

    use crate::aggregate::tests::check;
    use crate::aggregate::{FIRST, LAST};

    #[test]
    fn ends() {
        let texts = Column::from_values([Some("a"), Some("b"), None].into_iter());
        let lists = [Scalar::List(Box::new(Column::from_values([1i64, 2].into_iter()))), Scalar::Null];
        let list_type = DataType::List(Box::new(DataType::Int64));
        check(
            &FIRST,
            &[],
            &[
                (Column::new_null(DataType::Int8, 0), Scalar::Null),
                (texts.clone(), Scalar::from("a")),
                (Column::from_values([f64::NAN, 1.0].into_iter()), Scalar::Float64(f64::NAN)),
                (Column::from_scalars(&list_type, lists.clone()).unwrap(), lists[0].clone()),
            ],
        );
        check(
            &LAST,
            &[],
            &[
                (Column::new_null(DataType::Int8, 0), Scalar::Null),
                (texts, Scalar::Null),
                (
                    Column::from_scalars(&list_type, lists.into_iter().rev()).unwrap(),
                    Scalar::List(Box::new(Column::from_values([1i64, 2].into_iter()))),
                ),
            ],
        );
    }

    /// Every batch brings a later row, so copies go out of date until they are packed.
    #[test]
    fn old_copies_are_let_go() {
        let mut last =
            PositionedValues::<true>::boxed(&[Argument { data_type: &DataType::String, literal: None }]);
        last.resize(2);
        for batch in 0..5000u128 {
            let text = format!("{batch:0>1000}");
            let column = Column::from_values([text.as_str(), "other"].into_iter());
            last.update(&[column], Groups::Ids(&[0, 1]), RowOrder(batch << 32)).unwrap();
            assert!(last.memory_bytes() < 3 * SPARE_ROWS * 1024);
        }
        let result = last.finish(0..2).unwrap();
        assert_eq!(result.get(0), Scalar::from(format!("{:0>1000}", 4999)));
        assert_eq!(result.get(1), Scalar::from("other"));
    }
}
