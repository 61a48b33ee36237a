//! `nan_min` and `nan_max`.

use lazuli_array::{Array, Bitmap, Column, DataType, PrimitiveArray};
use lazuli_kernels::aggregate::{float_key, float_of_key};

use crate::aggregate::extreme::{extreme_accumulator, extreme_signature};
use crate::aggregate::fixed_states::{FixedStates, GroupState};
use crate::aggregate::state_column::{gathered, int64_column, values_of};
use crate::aggregate::valid_rows::{as_numbers, update_states};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate, Groups};

/// As `min` or `max`, but NaN if one of the values is NaN.
#[derive(Debug)]
pub struct NanExtreme<const GREATEST: bool>;

impl<const GREATEST: bool> Aggregate for NanExtreme<GREATEST> {
    fn name(&self) -> &'static str {
        if GREATEST { "nan_max" } else { "nan_min" }
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        extreme_signature(arguments)
    }

    fn skips_nulls(&self) -> bool {
        true
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let data_type = arguments[0].data_type.clone();
        match data_type {
            DataType::Float32 | DataType::Float64 => {
                FixedStates::boxed(move |states: &[Best<GREATEST>]| Ok(finish(states, &data_type)))
            }
            _ => extreme_accumulator::<GREATEST>(&data_type),
        }
    }
}

fn finish<const GREATEST: bool>(states: &[Best<GREATEST>], data_type: &DataType) -> Column {
    let values: Vec<f64> = states.iter().map(Best::value).collect();
    let validity = Some(states.iter().map(|state| state.key != 0).collect::<Bitmap>());
    let array: Array = match data_type {
        DataType::Float32 => {
            let values: Vec<f32> = values.into_iter().map(|value| value as f32).collect();
            PrimitiveArray::new(values.into(), validity).into()
        }
        _ => PrimitiveArray::new(values.into(), validity).into(),
    };
    Column::new(data_type.clone(), array)
}

/// The best value as a key that grows with it; NaN is the greatest key, 0 is the key of nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Best<const GREATEST: bool> {
    key: u64,
}

impl<const GREATEST: bool> Best<GREATEST> {
    fn value(&self) -> f64 {
        match self.key {
            u64::MAX => f64::NAN,
            key if GREATEST => float_of_key(key),
            key => float_of_key(!key),
        }
    }
}

impl<const GREATEST: bool> GroupState for Best<GREATEST> {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        let wide = as_numbers(input);
        let Array::Float64(array) = &*wide else { unreachable!("other types know no NaN") };
        update_states(states, array.values(), array.validity(), groups, |state, value| {
            let key = match (value.is_nan(), float_key(value)) {
                (true, _) => u64::MAX,
                (false, key) if GREATEST => key,
                (false, key) => !key,
            };
            state.key = state.key.max(key);
        });
    }

    fn merge(&mut self, other: Self) {
        self.key = self.key.max(other.key);
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        vec![int64_column(states.iter().map(|state| state.key.cast_signed()))]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        gathered(values_of::<i64>(&columns[0]).iter().map(|key| Self { key: key.cast_unsigned() }))
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar};

    use crate::aggregate::tests::check;
    use crate::aggregate::{NAN_MAX, NAN_MIN};

    #[test]
    fn nan_wins() {
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        for (column, least, greatest) in [
            (Column::new_null(DataType::Float64, 1), Scalar::Null, Scalar::Null),
            (Column::from_values([1.0, nan].into_iter()), Scalar::Float64(nan), Scalar::Float64(nan)),
            (
                Column::from_values([Some(infinity), None, Some(-infinity), Some(2.0)].into_iter()),
                Scalar::Float64(-infinity),
                Scalar::Float64(infinity),
            ),
            (Column::from_values([0.5f32, -0.5].into_iter()), Scalar::Float32(-0.5), Scalar::Float32(0.5)),
            (Column::from_values([3i64, 1].into_iter()), Scalar::Int64(1), Scalar::Int64(3)),
            (Column::from_values(["b", "a"].into_iter()), Scalar::from("a"), Scalar::from("b")),
        ] {
            check(&NAN_MIN, &[], &[(column.clone(), least)]);
            check(&NAN_MAX, &[], &[(column, greatest)]);
        }
    }
}
