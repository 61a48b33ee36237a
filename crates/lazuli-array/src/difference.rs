//! Where two frames differ first, to the last bit.
//!
//! Stricter than `==`, which takes -0.0 for 0.0: for whoever has to show that two ways to an answer are one.

use crate::frame::common_slices;
use crate::{Array, Batch, DataFrame, Scalar};

impl DataFrame {
    /// The place, row and column, of the first value that is not the same here and there: the first such row, and the first
    /// column in it. Floats are the same if all their bits are, and all NaN are one; batches and the form of strings do not
    /// matter. Rows and columns that only one of the frames has are not looked at, nor are names.
    ///
    /// Whole columns are compared before single values are looked at, so frames that agree cost little more than `==`.
    ///
    /// ```
    /// use lazuli_array::df;
    ///
    /// let (left, right) = (df! { "a" => [1, 2], "b" => [0.5, 0.0] }?, df! { "a" => [1, 2], "b" => [0.5, -0.0] }?);
    /// assert_eq!(left, right);
    /// assert_eq!(left.first_difference(&right), Some((1, 1)));
    /// assert_eq!(left.first_difference(&left), None);
    /// # Ok::<(), lazuli_array::ArrayError>(())
    /// ```
    pub fn first_difference(&self, other: &Self) -> Option<(usize, usize)> {
        let heights = |frame: &Self| frame.batches().iter().map(Batch::num_rows).collect::<Vec<_>>();
        let mut first_row = 0;
        for slice in common_slices(&heights(self), &heights(other)) {
            let left = self.batches()[slice.left.0].sliced(slice.left.1, slice.length);
            let right = other.batches()[slice.right.0].sliced(slice.right.1, slice.length);
            let pairs = left.columns().iter().zip(right.columns()).enumerate();
            let first = pairs.filter_map(|(column, (left, right))| {
                if left.data_type() == right.data_type() && are_same(left.array(), right.array()) {
                    return None;
                }
                let row = (0..slice.length).find(|&row| !is_same(&left.get(row), &right.get(row)))?;
                Some((first_row + row, column))
            });
            if let Some(first) = first.min() {
                return Some(first);
            }
            first_row += slice.length;
        }
        None
    }
}

/// Whether all values are certainly the same. What has floats further within is left to its values.
fn are_same(left: &Array, right: &Array) -> bool {
    match (left, right) {
        (Array::Float32(left), Array::Float32(right)) => left.iter().map(bits32).eq(right.iter().map(bits32)),
        (Array::Float64(left), Array::Float64(right)) => left.iter().map(bits64).eq(right.iter().map(bits64)),
        (Array::List(_) | Array::Struct(_), _) => false,
        _ => left == right,
    }
}

fn is_same(left: &Scalar, right: &Scalar) -> bool {
    match (left, right) {
        (Scalar::Float32(left), Scalar::Float32(right)) => bits32(Some(*left)) == bits32(Some(*right)),
        (Scalar::Float64(left), Scalar::Float64(right)) => bits64(Some(*left)) == bits64(Some(*right)),
        (Scalar::List(left), Scalar::List(right)) => {
            left.len() == right.len()
                && left.data_type() == right.data_type()
                && (0..left.len()).all(|row| is_same(&left.get(row), &right.get(row)))
        }
        (Scalar::Struct(left), Scalar::Struct(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| left.0 == right.0 && is_same(&left.1, &right.1))
        }
        _ => left == right,
    }
}

/// The bits of a value, those of one NaN for all of them.
fn bits32(value: Option<f32>) -> Option<u32> {
    value.map(|value| if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() })
}

/// As [`bits32`].
fn bits64(value: Option<f64>) -> Option<u64> {
    value.map(|value| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, DataType, Field, df};

    /// The same frame in batches of these sizes.
    fn cut(frame: &DataFrame, sizes: &[usize]) -> DataFrame {
        let (mut start, mut batches) = (0, Vec::new());
        for &size in sizes {
            batches.push(frame.batches()[0].sliced(start, size));
            start += size;
        }
        DataFrame::from_batches(frame.schema().clone(), batches).expect("one schema")
    }

    #[test]
    fn the_first_row_is_found_whatever_the_batches() {
        let frame = |changed: [usize; 2]| {
            let value =
                |column: usize, row: usize| if changed[column] == row { None } else { Some(row as i64) };
            let text = |row| value(1, row).map(|value| value.to_string());
            df! { "a" => (0..10).map(|row| value(0, row)), "b" => (0..10).map(text) }.expect("ten rows")
        };
        let whole = frame([99, 99]);
        let cases =
            [([99, 99], None), ([7, 99], Some((7, 0))), ([7, 3], Some((3, 1))), ([4, 4], Some((4, 0)))];
        for (changed, expected) in cases {
            let cuts: [&[usize]; 4] = [&[10], &[5, 5], &[1, 0, 9], &[3, 3, 4]];
            for (left, right) in cuts.iter().flat_map(|left| cuts.iter().map(move |right| (left, right))) {
                let found = cut(&whole, left).first_difference(&cut(&frame(changed), right));
                assert_eq!(found, expected, "{left:?} {right:?}");
            }
        }
        // Rows of one side alone are not looked at.
        assert_eq!(cut(&whole, &[4]).first_difference(&frame([7, 99])), None);
        assert_eq!(cut(&whole, &[8]).first_difference(&frame([7, 99])), Some((7, 0)));
    }

    #[test]
    fn floats_are_bits_also_within_lists_and_structs() {
        let nan = f64::from_bits(f64::NAN.to_bits() | 1);
        let floats = |value: f64| Column::from_scalars(&DataType::Float64, [Scalar::Float64(value)]);
        let (zero, minus) = (floats(0.0).expect("a float"), floats(-0.0).expect("a float"));
        let (one_nan, other_nan) = (floats(f64::NAN).expect("a float"), floats(nan).expect("a float"));
        let of =
            |column: &Column| DataFrame::from_columns(vec![("a".into(), column.clone())]).expect("a column");
        let in_list = |item: &Column| {
            let data_type = DataType::List(Box::new(DataType::Float64));
            let list = Scalar::List(Box::new(item.clone()));
            of(&Column::from_scalars(&data_type, [list]).expect("a list"))
        };
        let in_struct = |item: &Column| {
            let data_type = DataType::Struct(vec![Field::new("x", DataType::Float64)].into());
            let value = Scalar::Struct(vec![("x".into(), item.get(0))]);
            of(&Column::from_scalars(&data_type, [value]).expect("a struct"))
        };
        for within in [&of as &dyn Fn(&Column) -> DataFrame, &in_list, &in_struct] {
            assert_eq!(within(&zero), within(&minus));
            assert_eq!(within(&zero).first_difference(&within(&minus)), Some((0, 0)));
            assert_eq!(within(&zero).first_difference(&within(&zero)), None);
            assert_eq!(within(&one_nan).first_difference(&within(&other_nan)), None);
        }
    }
}
