//! Sums of values and of their squares, precise enough to be taken from one another: what `std` and `var` share.
//!
//! Integers are summed exactly, floats in three doubles, so that the result is the same whatever the order.

use lazuli_array::{Array, Column, dispatch_wide_integer};
use lazuli_kernels::aggregate::{FloatMoments, moments_of_groups};
use lazuli_kernels::double_double::{TripleDouble, two_product, two_sum};

use crate::Groups;
use crate::aggregate::fixed_states::GroupState;
use crate::aggregate::quotient::quotient;
use crate::aggregate::state_column::{float64_column, gathered, int64_column, int128_column, values_of};
use crate::aggregate::valid_rows::{as_numbers, ids_of, update_states};

/// What `std` and `var` make of a state.
pub(super) trait Moments: GroupState {
    /// Number of values.
    fn count(&self) -> i64;

    /// The variance, dividing by the number of values less `ddof`; meaningless for no more values than that.
    fn variance(&self, ddof: i64) -> f64;
}

impl GroupState for FloatMoments {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        let wide = as_numbers(input);
        let Array::Float64(array) = &*wide else { unreachable!("integers have moments of their own") };
        moments_of_groups(array.values(), array.validity(), ids_of(groups), states);
    }

    fn merge(&mut self, other: Self) {
        Self::merge(self, &other);
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        let mut columns = vec![int64_column(states.iter().map(|state| state.count))];
        columns.extend((0..3).map(|part| float64_column(states.iter().map(|state| state.sum.parts()[part]))));
        columns.extend(
            (0..3).map(|part| float64_column(states.iter().map(|state| state.squares.parts()[part]))),
        );
        columns
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let counts = values_of::<i64>(&columns[0]);
        let parts: Vec<&[f64]> = columns[1..].iter().map(values_of).collect();
        let triple = |first: usize, row: usize| {
            TripleDouble::from_parts([0, 1, 2].map(|part| parts[first + part][row]))
        };
        gathered((0..counts.len()).map(|row| Self {
            count: counts[row],
            sum: triple(0, row),
            squares: triple(3, row),
        }))
    }
}

impl Moments for FloatMoments {
    fn count(&self) -> i64 {
        self.count
    }

    fn variance(&self, ddof: i64) -> f64 {
        /// Squares above this have no room for what is computed from them; a power of 2 changes no digits.
        const LARGE: f64 = 1e250;
        const SHRINK: f64 = 1.0 / (1u128 << 127) as f64;
        let (sum, squares) = (self.sum.parts(), self.squares.parts());
        if !sum[0].is_finite() {
            f64::NAN
        } else if !squares[0].is_finite() {
            squares[0]
        } else if squares[0] < LARGE {
            variance(self.count, ddof, &sum, &squares)
        } else {
            let sum = sum.map(|part| part * SHRINK);
            let squares = squares.map(|part| part * SHRINK * SHRINK);
            variance(self.count, ddof, &sum, &squares) / SHRINK / SHRINK
        }
    }
}

/// The variance of floats, dividing by their number less `ddof`.
pub(crate) fn variance_of(state: &FloatMoments, ddof: i64) -> f64 {
    state.variance(ddof)
}

/// Moments of integers of at most 64 bits, exact.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct IntegerMoments {
    count: i64,
    sum: i128,
    /// The sum of squares modulo 2^128, and how often it went over.
    squares: u128,
    overflows: i64,
}

impl IntegerMoments {
    #[inline]
    fn add(&mut self, value: i128) {
        self.count += 1;
        self.sum += value;
        let magnitude = value.unsigned_abs();
        self.add_squares(magnitude * magnitude);
    }

    /// The variance if 128 bits hold what it is made of: (n sum x^2 - (sum x)^2) / (n (n - ddof)).
    fn narrow_variance(&self, ddof: i64) -> Option<f64> {
        /// Below, the divisor has the 72 bits that [`quotient`] takes.
        const COUNTS: i64 = 1 << 36;
        if self.count >= COUNTS || self.overflows > 0 {
            return None;
        }
        let count = i128::from(self.count);
        let squares = i128::try_from(self.squares).ok()?;
        let spread = squares.checked_mul(count)?.checked_sub(self.sum.checked_mul(self.sum)?)?;
        Some(quotient(spread, (count * (count - i128::from(ddof))).unsigned_abs()))
    }

    #[inline]
    fn add_squares(&mut self, squares: u128) {
        let (sum, overflowed) = self.squares.overflowing_add(squares);
        self.squares = sum;
        self.overflows += i64::from(overflowed);
    }
}

impl GroupState for IntegerMoments {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        dispatch_wide_integer!(
            &*as_numbers(input),
            |array| update_states(states, array.values(), array.validity(), groups, |state, value| {
                state.add(value.into());
            }),
            else unreachable!("floats and decimals have moments of their own")
        );
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.overflows += other.overflows;
        self.add_squares(other.squares);
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        vec![
            int64_column(states.iter().map(|state| state.count)),
            int128_column(states.iter().map(|state| state.sum)),
            int128_column(states.iter().map(|state| state.squares.cast_signed())),
            int64_column(states.iter().map(|state| state.overflows)),
        ]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let (counts, overflows) = (values_of::<i64>(&columns[0]), values_of::<i64>(&columns[3]));
        let (sums, squares) = (values_of::<i128>(&columns[1]), values_of::<i128>(&columns[2]));
        gathered((0..counts.len()).map(|row| Self {
            count: counts[row],
            sum: sums[row],
            squares: squares[row].cast_unsigned(),
            overflows: overflows[row],
        }))
    }
}

impl Moments for IntegerMoments {
    fn count(&self) -> i64 {
        self.count
    }

    fn variance(&self, ddof: i64) -> f64 {
        if let Some(variance) = self.narrow_variance(ddof) {
            return variance;
        }
        let sign = if self.sum < 0 { -1.0 } else { 1.0 };
        let sum = exact_parts(self.sum.unsigned_abs()).map(|part| sign * part);
        let [first, second, third] = exact_parts(self.squares);
        variance(self.count, ddof, &sum, &[self.overflows as f64 * 2f64.powi(128), first, second, third])
    }
}

/// Doubles that sum to an integer, largest first.
pub(super) fn exact_parts(value: u128) -> [f64; 3] {
    const BITS: u32 = 48;
    [2, 1, 0].map(|part| {
        let digits = value >> (part * BITS) & ((1 << BITS) - 1);
        digits as f64 * 2f64.powi((part * BITS) as i32)
    })
}

/// The variance, divided by `count` less `ddof`, from the sum of `count` values and the sum of their squares, each as
/// doubles to be added.
///
/// With m near the mean: sum (x - m)^2 = sum x^2 - 2 m sum x + count m^2. Every product is two doubles, so all that
/// cancels is summed exactly and rounded once.
pub(super) fn variance(count: i64, ddof: i64, sum: &[f64], squares: &[f64]) -> f64 {
    let num_values = count as f64;
    (spread(count, sum, sum, squares) / (num_values * (count - ddof) as f64)).max(0.0)
}

/// `count` times the sum of products of what pairs of values deviate from their means, from the sums of `count` pairs and
/// of their products, each as doubles to be added.
///
/// That is count sum x y - sum x sum y. Every product is two doubles, so all that cancels is summed exactly and rounded
/// once, and what is nothing is 0.
pub(super) fn spread(count: i64, left: &[f64], right: &[f64], products: &[f64]) -> f64 {
    let num_values = count as f64;
    let product = |left: f64, right: f64| match left == 0.0 || right == 0.0 {
        true => [0.0; 2],
        false => two_product(left, right).parts().into(),
    };
    exact_sum(
        products
            .iter()
            .flat_map(|&part| product(num_values, part))
            .chain(left.iter().flat_map(|&left| right.iter().flat_map(move |&right| product(-left, right)))),
    )
}

/// The sum of doubles, rounded once (Shewchuk 1997, as in Python's `math.fsum`). The terms are finite.
fn exact_sum(terms: impl Iterator<Item = f64>) -> f64 {
    /// Doubles without common digits: no more than 40 cover all exponents.
    const MAX_PARTIALS: usize = 48;

    // Least first; their sum is exact.
    let mut partials = [0.0; MAX_PARTIALS];
    let mut num_partials = 0;
    for mut term in terms.filter(|term| *term != 0.0) {
        let mut kept = 0;
        for index in 0..num_partials {
            let (sum, error) = two_sum(term, partials[index]);
            if error != 0.0 {
                partials[kept] = error;
                kept += 1;
            }
            term = sum;
        }
        partials[kept] = term;
        num_partials = kept + 1;
    }
    let mut total = 0.0;
    while num_partials > 0 {
        num_partials -= 1;
        let (sum, error) = two_sum(total, partials[num_partials]);
        total = sum;
        if error != 0.0 {
            // A tie goes to the even neighbour unless what is still to come breaks it.
            let next = if num_partials > 0 { partials[num_partials - 1] } else { 0.0 };
            if next != 0.0 && (error < 0.0) == (next < 0.0) {
                let twice = error * 2.0;
                let other = total + twice;
                if other - total == twice {
                    total = other;
                }
            }
            break;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn float_variance(values: &[f64]) -> f64 {
        let mut state = FloatMoments::default();
        moments_of_groups(values, None, None, std::slice::from_mut(&mut state));
        state.variance(1)
    }

    #[test]
    fn variances_of_known_values() {
        let cases: &[(&[f64], f64)] = &[
            (&[1.0, 2.0, 3.0, 4.0], 5.0 / 3.0),
            (&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0], 1.0),
            (&[1e15, 1e15 + 1.0], 0.5),
            (&[0.1, 0.1, 0.1], 0.0),
            (&[2f64.powi(500), 3.0 * 2f64.powi(500)], 2f64.powi(1001)),
            (&[1e200, 3e200], f64::INFINITY),
        ];
        for (values, expected) in cases {
            assert_eq!(float_variance(values), *expected, "{values:?}");
        }
        assert!(float_variance(&[1.0, f64::INFINITY]).is_nan());
        assert!(float_variance(&[1.0, f64::NAN]).is_nan());
    }

    proptest! {
        /// The twin: with integers n sum x^2 - (sum x)^2 is exact.
        #[test]
        fn variances_of_integers_are_exact(
            offset in -(1i64 << 40)..1 << 40,
            spread in proptest::collection::vec(-1000i64..1000, 2..50),
        ) {
            let values: Vec<i64> = spread.iter().map(|value| value + offset).collect();
            let count = values.len() as i128;
            let sum: i128 = values.iter().map(|&value| i128::from(value)).sum();
            let squares: i128 = values.iter().map(|&value| i128::from(value) * i128::from(value)).sum();
            let expected = (count * squares - sum * sum) as f64 / (count * (count - 1)) as f64;
            let mut integers = IntegerMoments::default();
            values.iter().for_each(|&value| integers.add(value.into()));
            let floats: Vec<f64> = values.iter().map(|&value| value as f64).collect();
            for found in [integers.variance(1), float_variance(&floats)] {
                prop_assert!((found - expected).abs() <= expected * 4.0 * f64::EPSILON, "{found} {expected}");
            }
        }

        #[test]
        fn extreme_integers_do_not_overflow(values in proptest::collection::vec(
            prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()], 2..40,
        )) {
            let mut state = IntegerMoments::default();
            values.iter().for_each(|&value| state.add(value.into()));
            let mean = values.iter().map(|&value| value as f64).sum::<f64>() / values.len() as f64;
            let squares: f64 = values.iter().map(|&value| (value as f64 - mean).powi(2)).sum();
            let expected = squares / (values.len() - 1) as f64;
            prop_assert!((state.variance(1) - expected).abs() <= expected * 1e-9);
        }

        #[test]
        fn order_does_not_matter(values in proptest::collection::vec(-1e6f64..1e6, 2..100), start in 0usize..100) {
            let (left, right) = values.split_at(start.min(values.len()));
            let moments = |values: &[f64]| {
                let mut state = FloatMoments::default();
                moments_of_groups(values, None, None, std::slice::from_mut(&mut state));
                state
            };
            let mut state = moments(&right.iter().rev().copied().collect::<Vec<_>>());
            state.merge(&moments(left));
            prop_assert_eq!(state.variance(1).to_bits(), float_variance(&values).to_bits());
        }

        #[test]
        fn sums_of_doubles_are_exact(values in proptest::collection::vec(any::<i64>(), 0..20)) {
            let exact: i128 = values.iter().map(|&value| i128::from(value)).sum();
            let parts = values.iter().flat_map(|&value| {
                let sign = if value < 0 { -1.0 } else { 1.0 };
                exact_parts(value.unsigned_abs().into()).map(|part| sign * part)
            });
            prop_assert_eq!(exact_sum(parts), exact as f64);
        }
    }
}
