//! Horizontal: one value of each row of several columns, their sum, mean, least or greatest.
//!
//! Nulls are passed over. Sums and means go by blocks of rows that stay near the processor while column after column is
//! added: integers in 128 bits, so that an overflow is one by the result, floats as double-double, so that the order of
//! columns does not show.

use lazuli_array::{Array, Bitmap, Column, DataType, Native, PrimitiveArray, Scalar, dispatch_wide};

use crate::arity::binary;
use crate::compare::lt;
use crate::datum::{Datum, Side};
use crate::double_double::DoubleDouble;
use crate::if_else::{fill_null, if_else};
use crate::wide::{narrow_column, wide_column};
use crate::{KernelError, Result};

/// Rows that are summed before the next ones: their sums and counts, 24 bytes a row, take half of the first cache.
const BLOCK_ROWS: usize = 1024;

/// A column's values, and which rows have one.
struct Operand<'a, T> {
    values: Side<'a, T>,
    validity: Option<Bitmap>,
}

/// The sum of each row over columns of one type, Int64, UInt64, Float64, decimals of one scale or durations; 0 where all
/// are null. The result has type `to`, of the same form.
///
/// # Errors
/// [`KernelError::Overflow`] for a sum that `to` can't hold, [`KernelError::Unsupported`].
///
/// ```
/// use lazuli_array::{Column, DataType, FromValues};
/// use lazuli_kernels::sum_horizontal;
///
/// let columns = [[Some(1i64), None], [Some(2), None]].map(|values| Column::from_values(values.into_iter()));
/// let sums = sum_horizontal(&[(&columns[0]).into(), (&columns[1]).into()], 2, &DataType::Int64)?;
/// assert_eq!(sums, Column::from_values([3i64, 0].into_iter()));
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn sum_horizontal(columns: &[Datum<'_>], rows: usize, to: &DataType) -> Result<Column> {
    const OPERATION: &str = "sum_horizontal";
    fn whole<T: Native + TryFrom<i128>>(columns: &[Datum<'_>], rows: usize) -> Option<Sums<T>>
    where
        i128: SumOf<T>,
    {
        let mut sums = Vec::with_capacity(rows);
        let mut failed = None;
        each_block::<T, i128>(columns, rows, &mut |block, _| {
            for &sum in block {
                if T::try_from(sum).is_err() {
                    failed.get_or_insert(sums.len());
                }
                sums.push(T::try_from(sum).unwrap_or_default());
            }
        })?;
        Some((sums, failed))
    }
    let overflow = |row| KernelError::Overflow {
        operation: OPERATION,
        row,
        left: columns.first().map_or(Scalar::Null, |column| column.get(row)),
        right: Scalar::Null,
        data_type: to.clone(),
    };
    let unsupported = || KernelError::unsupported(OPERATION, columns.iter().map(|column| column.data_type()));
    let array: Array = match to {
        DataType::Int64 | DataType::Duration(_) => {
            finished(whole::<i64>(columns, rows).ok_or_else(unsupported)?).map_err(overflow)?
        }
        DataType::UInt64 => {
            finished(whole::<u64>(columns, rows).ok_or_else(unsupported)?).map_err(overflow)?
        }
        DataType::Decimal { precision, .. } => {
            let limit = 10u128.pow((*precision).into());
            let mut sums = Vec::with_capacity(rows);
            let mut failed = None;
            each_block::<i128, WideSum>(columns, rows, &mut |block, _| {
                for sum in block {
                    let total = sum.total().filter(|total| total.unsigned_abs() < limit);
                    if total.is_none() {
                        failed.get_or_insert(sums.len());
                    }
                    sums.push(total.unwrap_or_default());
                }
            })
            .ok_or_else(unsupported)?;
            finished((sums, failed)).map_err(overflow)?
        }
        DataType::Float64 => {
            let mut sums = Vec::with_capacity(rows);
            each_block::<f64, DoubleDouble>(columns, rows, &mut |block, _| {
                for sum in block {
                    sums.push(sum.to_f64());
                }
            })
            .ok_or_else(unsupported)?;
            PrimitiveArray::from_vec(sums).into()
        }
        _ => return Err(unsupported()),
    };
    Ok(Column::new(to.clone(), array))
}

/// A sum of decimals, which may leave 128 bits and come back: the upper and the lower 64 bits of the values apart.
#[derive(Debug, Clone, Copy, Default)]
struct WideSum {
    upper: i128,
    lower: i128,
}

impl SumOf<i128> for WideSum {
    fn plus(self, value: i128) -> Self {
        Self { upper: self.upper + (value >> 64), lower: self.lower + (value & Self::LOWER) }
    }
}

impl WideSum {
    const LOWER: i128 = u64::MAX as i128;

    /// The sum, if it has 128 bits.
    fn total(self) -> Option<i128> {
        let upper = i64::try_from(self.upper + (self.lower >> 64)).ok()?;
        Some((i128::from(upper) << 64) | (self.lower & Self::LOWER))
    }
}

/// The mean of each row over columns of type Int64, UInt64 or Float64, all alike, as Float64; null where all are null.
///
/// # Errors
/// [`KernelError::Unsupported`].
pub fn mean_horizontal(columns: &[Datum<'_>], rows: usize) -> Result<Column> {
    let mut means = Means { values: Vec::with_capacity(rows), has_value: Vec::with_capacity(rows) };
    let found = match columns.first().map(|column| column.data_type()) {
        None => return Ok(Column::new_null(DataType::Float64, rows)),
        Some(DataType::Int64) => each_block::<i64, i128>(columns, rows, &mut |sums, counts| {
            means.extend(|row| sums[row] as f64, counts);
        }),
        Some(DataType::UInt64) => each_block::<u64, i128>(columns, rows, &mut |sums, counts| {
            means.extend(|row| sums[row] as f64, counts);
        }),
        Some(DataType::Float64) => each_block::<f64, DoubleDouble>(columns, rows, &mut |sums, counts| {
            means.extend(|row| sums[row].to_f64(), counts);
        }),
        Some(_) => None,
    };
    found.ok_or_else(|| {
        KernelError::unsupported("mean_horizontal", columns.iter().map(|column| column.data_type()))
    })?;
    let validity = means.has_value.iter().copied().collect();
    Ok(Column::new(DataType::Float64, PrimitiveArray::new(means.values.into(), Some(validity))))
}

struct Means {
    values: Vec<f64>,
    has_value: Vec<bool>,
}

impl Means {
    fn extend(&mut self, sum: impl Fn(usize) -> f64, counts: &[u32]) {
        for (row, &count) in counts.iter().enumerate() {
            self.values.push(sum(row) / f64::from(count.max(1)));
            self.has_value.push(count > 0);
        }
    }
}

/// Sums, and the first row that its type can't hold.
type Sums<T> = (Vec<T>, Option<usize>);

fn finished<T: Native>((sums, failed): Sums<T>) -> std::result::Result<Array, usize> {
    match failed {
        Some(row) => Err(row),
        None => Ok(PrimitiveArray::from_vec(sums).into()),
    }
}

/// A sum that values are added to.
trait SumOf<T>: Copy + Default {
    fn plus(self, value: T) -> Self;
}

impl SumOf<i64> for i128 {
    fn plus(self, value: i64) -> Self {
        self + i128::from(value)
    }
}

impl SumOf<u64> for i128 {
    fn plus(self, value: u64) -> Self {
        self + i128::from(value)
    }
}

impl SumOf<f64> for DoubleDouble {
    fn plus(self, value: f64) -> Self {
        self.add_f64(value)
    }
}

/// Adds up the values of each row that are not null, and calls `emit` with the sums and counts of block after block: by
/// `dyn`, so that there is one loop for a type and not one for a function. `None` if a column is of another width.
fn each_block<T: Native, S: SumOf<T>>(
    columns: &[Datum<'_>],
    rows: usize,
    emit: &mut dyn FnMut(&[S], &[u32]),
) -> Option<()> {
    let mut operands = Vec::with_capacity(columns.len());
    for &column in columns {
        let values = column.side::<T>()?;
        if !column.is_all_null() {
            operands.push(Operand { values, validity: column.validity() });
        }
    }
    let mut sums = [S::default(); BLOCK_ROWS];
    let mut counts = [0u32; BLOCK_ROWS];
    for start in (0..rows).step_by(BLOCK_ROWS) {
        let length = BLOCK_ROWS.min(rows - start);
        let (sums, counts) = (&mut sums[..length], &mut counts[..length]);
        sums.fill(S::default());
        counts.fill(0);
        for Operand { values, validity } in &operands {
            match (*values, validity) {
                (Side::Constant(value), _) => {
                    for row in 0..length {
                        sums[row] = sums[row].plus(value);
                        counts[row] += 1;
                    }
                }
                (Side::Rows(values), None) => {
                    let values = &values[start..start + length];
                    for row in 0..length {
                        sums[row] = sums[row].plus(values[row]);
                        counts[row] += 1;
                    }
                }
                (Side::Rows(values), Some(validity)) => {
                    let values = &values[start..start + length];
                    for row in 0..length {
                        if validity.get(start + row) {
                            sums[row] = sums[row].plus(values[row]);
                            counts[row] += 1;
                        }
                    }
                }
            }
        }
        emit(sums, counts);
    }
    Some(())
}

/// The lesser value of each pair of rows, or the greater one. Null and NaN give way to any other value. Both are of one
/// type that has an order.
///
/// # Errors
/// [`KernelError::Unsupported`], [`KernelError::LengthMismatch`].
pub fn extreme_of_two(least: bool, left: &Column, right: &Column) -> Result<Column> {
    fn typed<T: Native>(left: &PrimitiveArray<T>, right: &Column, least: bool) -> Option<Array> {
        let right = T::unwrap(right.array())?;
        let validity = match (left.validity(), right.validity()) {
            (Some(left), Some(right)) => Some(left.or(right)),
            _ => None,
        };
        #[allow(clippy::eq_op, reason = "only NaN differs from itself")]
        let array =
            binary(Side::Rows(left.values()), Side::Rows(right.values()), validity, |left: T, right: T| {
                let beyond = if least { right < left } else { right > left };
                if beyond | (left != left) { right } else { left }
            });
        Some(array.into())
    }
    let operation = if least { "min_horizontal" } else { "max_horizontal" };
    if left.len() != right.len() {
        return Err(KernelError::LengthMismatch { operation, left: left.len(), right: right.len() });
    }
    if left.data_type() != right.data_type() || left.data_type().is_nested() {
        return Err(KernelError::unsupported(operation, [left.data_type(), right.data_type()]));
    }
    if let (Some(left_wide), Some(right_wide)) = (wide_column(left), wide_column(right)) {
        return narrow_column(&extreme_of_two(least, &left_wide, &right_wide)?, left.data_type());
    }
    // Where one is null, the other meets itself.
    let (filled_left, filled_right) = (fill_null(left, right.into())?, fill_null(right, left.into())?);
    let array = dispatch_wide!(
        filled_left.array(),
        |array| typed(array, &filled_right, least),
        else None
    );
    if let Some(array) = array {
        // Both filled sides are null where both were.
        return Ok(Column::new(left.data_type().clone(), array));
    }
    let (low, high) = if least { (&filled_right, &filled_left) } else { (&filled_left, &filled_right) };
    let beyond = lt(low.into(), high.into())?;
    if_else(&beyond, (&filled_right).into(), (&filled_left).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies;
    use proptest::prelude::*;

    fn is_nan(value: &Scalar) -> bool {
        matches!(value, Scalar::Float64(value) if value.is_nan())
            || matches!(value, Scalar::Float32(value) if value.is_nan())
    }

    proptest! {
        #[test]
        fn extremes_match_naive(
            columns in strategies::one_of(strategies::flat_types())
                .prop_flat_map(|t| strategies::columns_of(&[t.clone(), t], 0..90)),
            least in any::<bool>(),
        ) {
            let (left, right) = (&columns[0], &columns[1]);
            let found = extreme_of_two(least, left, right).unwrap();
            for row in 0..left.len() {
                let (one, two) = (left.get(row), right.get(row));
                let (left, right) = (left.sliced(row, 1), right.sliced(row, 1));
                let (low, high) = if least { (&right, &left) } else { (&left, &right) };
                let expected = if one.is_null() || (is_nan(&one) && !two.is_null()) {
                    two
                } else if two.is_null() || is_nan(&two) || lt(low.into(), high.into()).unwrap().get(0) != Some(true) {
                    one
                } else {
                    two
                };
                prop_assert_eq!(found.get(row), expected);
            }
        }

        #[test]
        fn sums_and_means_match_naive(columns in strategies::columns_of(&[DataType::Int64, DataType::Int64, DataType::Int64], 0..90)) {
            let rows = columns[0].len();
            let operands: Vec<Datum<'_>> = columns.iter().map(Datum::from).collect();
            let naive: Vec<Vec<i128>> = (0..rows)
                .map(|row| {
                    let value = |column: &Column| match column.get(row) {
                        Scalar::Int64(value) => Some(i128::from(value)),
                        _ => None,
                    };
                    columns.iter().filter_map(value).collect()
                })
                .collect();
            let failing = naive.iter().position(|values| i64::try_from(values.iter().sum::<i128>()).is_err());
            match sum_horizontal(&operands, rows, &DataType::Int64) {
                Err(error) => prop_assert_eq!(error.row(), failing),
                Ok(sums) => {
                    prop_assert_eq!(failing, None);
                    for (row, values) in naive.iter().enumerate() {
                        prop_assert_eq!(sums.get(row), Scalar::Int64(values.iter().sum::<i128>() as i64));
                    }
                }
            }
            let means = mean_horizontal(&operands, rows).unwrap();
            for (row, values) in naive.iter().enumerate() {
                let expected = match values.len() {
                    0 => Scalar::Null,
                    count => Scalar::Float64(values.iter().sum::<i128>() as f64 / count as f64),
                };
                prop_assert_eq!(means.get(row), expected);
            }
        }
    }

    #[test]
    fn sums_of_decimals_may_leave_the_range_and_come_back() {
        let data_type = DataType::Decimal { precision: 38, scale: 0 };
        let most = 10i128.pow(38) - 1;
        let column =
            |values: [i128; 2]| Column::new(data_type.clone(), PrimitiveArray::from_vec(values.to_vec()));
        let columns = [column([most, -7]), column([most, 3]), column([-most, -most])];
        let operands: Vec<Datum<'_>> = columns.iter().map(Datum::from).collect();
        let error = sum_horizontal(&operands, 2, &data_type).unwrap_err();
        assert_eq!(error.row(), Some(1));
        let columns = [column([most, -7]), column([most, 3]), column([-most, 5])];
        let operands: Vec<Datum<'_>> = columns.iter().map(Datum::from).collect();
        assert_eq!(sum_horizontal(&operands, 2, &data_type), Ok(column([most, 1])));
    }

    #[test]
    fn float_sums_do_not_depend_on_the_order_of_columns() {
        let column = |value: f64| Column::new(DataType::Float64, PrimitiveArray::from_vec(vec![value; 1500]));
        let columns = [column(1e16), column(1.0), column(-1e16)];
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            let operands: Vec<Datum<'_>> =
                order.iter().map(|&index: &usize| Datum::from(&columns[index])).collect();
            let sums = sum_horizontal(&operands, 1500, &DataType::Float64).unwrap();
            assert_eq!(sums, column(1.0));
        }
        assert_eq!(mean_horizontal(&[], 2), Ok(Column::new_null(DataType::Float64, 2)));
    }
}
