//! `product`.

use lazuli_array::{Array, Column, DataType, PrimitiveArray, Scalar, dispatch_wide_integer};
use lazuli_kernels::KernelError;
use lazuli_kernels::double_double::DoubleDouble;

use crate::aggregate::fixed_states::{FixedStates, GroupState};
use crate::aggregate::signature::only;
use crate::aggregate::state_column::{float64_column, gathered, int64_column, int128_column, values_of};
use crate::aggregate::valid_rows::{as_numbers, update_states};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate, Groups};

/// The product of the values that are not null; 1 of nothing.
///
/// Signed integers and booleans give Int64, unsigned ones UInt64, exact, or an error if the product does not fit, whatever
/// the partial products; floats Float64, independent of order as far as 106 bits go, without overflow on the way.
#[derive(Debug)]
pub struct Product;

const EXPECTED: &str = "one column of numbers or booleans";

impl Aggregate for Product {
    fn name(&self) -> &'static str {
        "product"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let input = only(arguments, EXPECTED)?;
        let (input, output) = match input {
            DataType::Null => (DataType::Int64, DataType::Int64),
            DataType::Boolean => (DataType::Boolean, DataType::Int64),
            integer if integer.is_signed_integer() => (integer.clone(), DataType::Int64),
            integer if integer.is_unsigned_integer() => (integer.clone(), DataType::UInt64),
            float if float.is_float() => (float.clone(), DataType::Float64),
            DataType::Decimal { .. } => (DataType::Float64, DataType::Float64),
            _ => return Err(SignatureError::Expected(EXPECTED.into())),
        };
        Ok(Signature { inputs: vec![input], output })
    }

    fn skips_nulls(&self) -> bool {
        true
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        match arguments[0].data_type {
            float if float.is_float() => FixedStates::boxed(|states: &[FloatProduct]| {
                Ok(float64_column(states.iter().map(|state| state.to_f64())))
            }),
            unsigned if unsigned.is_unsigned_integer() => FixedStates::boxed(|states: &[WholeProduct]| {
                let values = finish(states, &DataType::UInt64, |product| u64::try_from(product).ok())?;
                Ok(Column::new(DataType::UInt64, PrimitiveArray::from_vec(values)))
            }),
            _ => FixedStates::boxed(|states: &[WholeProduct]| {
                let values = finish(states, &DataType::Int64, |product| i64::try_from(product).ok())?;
                Ok(Column::new(DataType::Int64, PrimitiveArray::from_vec(values)))
            }),
        }
    }
}

fn finish<T>(
    states: &[WholeProduct],
    data_type: &DataType,
    narrow: impl Fn(i128) -> Option<T>,
) -> Result<Vec<T>, KernelError> {
    let results = states.iter().enumerate().map(|(row, state)| {
        let narrowed = if state.has_zero { narrow(0) } else { state.product.and_then(&narrow) };
        narrowed.ok_or_else(|| KernelError::Overflow {
            operation: "product",
            row,
            left: Scalar::Float64(state.product.map_or(f64::INFINITY, |product| product as f64)),
            right: Scalar::Null,
            data_type: data_type.clone(),
        })
    });
    results.collect()
}

/// A product of integers. Zeros stand apart: what does not fit 128 bits without them is 0 all the same.
#[derive(Debug, Clone, Copy)]
struct WholeProduct {
    has_zero: bool,
    /// Of all other values; `None` beyond 128 bits, from where nothing but zero leads back.
    product: Option<i128>,
}

impl Default for WholeProduct {
    fn default() -> Self {
        Self { has_zero: false, product: Some(1) }
    }
}

impl WholeProduct {
    #[inline]
    fn multiply(&mut self, value: i128) {
        if value == 0 {
            self.has_zero = true;
        } else {
            self.product = self.product.and_then(|product| product.checked_mul(value));
        }
    }
}

impl GroupState for WholeProduct {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        dispatch_wide_integer!(
            &*as_numbers(input),
            |array| update_states(states, array.values(), array.validity(), groups, |state, value| {
                state.multiply(value.into());
            }),
            else unreachable!("floats have products of their own")
        );
    }

    fn merge(&mut self, other: Self) {
        self.has_zero |= other.has_zero;
        self.product = match (self.product, other.product) {
            (Some(own), Some(other)) => own.checked_mul(other),
            _ => None,
        };
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        // No product is 0 here, so 0 can stand for none.
        vec![
            int64_column(states.iter().map(|state| state.has_zero.into())),
            int128_column(states.iter().map(|state| state.product.unwrap_or(0))),
        ]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let (zeros, products) = (values_of::<i64>(&columns[0]), values_of::<i128>(&columns[1]));
        let state = |(&zero, &product): (&i64, &i128)| Self {
            has_zero: zero != 0,
            product: (product != 0).then_some(product),
        };
        gathered(zeros.iter().zip(products).map(state))
    }
}

/// A product of floats: two doubles from 1 to 2 and an exponent, so that nothing overflows on the way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FloatProduct {
    mantissa: DoubleDouble,
    exponent: i64,
    /// The product of zeros, infinities and NaN.
    special: f64,
}

impl Default for FloatProduct {
    fn default() -> Self {
        Self { mantissa: DoubleDouble::new(1.0), exponent: 0, special: 1.0 }
    }
}

/// A finite float other than 0 as one from 1 to 2, or from -2 to -1, and a power of 2.
fn split(value: f64) -> (f64, i64) {
    const BIAS: i64 = 1023;
    let (value, more) = if value.is_normal() { (value, 0) } else { (value * 2f64.powi(64), -64) };
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64 - BIAS;
    let mantissa = f64::from_bits(bits & !(0x7ff << 52) | (BIAS as u64) << 52);
    (mantissa, exponent + more)
}

impl FloatProduct {
    /// Takes in a value.
    pub(crate) fn multiply(&mut self, value: f64) {
        if value == 0.0 || !value.is_finite() {
            self.special *= value;
            return;
        }
        let (mantissa, exponent) = split(value);
        self.scale(DoubleDouble::new(mantissa), exponent);
    }

    fn scale(&mut self, mantissa: DoubleDouble, exponent: i64) {
        let product = self.mantissa * mantissa;
        let (high, more) = split(product.parts().0);
        // Both parts move by the same power of 2, which changes no digits.
        let low = product.parts().1 * 2f64.powi(-more as i32);
        self.mantissa = DoubleDouble::new(high).add_f64(low);
        self.exponent += exponent + more;
    }

    /// The product as a float.
    pub(crate) fn to_f64(self) -> f64 {
        let value = self.mantissa.to_f64();
        if self.special != 1.0 {
            return self.special * value;
        }
        // In two steps: the power alone may be beyond the range of floats.
        let exponent = self.exponent.clamp(-2200, 2200) as i32;
        value * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
    }
}

impl GroupState for FloatProduct {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        let wide = as_numbers(input);
        let Array::Float64(array) = &*wide else { unreachable!("integers have products of their own") };
        update_states(states, array.values(), array.validity(), groups, Self::multiply);
    }

    fn merge(&mut self, other: Self) {
        self.special *= other.special;
        self.scale(other.mantissa, other.exponent);
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        vec![
            float64_column(states.iter().map(|state| state.mantissa.parts().0)),
            float64_column(states.iter().map(|state| state.mantissa.parts().1)),
            int64_column(states.iter().map(|state| state.exponent)),
            float64_column(states.iter().map(|state| state.special)),
        ]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let floats = |column: usize| values_of::<f64>(&columns[column]);
        let (high, low, special) = (floats(0), floats(1), floats(3));
        let exponents = values_of::<i64>(&columns[2]);
        let state = |row: usize| Self {
            mantissa: DoubleDouble::new(high[row]).add_f64(low[row]),
            exponent: exponents[row],
            special: special[row],
        };
        gathered((0..high.len()).map(state))
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar};

    use crate::aggregate::PRODUCT;
    use crate::aggregate::tests::{check, refuses, result_of};

    #[test]
    fn products() {
        let nan = f64::NAN;
        let big = i64::MAX;
        let (large, small) = (2f64.powi(1000), 2f64.powi(-1000));
        check(
            &PRODUCT,
            &[],
            &[
                (Column::new_null(DataType::Null, 2), Scalar::Int64(1)),
                (Column::new_null(DataType::Float64, 0), Scalar::Float64(1.0)),
                (Column::from_values([Some(2i8), None, Some(-3)].into_iter()), Scalar::Int64(-6)),
                (Column::from_values([200u8, 200].into_iter()), Scalar::UInt64(40_000)),
                (Column::from_values([true, false].into_iter()), Scalar::Int64(0)),
                // What overflows on the way does not matter.
                (Column::from_values([big, big, big, big, 0].into_iter()), Scalar::Int64(0)),
                (Column::from_values([large, large, small, small].into_iter()), Scalar::Float64(1.0)),
                (Column::from_values([1e-300, 1e-20].into_iter()), Scalar::Float64(1e-320)),
                (Column::from_values([1e300, 1e300].into_iter()), Scalar::Float64(f64::INFINITY)),
                (Column::from_values([-2.0, f64::INFINITY].into_iter()), Scalar::Float64(f64::NEG_INFINITY)),
                (Column::from_values([0.0, f64::INFINITY].into_iter()), Scalar::Float64(nan)),
                (Column::from_values([1.5f32, 2.0].into_iter()), Scalar::Float64(3.0)),
            ],
        );
        let error = result_of(&PRODUCT, &[], &Column::from_values([big, 2].into_iter()));
        assert!(error.is_err());
        assert!(refuses(&PRODUCT, &DataType::String) && refuses(&PRODUCT, &DataType::Date));
    }
}
