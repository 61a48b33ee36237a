//! Lists as sets: null is an item like any other, NaN equals NaN. Items come in the order of their first appearance.

use lazuli_array::{Bitmap, Column, DataType, PrimitiveArray};

use super::{Lists, concat_lists, filter};
use crate::Result;
use crate::keys::GroupTable;

/// What is made of two sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperation {
    /// The items of either.
    Union,
    /// The items of the left that are in the right too.
    Intersection,
    /// The items of the left that are not in the right.
    Difference,
    /// The items of the left that are not in the right, then those of the right that are not in the left.
    SymmetricDifference,
}

/// Row and item of each item, as keys of a table.
fn keys(lists: &Lists) -> [Column; 2] {
    let rows = Column::new(DataType::UInt32, PrimitiveArray::from_vec(lists.item_rows()));
    [rows, lists.items.clone()]
}

fn table_of(lists: &Lists, ids: &mut Vec<u32>) -> Result<GroupTable> {
    let mut table = GroupTable::new(&[DataType::UInt32, lists.items.data_type().clone()]);
    table.insert(&keys(lists), lists.items.len(), ids)?;
    Ok(table)
}

/// The distinct items of each list, in the order of their first appearance.
///
/// # Errors
/// [`crate::KernelError::TooManyGroups`] beyond 2^31 distinct items.
pub fn unique(lists: &Lists) -> Result<Column> {
    let mut ids = Vec::new();
    table_of(lists, &mut ids)?;
    let mut next = 0;
    let is_first = Bitmap::from_fn(ids.len(), |item| {
        let is_first = ids[item] == next;
        next += u32::from(is_first);
        is_first
    });
    filter(lists, &is_first)
}

/// A set of two, row by row; null where one of them is. Panics for lists of other numbers of rows, or of other types.
///
/// # Errors
/// [`crate::KernelError::TooManyGroups`] beyond 2^31 distinct items, [`crate::KernelError::TooLong`] for as many items.
pub fn set_operation(operation: SetOperation, left: &Lists, right: &Lists) -> Result<Column> {
    assert_eq!(left.len(), right.len(), "two lists for each row");
    let both = match operation {
        SetOperation::Union => concat_lists(&[left, right])?,
        SetOperation::Intersection => part(left, right, true)?,
        SetOperation::Difference => part(left, right, false)?,
        SetOperation::SymmetricDifference => {
            let name = "list.set_symmetric_difference";
            let (left, right) = (part(left, right, false)?, part(right, left, false)?);
            concat_lists(&[&Lists::new(name, &left)?, &Lists::new(name, &right)?])?
        }
    };
    unique(&Lists::new("list.set", &both)?)
}

/// The items of the left that are, or are not, in the right.
fn part(left: &Lists, right: &Lists, is_in: bool) -> Result<Column> {
    let mut ids = Vec::new();
    let table = table_of(right, &mut ids)?;
    table.lookup(&keys(left), left.items.len(), true, &mut ids);
    left.picked("list.set", |row, range, picks| {
        picks.extend(
            range.filter(|&item| (ids[item] != GroupTable::NO_GROUP) == is_in).map(|item| item as u32),
        );
        Ok(right.is_valid(row))
    })
}
