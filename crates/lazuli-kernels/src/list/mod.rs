//! Lists: what is made of each list's own items.
//!
//! All kernels work on the items of all rows at once, as [`Lists`] has them: one array, with the offsets of each row. What
//! chooses or moves items writes their numbers and takes them in one go, so every type of item has the same loops.
//! Results are null where the list is. A failure names the list's row, not the item's.
//! Not here: aggregates of lists (they are those of groups, with the list's row as the group), expressions over items.

mod join; // lists after lists, texts of a list as one
mod order; // items in another order or place
mod pick; // some of the items
mod repeat; // values over and over
mod search; // items by value
mod set; // lists as sets

use std::ops::Range;

use lazuli_array::{Array, Bitmap, BooleanArray, Column, DataType, ListArray, PrimitiveArray};

pub use self::join::{concat_lists, join_texts};
pub use self::order::{diff, reverse, shift, sort};
pub use self::pick::{drop_nulls, filter, gather, gather_every, get, head, item, slice, tail};
pub use self::repeat::repeat_by;
pub use self::search::{all, any, contains, count_matches, first_match};
pub use self::set::{SetOperation, set_operation, unique};
use crate::datum::Datum;
use crate::{Constant, KernelError, Result, if_else, take_optional};

/// The lists of a column, with nothing between them: the items of row 0, of row 1, and so on. Null rows have none.
#[derive(Debug, Clone)]
pub struct Lists {
    /// From 0 to the number of items; one more than rows.
    offsets: Vec<i64>,
    items: Column,
    validity: Option<Bitmap>,
}

impl Lists {
    /// The lists of a column of type `List`. What lies under null rows is left out. Panics for another type.
    ///
    /// # Errors
    /// [`KernelError::TooLong`] for more items than 32 bits can number.
    pub fn new(operation: &'static str, column: &Column) -> Result<Self> {
        let (Array::List(array), DataType::List(item)) = (column.array(), column.data_type()) else {
            panic!("{operation} over a column of {}", column.data_type())
        };
        let old = array.offsets();
        let (first, last) = (old[0], old[old.len() - 1]);
        if last - first >= i64::from(u32::MAX) || array.len() >= u32::MAX as usize {
            return Err(KernelError::TooLong { operation, rows: (last - first) as usize });
        }
        let items = array.values().sliced(first as usize, (last - first) as usize);
        let mut offsets: Vec<i64> = old.iter().map(|offset| offset - first).collect();
        let validity = array.validity().cloned();
        let hidden = |row: usize| old[row] < old[row + 1];
        let Some(valid) =
            validity.as_ref().filter(|valid| (0..array.len()).any(|row| !valid.get(row) && hidden(row)))
        else {
            return Ok(Self { offsets, items: Column::new((**item).clone(), items), validity });
        };
        let mut kept = Vec::with_capacity(items.len());
        for row in 0..array.len() {
            let (start, end) = (offsets[row], offsets[row + 1]);
            offsets[row] = kept.len() as i64;
            if valid.get(row) {
                kept.extend(start as u32..end as u32);
            }
        }
        offsets[array.len()] = kept.len() as i64;
        let items = Column::new((**item).clone(), crate::take(&items, &kept));
        Ok(Self { offsets, items, validity })
    }

    /// Lists of one item each, the rows of a column.
    pub fn of_single(column: &Column) -> Self {
        Self { offsets: (0..=column.len() as i64).collect(), items: column.clone(), validity: None }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items of all rows, one after the other.
    pub fn items(&self) -> &Column {
        &self.items
    }

    /// Which rows are lists; `None` when all are.
    pub fn validity(&self) -> Option<&Bitmap> {
        self.validity.as_ref()
    }

    /// Where the items of a row are. Panics out of bounds.
    #[inline]
    pub fn range(&self, row: usize) -> Range<usize> {
        self.offsets[row] as usize..self.offsets[row + 1] as usize
    }

    #[inline]
    fn is_valid(&self, row: usize) -> bool {
        self.validity.as_ref().is_none_or(|validity| validity.get(row))
    }

    /// The row of each item.
    pub fn item_rows(&self) -> Vec<u32> {
        let mut rows = Vec::with_capacity(self.items.len());
        for row in 0..self.len() {
            rows.resize(self.offsets[row + 1] as usize, row as u32);
        }
        rows
    }

    /// The number of items of each row.
    pub fn lengths(&self) -> Column {
        let lengths: Vec<i64> = self.offsets.windows(2).map(|pair| pair[1] - pair[0]).collect();
        Column::new(DataType::Int64, PrimitiveArray::new(lengths.into(), self.validity.clone()))
    }

    /// Lists of as many items as these, with other items. Panics for another number of items.
    pub fn with_items(&self, items: Column) -> Column {
        assert_eq!(items.len(), self.items.len(), "an item for each item");
        let data_type = DataType::List(Box::new(items.data_type().clone()));
        let array = ListArray::new(self.offsets.clone().into(), items.into_array(), self.validity.clone());
        Column::new(data_type, array)
    }

    /// Lists of one item each, null where these lists are. Panics for another number of rows.
    pub fn with_single(&self, items: Column) -> Column {
        let single = Self { validity: self.validity.clone(), ..Self::of_single(&items) };
        assert_eq!(single.len(), self.len(), "a value for each row");
        single.with_items(items)
    }

    /// The same lists, null where `kept` is not set.
    ///
    /// # Errors
    /// None for lists that were accepted.
    pub fn restricted(&self, kept: &Bitmap) -> Result<Self> {
        let column = self.picked("list", |row, range, picks| {
            if kept.get(row) {
                picks.extend(range.start as u32..range.end as u32);
            }
            Ok(kept.get(row))
        })?;
        Self::new("list", &column)
    }

    /// One value a row, null where the list is null. Panics for another number of rows.
    ///
    /// # Errors
    /// None for columns of any type that there is.
    pub fn masked(&self, column: Column) -> Result<Column> {
        assert_eq!(column.len(), self.len(), "a value for each row");
        match &self.validity {
            None => Ok(column),
            Some(validity) => {
                let mask = BooleanArray::new(validity.clone(), None);
                let null = Constant::null(column.data_type().clone());
                if_else(&mask, Datum::Column(&column), Datum::Constant(&null))
            }
        }
    }

    /// The error of a kernel over items as one that names the list's row.
    pub fn error_at_row(&self, error: KernelError) -> KernelError {
        error.with_row(|item| self.offsets.partition_point(|&offset| offset <= item as i64).saturating_sub(1))
    }

    /// New lists out of the items: `each` writes the numbers of a row's items, [`crate::NO_ROW`] for null, and says
    /// whether the row is a list. It is not asked for null rows.
    fn picked(
        &self,
        operation: &'static str,
        mut each: impl FnMut(usize, Range<usize>, &mut Vec<u32>) -> Result<bool>,
    ) -> Result<Column> {
        let rows = self.len();
        let mut picks = Vec::with_capacity(self.items.len());
        let mut offsets = Vec::with_capacity(rows + 1);
        let mut nulls: Vec<usize> = Vec::new();
        offsets.push(0);
        for row in 0..rows {
            if self.is_valid(row) && !each(row, self.range(row), &mut picks)? {
                nulls.push(row);
            }
            offsets.push(picks.len() as i64);
        }
        if u32::try_from(picks.len()).is_err() {
            return Err(KernelError::TooLong { operation, rows: picks.len() });
        }
        let validity = if nulls.is_empty() {
            self.validity.clone()
        } else {
            let mut nulls = nulls.into_iter().peekable();
            Some(Bitmap::from_fn(rows, |row| nulls.next_if_eq(&row).is_none() && self.is_valid(row)))
        };
        let items = take_optional(self.items.array(), &picks);
        let array = ListArray::new(offsets.into(), items, validity);
        Ok(Column::new(DataType::List(Box::new(self.items.data_type().clone())), array))
    }
}

/// A number for each row, or one for all.
struct Numbers<'a> {
    array: &'a PrimitiveArray<i64>,
    is_constant: bool,
}

impl<'a> Numbers<'a> {
    /// Panics for another type than Int64.
    fn new(datum: Datum<'a>) -> Self {
        let Array::Int64(array) = datum.array() else { panic!("numbers are cast to Int64 before") };
        Self { array, is_constant: datum.is_constant() }
    }

    #[inline]
    fn get(&self, row: usize) -> Option<i64> {
        self.array.get(if self.is_constant { 0 } else { row })
    }
}

#[cfg(test)]
mod tests;
