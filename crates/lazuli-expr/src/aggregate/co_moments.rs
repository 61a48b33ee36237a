//! Sums of pairs of values, of their squares and of their products: what `corr` and `cov` share.
//!
//! Pairs of integers are summed exactly: in 64 bits as long as nothing overflows there, which is checked for each row and
//! all but free; rows that do not fit go to sums of 192 bits of their group. Floats are summed as for `std`: in three
//! doubles each, so that what is left after cancellation does not depend on the order of rows.

use std::collections::HashMap;
use std::ops::Range;

use lazuli_array::{Array, Bitmap, Column, DataType, PrimitiveArray};
use lazuli_kernels::KernelError;
use lazuli_kernels::aggregate::{DecimalSum, FloatPairMoments, pair_moments_of_groups};
use lazuli_kernels::double_double::TripleDouble;

use crate::aggregate::moment_state::{exact_parts, spread};
use crate::aggregate::quotient::quotient;
use crate::aggregate::state_column::{float64_column, int64_column, int128_column, values_of};
use crate::aggregate::valid_rows::{for_each_valid, ids_of};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Groups, RowOrder};

/// Two columns of numbers or booleans, and constants of these types, give a Float64. Both become Int64 if they fit, else
/// Float64.
pub(super) fn pair_signature(
    left: &Argument<'_>,
    right: &Argument<'_>,
    constants: &[DataType],
    expected: &str,
) -> Result<Signature, SignatureError> {
    let is_number = |data_type: &DataType| {
        data_type.is_numeric()
            || matches!(data_type, DataType::Boolean | DataType::Null | DataType::Decimal { .. })
    };
    let fits_int64 = |data_type: &DataType| {
        (data_type.is_integer() && *data_type != DataType::UInt64) || *data_type == DataType::Boolean
    };
    let types = [left.data_type, right.data_type];
    if !types.into_iter().all(is_number) {
        return Err(SignatureError::Expected(expected.into()));
    }
    let common = if types.into_iter().all(fits_int64) { DataType::Int64 } else { DataType::Float64 };
    let inputs = [&[common.clone(), common], constants].concat();
    Ok(Signature { inputs, output: DataType::Float64 })
}

/// Sums of products about the means, times the count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spreads {
    count: i64,
    left: f64,
    right: f64,
    both: f64,
    /// `both` without rounding, if 128 bits hold it.
    both_exact: Option<i128>,
}

impl Spreads {
    pub(super) fn correlation(&self) -> f64 {
        // Also false for NaN.
        if !(self.left > 0.0 && self.right > 0.0) {
            return f64::NAN;
        }
        let squares = self.left * self.right;
        // The square root of a square is exact, so columns that are equal correlate by 1.
        let correlation = match squares.is_normal() {
            true => self.both / squares.sqrt(),
            false => self.both / self.left.sqrt() / self.right.sqrt(),
        };
        // A rounding must not take it out of its range; NaN stays.
        correlation.clamp(-1.0, 1.0)
    }

    pub(super) fn covariance(&self, ddof: u8) -> Option<f64> {
        let divisor = self.count - i64::from(ddof);
        if divisor <= 0 {
            return None;
        }
        Some(match self.both_exact {
            Some(both) => {
                quotient(both, i128::from(self.count).unsigned_abs() * u128::from(divisor.unsigned_abs()))
            }
            None => self.both / (self.count as f64 * divisor as f64),
        })
    }
}

/// What makes a result of a group's sums.
type Finish = Box<dyn Fn(Spreads) -> Option<f64> + Send>;

/// States of pairs of this type, Int64 or Float64.
pub(super) fn pair_accumulator(
    data_type: &DataType,
    finish: impl Fn(Spreads) -> Option<f64> + Send + 'static,
) -> Box<dyn Accumulator> {
    let finish = Box::new(finish);
    match data_type {
        DataType::Int64 => Box::new(IntegerPairs { narrow: Vec::new(), wide: HashMap::new(), finish }),
        _ => Box::new(FloatPairs { states: Vec::new(), finish }),
    }
}

fn result_column(results: impl Iterator<Item = Option<f64>>) -> Column {
    Column::new(DataType::Float64, results.collect::<PrimitiveArray<f64>>())
}

/// Which rows have both values.
fn both_valid(inputs: &[Column]) -> Option<Bitmap> {
    match (inputs[0].validity(), inputs[1].validity()) {
        (Some(left), Some(right)) => Some(left.and(&right)),
        (one, other) => one.or(other),
    }
}

/// Calls `add` with each row's group where both values count.
#[inline]
fn for_each_pair(validity: Option<&Bitmap>, groups: Groups<'_>, mut add: impl FnMut(usize, usize)) {
    match groups {
        Groups::One { num_rows } => for_each_valid(validity, num_rows, |row| add(0, row)),
        Groups::Ids(ids) => for_each_valid(validity, ids.len(), |row| add(ids[row] as usize, row)),
    }
}

/// Sums of one group in 64 bits.
#[derive(Debug, Clone, Copy, Default)]
struct NarrowSums {
    count: i64,
    left: i64,
    right: i64,
    left_squares: i64,
    right_squares: i64,
    products: i64,
}

impl NarrowSums {
    /// Adds a pair, unless some sum would overflow.
    #[inline]
    fn try_add(&mut self, left: i64, right: i64) -> bool {
        let (left_square, over_0) = left.overflowing_mul(left);
        let (right_square, over_1) = right.overflowing_mul(right);
        let (product, over_2) = left.overflowing_mul(right);
        let (left_sum, over_3) = self.left.overflowing_add(left);
        let (right_sum, over_4) = self.right.overflowing_add(right);
        let (left_squares, over_5) = self.left_squares.overflowing_add(left_square);
        let (right_squares, over_6) = self.right_squares.overflowing_add(right_square);
        let (products, over_7) = self.products.overflowing_add(product);
        if over_0 | over_1 | over_2 | over_3 | over_4 | over_5 | over_6 | over_7 {
            return false;
        }
        let count = self.count + 1;
        *self = Self { count, left: left_sum, right: right_sum, left_squares, right_squares, products };
        true
    }
}

/// Sums of one group that no number of rows overflows.
#[derive(Debug, Clone, Copy, Default)]
struct WideSums {
    count: i64,
    left: i128,
    right: i128,
    left_squares: DecimalSum,
    right_squares: DecimalSum,
    products: DecimalSum,
}

impl WideSums {
    #[cold]
    fn add(&mut self, left: i64, right: i64) {
        let (left, right) = (i128::from(left), i128::from(right));
        self.count += 1;
        self.left += left;
        self.right += right;
        self.left_squares += left * left;
        self.right_squares += right * right;
        self.products += left * right;
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.left += other.left;
        self.right += other.right;
        self.left_squares += other.left_squares;
        self.right_squares += other.right_squares;
        self.products += other.products;
    }

    fn spreads(&self) -> Spreads {
        if let Some(spreads) = self.exact_spreads() {
            return spreads;
        }
        let sum = |value: i128| exact_parts(value.unsigned_abs()).map(|part| part * value.signum() as f64);
        let (left, right) = (sum(self.left), sum(self.right));
        let parts = |sum: DecimalSum| -> Vec<f64> {
            let (high, low) = sum.parts();
            let high =
                exact_parts(high.unsigned_abs()).map(|part| part * high.signum() as f64 * 2f64.powi(64));
            [high, exact_parts(low)].concat()
        };
        Spreads {
            count: self.count,
            left: spread(self.count, &left, &left, &parts(self.left_squares)),
            right: spread(self.count, &right, &right, &parts(self.right_squares)),
            both: spread(self.count, &left, &right, &parts(self.products)),
            both_exact: None,
        }
    }

    /// The sums about the means times the count, if 128 bits hold what they are made of: n sum x y - sum x sum y.
    fn exact_spreads(&self) -> Option<Spreads> {
        /// Below, the divisor of a covariance has the 72 bits that [`quotient`] takes.
        const COUNTS: i64 = 1 << 36;
        if self.count >= COUNTS {
            return None;
        }
        let count = i128::from(self.count);
        let about_means = |products: DecimalSum, left: i128, right: i128| {
            products.to_i128()?.checked_mul(count)?.checked_sub(left.checked_mul(right)?)
        };
        let both = about_means(self.products, self.left, self.right)?;
        Some(Spreads {
            count: self.count,
            left: about_means(self.left_squares, self.left, self.left)? as f64,
            right: about_means(self.right_squares, self.right, self.right)? as f64,
            both: both as f64,
            both_exact: Some(both),
        })
    }
}

impl From<NarrowSums> for WideSums {
    fn from(sums: NarrowSums) -> Self {
        let wide = |sum: i64| {
            let mut wide = DecimalSum::default();
            wide += i128::from(sum);
            wide
        };
        Self {
            count: sums.count,
            left: sums.left.into(),
            right: sums.right.into(),
            left_squares: wide(sums.left_squares),
            right_squares: wide(sums.right_squares),
            products: wide(sums.products),
        }
    }
}

/// Pairs of 64-bit integers.
struct IntegerPairs {
    narrow: Vec<NarrowSums>,
    /// Rows that did not fit, of the few groups that have some.
    wide: HashMap<usize, WideSums>,
    finish: Finish,
}

impl IntegerPairs {
    /// All of a group.
    fn sums(&self, group: usize) -> WideSums {
        let mut sums = WideSums::from(self.narrow[group]);
        if let Some(wide) = self.wide.get(&group) {
            sums.merge(wide);
        }
        sums
    }
}

impl Accumulator for IntegerPairs {
    fn resize(&mut self, num_groups: usize) {
        if num_groups > self.narrow.len() {
            self.narrow.resize(num_groups, NarrowSums::default());
        }
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        let [Array::Int64(left), Array::Int64(right)] = [inputs[0].array(), inputs[1].array()] else {
            unreachable!("the signature casts to Int64")
        };
        let (left, right) = (left.values(), right.values());
        let (narrow, wide) = (&mut self.narrow, &mut self.wide);
        for_each_pair(both_valid(inputs).as_ref(), groups, |group, row| {
            let (left, right) = (left[row], right[row]);
            if !narrow[group].try_add(left, right) {
                wide.entry(group).or_default().add(left, right);
            }
        });
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let sums: Vec<WideSums> = groups.map(|group| self.sums(group)).collect();
        let mut columns = vec![
            int64_column(sums.iter().map(|sums| sums.count)),
            int128_column(sums.iter().map(|sums| sums.left)),
            int128_column(sums.iter().map(|sums| sums.right)),
        ];
        let parts: [fn(&WideSums) -> DecimalSum; 3] =
            [|sums| sums.left_squares, |sums| sums.right_squares, |sums| sums.products];
        for part in parts {
            columns.push(int128_column(sums.iter().map(|sums| part(sums).parts().0)));
            columns.push(int128_column(sums.iter().map(|sums| part(sums).parts().1.cast_signed())));
        }
        Ok(columns)
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        let counts = values_of::<i64>(&state[0]);
        let parts: Vec<&[i128]> = state[1..].iter().map(values_of).collect();
        for (row, &count) in counts.iter().enumerate() {
            let sum =
                |part: usize| DecimalSum::from_parts(parts[part][row], parts[part + 1][row].cast_unsigned());
            let sums = WideSums {
                count,
                left: parts[0][row],
                right: parts[1][row],
                left_squares: sum(2),
                right_squares: sum(4),
                products: sum(6),
            };
            let group = groups.id(row);
            if !merge_narrow(&mut self.narrow[group], &sums) {
                self.wide.entry(group).or_default().merge(&sums);
            }
        }
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        Ok(result_column(groups.map(|group| (self.finish)(self.sums(group).spreads()))))
    }

    fn memory_bytes(&self) -> usize {
        self.narrow.capacity() * size_of::<NarrowSums>()
            + self.wide.capacity() * size_of::<(usize, WideSums)>()
    }
}

/// Adds sums if all fit.
fn merge_narrow(narrow: &mut NarrowSums, sums: &WideSums) -> bool {
    let added = |own: i64, other: Option<i128>| i64::try_from(i128::from(own).checked_add(other?)?).ok();
    let merged = || {
        Some(NarrowSums {
            count: narrow.count + sums.count,
            left: added(narrow.left, Some(sums.left))?,
            right: added(narrow.right, Some(sums.right))?,
            left_squares: added(narrow.left_squares, sums.left_squares.to_i128())?,
            right_squares: added(narrow.right_squares, sums.right_squares.to_i128())?,
            products: added(narrow.products, sums.products.to_i128())?,
        })
    };
    let Some(merged) = merged() else { return false };
    *narrow = merged;
    true
}

/// What is made of the sums of one group of floats.
fn float_spreads(moments: &FloatPairMoments) -> Spreads {
    /// Products above this have no room for what is computed from them; a power of 2 changes no digits.
    const LARGE: f64 = 1e250;
    const SHRINK: f64 = 1.0 / (1u128 << 127) as f64;
    let [left, right, left_squares, right_squares, products] = moments.sums.map(TripleDouble::parts);
    let all = [left, right, left_squares, right_squares, products];
    let undefined =
        Spreads { count: moments.count, left: f64::NAN, right: f64::NAN, both: f64::NAN, both_exact: None };
    if all.iter().any(|sum| !sum[0].is_finite()) {
        return undefined;
    }
    let is_large = left_squares[0].max(right_squares[0]) >= LARGE;
    let shrink = if is_large { SHRINK } else { 1.0 };
    let scaled = |sum: [f64; 3], scale: f64| sum.map(|part| part * scale);
    let (left, right) = (scaled(left, shrink), scaled(right, shrink));
    let about_means = |left: &[f64; 3], right: &[f64; 3], products: [f64; 3]| {
        spread(moments.count, left, right, &scaled(scaled(products, shrink), shrink)) / shrink / shrink
    };
    Spreads {
        left: about_means(&left, &left, left_squares).max(0.0),
        right: about_means(&right, &right, right_squares).max(0.0),
        both: about_means(&left, &right, products),
        ..undefined
    }
}

/// Pairs of floats.
struct FloatPairs {
    states: Vec<FloatPairMoments>,
    finish: Finish,
}

impl Accumulator for FloatPairs {
    fn resize(&mut self, num_groups: usize) {
        if num_groups > self.states.len() {
            self.states.resize(num_groups, FloatPairMoments::default());
        }
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        let [Array::Float64(left), Array::Float64(right)] = [inputs[0].array(), inputs[1].array()] else {
            unreachable!("the signature casts to Float64")
        };
        let (left, right) = (left.values(), right.values());
        pair_moments_of_groups(left, right, both_valid(inputs).as_ref(), ids_of(groups), &mut self.states);
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let states = &self.states[groups];
        let mut columns = vec![int64_column(states.iter().map(|state| state.count))];
        for sum in 0..5 {
            for part in 0..3 {
                columns.push(float64_column(states.iter().map(|state| state.sums[sum].parts()[part])));
            }
        }
        Ok(columns)
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        let counts = values_of::<i64>(&state[0]);
        let parts: Vec<&[f64]> = state[1..].iter().map(values_of).collect();
        for (row, &count) in counts.iter().enumerate() {
            let sum = |sum: usize| TripleDouble::from_parts([0, 1, 2].map(|part| parts[3 * sum + part][row]));
            let other = FloatPairMoments { count, sums: [0, 1, 2, 3, 4].map(sum) };
            self.states[groups.id(row)].merge(&other);
        }
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        Ok(result_column(self.states[groups].iter().map(|state| (self.finish)(float_spreads(state)))))
    }

    fn memory_bytes(&self) -> usize {
        self.states.capacity() * size_of::<FloatPairMoments>()
    }
}

#[cfg(test)]
mod tests;
