//! `split_mix`.

use lazuli_array::{Column, DataType, PrimitiveArray, Scalar};
use lazuli_kernels::KernelError;

use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::split_mix::{mixed, number};
use crate::{Expr, lit};

/// The number of SplitMix64 (Steele, Lea, Flood 2014) that stands at a place, a UInt64: `split_mix(place, seed)`. Places
/// count from 0 and may be negative; null for null. Different places of one seed give different numbers.
///
/// The generator starts at the mix of the seed, not at the seed itself, since its sequences for seeds that differ by a
/// small number overlap.
#[derive(Debug)]
pub struct SplitMix;

const EXPECTED: &str = "an integer and a constant seed";

impl ScalarFunction for SplitMix {
    fn name(&self) -> &str {
        "split_mix"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [place, Argument { literal: Some(seed), data_type }]
                if place.data_type.is_integer() && data_type.is_integer() && !seed.value.is_null() =>
            {
                let inputs = vec![DataType::Int64, (*data_type).clone()];
                Ok(Signature { inputs, output: DataType::UInt64 })
            }
            _ => Err(SignatureError::Expected(EXPECTED.into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let start = mixed(seed_bits(&inputs[1].as_datum().get(0)));
        map_rows(&inputs[0], |places| {
            let Some(array) = places.array().as_primitive::<i64>() else {
                return Err(KernelError::unsupported("split_mix", [places.data_type()]));
            };
            let numbers: Vec<u64> = array.values().iter().map(|&place| number(start, place as u64)).collect();
            let numbers = PrimitiveArray::new(numbers.into(), array.validity().cloned());
            Ok(Column::new(DataType::UInt64, numbers))
        })
    }
}

/// The seed, of whatever integer type, as 64 bits: negative ones by their two's complement.
fn seed_bits(seed: &Scalar) -> u64 {
    match *seed {
        Scalar::Int8(seed) => i64::from(seed) as u64,
        Scalar::Int16(seed) => i64::from(seed) as u64,
        Scalar::Int32(seed) => i64::from(seed) as u64,
        Scalar::Int64(seed) => seed as u64,
        Scalar::UInt8(seed) => u64::from(seed),
        Scalar::UInt16(seed) => u64::from(seed),
        Scalar::UInt32(seed) => u64::from(seed),
        Scalar::UInt64(seed) => seed,
        _ => 0,
    }
}

impl Expr {
    /// The number of SplitMix64 at this place, from a seed: the same on every machine and in every version. Different places
    /// give different numbers, so that sorting by them is a random order.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("row").split_mix(7).to_string(), "split_mix(row, 7)");
    /// ```
    pub fn split_mix(self, seed: u64) -> Self {
        self.call_with(super::SPLIT_MIX, [lit(seed)])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;
    use lazuli_kernels::Constant;

    use super::*;
    use crate::split_mix::STEP;

    fn numbers(places: Column, seed: Scalar) -> Column {
        let (rows, seed) = (places.len(), Value::Constant(Constant::from_scalar(&seed)));
        SplitMix.evaluate(&[places.into(), seed], rows).unwrap().into_column(rows)
    }

    #[test]
    fn the_mix_is_the_published_one() {
        // The first outputs for state 1234567 of the authors' C code.
        let found: Vec<u64> =
            (1..4u64).map(|place| mixed(1_234_567u64.wrapping_add(place.wrapping_mul(STEP)))).collect();
        assert_eq!(found, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn numbers_stay_what_they_are() {
        let places = Column::from_values([Some(0i64), None, Some(1), Some(-1)].into_iter());
        let first = numbers(places.clone(), Scalar::UInt64(42));
        assert_eq!(first, numbers(places.clone(), Scalar::Int32(42)));
        assert_ne!(first.get(0), numbers(places.clone(), Scalar::UInt64(43)).get(0));
        assert_eq!(first.get(1), Scalar::Null);
        assert_eq!(first.sliced(2, 2), numbers(places.sliced(2, 2), Scalar::UInt64(42)));
        assert_eq!(first.get(0), Scalar::UInt64(mixed(mixed(42).wrapping_add(STEP))));
    }

    #[test]
    fn the_seed_is_a_constant() {
        let argument = |data_type| Argument { data_type, literal: None };
        let seed = crate::Literal::typed(Scalar::UInt64(1));
        let seed = Argument { data_type: &DataType::UInt64, literal: Some(&seed) };
        assert!(SplitMix.signature(&[argument(&DataType::Int32), seed]).is_ok());
        assert!(SplitMix.signature(&[argument(&DataType::Float64), seed]).is_err());
        assert!(SplitMix.signature(&[argument(&DataType::Int32), argument(&DataType::Int32)]).is_err());
    }
}
