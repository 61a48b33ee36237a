//! Values over and over.

use lazuli_array::{Column, Scalar};

use super::{Lists, Numbers};
use crate::datum::Datum;
use crate::{KernelError, Result};

/// For each row the list of its value so many times; null where the count is. Counts are Int64.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a negative count, [`KernelError::TooLong`] for more items than 32 bits can number.
///
/// ```
/// use lazuli_array::{Column, FromValues};
/// use lazuli_kernels::list::repeat_by;
///
/// let (values, counts) = (Column::from_values(["a", "b"].into_iter()), Column::from_values([2i64, 0].into_iter()));
/// let lists = repeat_by(&values, (&counts).into())?;
/// assert_eq!(lists.get(0).to_string(), r#"["a", "a"]"#);
/// assert_eq!(lists.get(1).to_string(), "[]");
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn repeat_by(values: &Column, counts: Datum<'_>) -> Result<Column> {
    const OPERATION: &str = "repeat_by";
    let counts = Numbers::new(counts);
    Lists::of_single(values).picked(OPERATION, |row, range, picks| {
        let Some(count) = counts.get(row) else { return Ok(false) };
        let Ok(count) = usize::try_from(count) else {
            let value = Scalar::Int64(count);
            return Err(KernelError::InvalidOperand {
                operation: OPERATION,
                row,
                value,
                expected: "a number from 0",
            });
        };
        let rows = picks.len().saturating_add(count);
        if u32::try_from(rows).is_err() {
            return Err(KernelError::TooLong { operation: OPERATION, rows });
        }
        picks.extend(std::iter::repeat_n(range.start as u32, count));
        Ok(true)
    })
}

#[cfg(test)]
mod tests {
    use lazuli_array::{DataType, FromValues};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_vectors_are_filled(
            rows in proptest::collection::vec(
                (proptest::option::of(any::<i32>()), proptest::option::of(0i64..5)), 0..40),
            offset in 0usize..4,
        ) {
            let values = Column::from_values(rows.iter().map(|(value, _)| *value));
            let counts = Column::from_values(rows.iter().map(|(_, count)| *count));
            let offset = offset.min(rows.len());
            let cut = |column: Column| column.sliced(offset, rows.len() - offset);
            let expected = rows[offset..].iter().map(|(value, count)| match count {
                None => Scalar::Null,
                Some(count) => {
                    let items = std::iter::repeat_n(*value, *count as usize);
                    Scalar::List(Box::new(Column::from_values(items)))
                }
            });
            let data_type = DataType::List(Box::new(DataType::Int32));
            let expected = Column::from_scalars(&data_type, expected).unwrap();
            prop_assert_eq!(repeat_by(&cut(values), (&cut(counts)).into()).unwrap(), expected);
        }
    }

    #[test]
    fn counts_that_make_no_lists() {
        let values = Column::from_values([1i64, 2].into_iter());
        let error = |counts: [i64; 2]| {
            repeat_by(&values, (&Column::from_values(counts.into_iter())).into()).unwrap_err().to_string()
        };
        assert!(error([1, -1]).contains("row 1"), "{}", error([1, -1]));
        assert!(error([i64::MAX, 1]).contains("repeat_by"), "{}", error([i64::MAX, 1]));
    }
}
