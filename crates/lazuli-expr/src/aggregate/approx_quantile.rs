//! `approx_quantile`.

use std::collections::HashMap;
use std::ops::Range;

use lazuli_array::{Array, Column, DataType, PrimitiveArray};
use lazuli_kernels::KernelError;
use lazuli_kernels::aggregate::{float_key, float_of_key};

use crate::aggregate::quantile_state::QuantileMethod;
use crate::aggregate::valid_rows::for_each_valid;
use crate::aggregate::word_lists;
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, with_columns};
use crate::{Accumulator, Aggregate, Groups, RowOrder};

/// About the value at share `q` of the way from the least to the greatest value that is not null, as Float64; null of
/// nothing. What `quantile(q, 'nearest')` gives, but for less than 0.1 % of it (2^-10): numbers are rounded to 10 binary
/// digits, and how often each came is counted exactly. So whole numbers up to 1024 are exact. NaN is the greatest value.
///
/// The result depends neither on the order of rows nor on threads. Memory goes by the number of distinct rounded values:
/// 512 for each doubling between the least and the greatest, of either sign, some 17 bytes each, at most 32 MiB a group.
/// The idea is that of DDSketch (Masson, Rim and Lee 2019) with buckets that floats have anyway.
#[derive(Debug)]
pub struct ApproxQuantile;

const EXPECTED: &str = "one column of numbers or booleans, and a constant from 0 to 1";

/// The digits of a Float64 behind those that are kept.
const DROPPED_BITS: u32 = 52 - 9;

fn share(arguments: &[Argument<'_>]) -> Result<f64, SignatureError> {
    let mut options = Options::behind(1, arguments, EXPECTED)?;
    let share = options.number()?.ok_or_else(|| options.wrong())?;
    options.end()?;
    if !(0.0..=1.0).contains(&share) {
        let reason = format!("the quantile must lie from 0 to 1, not at {share}");
        return Err(SignatureError::InvalidArgument(reason));
    }
    Ok(share)
}

impl Aggregate for ApproxQuantile {
    fn name(&self) -> &'static str {
        "approx_quantile"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        share(arguments)?;
        let input = arguments[0].data_type;
        if !input.is_numeric() && !matches!(input, DataType::Boolean | DataType::Null) {
            return Err(SignatureError::Expected(EXPECTED.into()));
        }
        Ok(with_columns(arguments, &[DataType::Float64], DataType::Float64))
    }

    fn skips_nulls(&self) -> bool {
        true
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let share = share(arguments).expect("the signature read the constant");
        Box::new(Sketches { share, counts: Vec::new() })
    }
}

/// The nearest number of 10 binary digits.
fn rounded(value: f64) -> f64 {
    if !value.is_finite() {
        return value;
    }
    let bits = value.to_bits();
    let kept = |bits: u64| f64::from_bits(bits & !((1 << DROPPED_BITS) - 1));
    // The sign stands apart, and what is carried moves the exponent on, as it must.
    let nearest = kept(bits + (1 << (DROPPED_BITS - 1)));
    if nearest.is_finite() { nearest } else { kept(bits) }
}

/// How often each rounded value came, by group. Keys order as their values do.
struct Sketches {
    share: f64,
    counts: Vec<HashMap<u64, u64>>,
}

impl Sketches {
    fn quantile(&self, counts: &HashMap<u64, u64>) -> Option<f64> {
        let mut counts: Vec<(u64, u64)> = counts.iter().map(|(&key, &count)| (key, count)).collect();
        counts.sort_unstable();
        let total: u64 = counts.iter().map(|(_, count)| count).sum();
        let (place, _) = QuantileMethod::Nearest.place(total as usize, self.share);
        let mut passed = 0;
        let reached = counts.iter().find(|(_, count)| {
            passed += count;
            passed > place as u64
        });
        reached.map(|(key, _)| float_of_key(*key))
    }
}

impl Accumulator for Sketches {
    fn resize(&mut self, num_groups: usize) {
        if num_groups > self.counts.len() {
            self.counts.resize(num_groups, HashMap::new());
        }
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        let Array::Float64(array) = inputs[0].array() else {
            return Err(KernelError::unsupported("approx_quantile", [inputs[0].data_type()]));
        };
        let values = array.values();
        for_each_valid(array.validity(), values.len(), |row| {
            *self.counts[groups.id(row)].entry(float_key(rounded(values[row]))).or_default() += 1;
        });
        Ok(())
    }

    /// Keys and counts by turns.
    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let push = |counts: &HashMap<u64, u64>, words: &mut Vec<u64>| {
            words.extend(counts.iter().flat_map(|(&key, &count)| [key, count]));
        };
        Ok(vec![word_lists::of_groups(&self.counts[groups], push)])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        for (row, words) in word_lists::iter(&state[0]).enumerate() {
            let (pairs, _) = words.as_chunks::<2>();
            for [key, count] in pairs {
                *self.counts[groups.id(row)].entry(*key).or_default() += count;
            }
        }
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        let results = self.counts[groups].iter().map(|counts| self.quantile(counts));
        Ok(Column::new(DataType::Float64, results.collect::<PrimitiveArray<f64>>()))
    }

    fn memory_bytes(&self) -> usize {
        // A byte beside each pair tells whether it is there.
        let of = |counts: &HashMap<u64, u64>| counts.capacity() * (size_of::<(u64, u64)>() + 1);
        self.counts.iter().map(of).sum::<usize>() + self.counts.capacity() * size_of::<HashMap<u64, u64>>()
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, Scalar};
    use proptest::prelude::*;

    use super::*;
    use crate::Literal;
    use crate::aggregate::tests::{check, refuses, result_of};
    use crate::aggregate::{APPROX_QUANTILE, QUANTILE};

    fn float() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<f64>(),
            -1e3..1e3,
            prop::sample::select(vec![0.0, -0.0, f64::NAN, f64::INFINITY, f64::MAX, f64::MIN, 1e-300]),
        ]
    }

    proptest! {
        #[test]
        fn near_the_exact_quantile(
            values in proptest::collection::vec(proptest::option::weighted(0.9, float()), 0..60),
            q in 0.0..=1.0,
        ) {
            let column = Column::from_values(values.into_iter());
            let q = Literal::typed(Scalar::Float64(q));
            let nearest = [q.clone(), Literal::typed(Scalar::from("nearest"))];
            let exact = result_of(&QUANTILE, &nearest, &column).unwrap();
            let found = result_of(&APPROX_QUANTILE, &[q], &column).unwrap();
            match (&exact, &found) {
                (Scalar::Float64(exact), Scalar::Float64(found)) if exact.is_finite() => {
                    // Below the least normal number there are fewer digits to round to.
                    let bound = exact.abs() / 1024.0 + f64::MIN_POSITIVE;
                    prop_assert!((exact - found).abs() <= bound, "{} {}", exact, found);
                }
                (exact, found) => prop_assert_eq!(exact.to_string(), found.to_string()),
            }
        }
    }

    #[test]
    fn whole_numbers_of_few_digits_are_exact() {
        let at = |q: f64| Literal::typed(Scalar::Float64(q));
        for (q, expected) in [(0.0, 0.0), (0.25, 256.0), (0.5, 512.0), (0.999, 1023.0), (1.0, 1024.0)] {
            let column = Column::from_values((0..=1024).rev().map(f64::from));
            check(&APPROX_QUANTILE, &[at(q)], &[(column, Scalar::Float64(expected))]);
        }
        check(&APPROX_QUANTILE, &[at(0.5)], &[(Column::new_null(DataType::Float64, 2), Scalar::Null)]);
        assert!(refuses(&APPROX_QUANTILE, &DataType::Float64), "without a share");
        let text = Argument { data_type: &DataType::String, literal: None };
        let (half, two) = (at(0.5), at(2.0));
        let with = |literal| Argument { data_type: &DataType::Float64, literal: Some(literal) };
        assert!(ApproxQuantile.signature(&[text, with(&half)]).is_err());
        let number = Argument { data_type: &DataType::Int8, literal: None };
        assert!(matches!(
            ApproxQuantile.signature(&[number, with(&two)]),
            Err(SignatureError::InvalidArgument(_))
        ));
    }
}
