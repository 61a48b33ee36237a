//! `skew`, `kurtosis` and `entropy`: numbers made of all values of a group at once.
//!
//! Values are kept, since what is summed up needs their mean; sums do not depend on the order of rows. Whole columns of one
//! group are kept where they lie.

use std::any::Any;
use std::ops::Range;

use lazuli_array::{Array, Column, DataType, PrimitiveArray};
use lazuli_kernels::KernelError;
use lazuli_kernels::double_double::{TripleDouble, sum_f64};

use crate::aggregate::value_lists::ValueLists;
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, with_columns};
use crate::{Accumulator, Aggregate, Groups, RowOrder};

/// A number that says how values lie, a Float64; null of nothing.
///
/// | name | gives | constants |
/// |---|---|---|
/// | `skew` | the third moment about the mean over the third power of the deviation | whether to keep the bias (true) |
/// | `kurtosis` | the fourth over the fourth, less 3 | whether 3 is taken away (true), whether to keep the bias (true) |
/// | `entropy` | minus the sum of p log p | the base (e), whether values are shares of their sum first (true) |
///
/// Equal values have no skew and no kurtosis, NaN. Without the bias, fewer than three, or four, values give null.
#[derive(Debug)]
pub struct Shape {
    pub(super) name: &'static str,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Skew,
    Kurtosis,
    Entropy,
}

const EXPECTED: &str = "one column of numbers or booleans, and maybe constants";

/// Values, in any number of parts and any order.
type Parts<'a> = [&'a [f64]];

/// What is made of values.
type Finish = Box<dyn Fn(&Parts<'_>) -> Option<f64> + Send>;

impl Shape {
    fn finish(&self, arguments: &[Argument<'_>]) -> Result<Finish, SignatureError> {
        let mut options = Options::behind(1, arguments, EXPECTED)?;
        let finish: Finish = match self.what {
            What::Skew => {
                let bias = options.boolean(true)?;
                Box::new(move |values: &Parts<'_>| skew(values, bias))
            }
            What::Kurtosis => {
                let (fisher, bias) = (options.boolean(true)?, options.boolean(true)?);
                Box::new(move |values: &Parts<'_>| kurtosis(values, fisher, bias))
            }
            What::Entropy => {
                let base = options.number()?.unwrap_or(std::f64::consts::E);
                let normalize = options.boolean(true)?;
                if !(base > 0.0 && base != 1.0) {
                    let reason = format!("the base of a logarithm is above 0 and not 1, so not {base}");
                    return Err(SignatureError::InvalidArgument(reason));
                }
                Box::new(move |values: &Parts<'_>| Some(entropy(values, base, normalize)))
            }
        };
        options.end()?;
        Ok(finish)
    }
}

impl Aggregate for Shape {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        drop(self.finish(arguments)?);
        match arguments[0].data_type {
            DataType::Null | DataType::Boolean => {}
            number if number.is_numeric() => {}
            _ => return Err(SignatureError::Expected(EXPECTED.into())),
        }
        Ok(with_columns(arguments, &[DataType::Float64], DataType::Float64))
    }

    fn skips_nulls(&self) -> bool {
        true
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let finish = self.finish(arguments).expect("the signature read the constants");
        Box::new(Shapes { finish, whole: Vec::new(), lists: ValueLists::new(), num_groups: 0 })
    }
}

/// The values of all groups.
struct Shapes {
    finish: Finish,
    /// Columns without nulls whose rows are all of group 0.
    whole: Vec<PrimitiveArray<f64>>,
    /// All other values.
    lists: ValueLists<f64>,
    num_groups: usize,
}

impl Shapes {
    /// All values as lists.
    fn as_lists(&self) -> ValueLists<f64> {
        let mut lists = ValueLists::new();
        lists.resize(self.num_groups);
        let groups: Vec<u32> = (0..self.num_groups as u32).collect();
        lists.extend_from_column(&self.lists.to_column(0..self.num_groups), Groups::Ids(&groups));
        for values in &self.whole {
            lists.extend(values, Groups::One { num_rows: values.len() }, |value| value);
        }
        lists
    }
}

impl Accumulator for Shapes {
    fn resize(&mut self, num_groups: usize) {
        self.num_groups = self.num_groups.max(num_groups);
        self.lists.resize(num_groups);
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        match (inputs[0].array(), groups) {
            (Array::Float64(array), Groups::One { .. }) if inputs[0].validity().is_none() => {
                self.whole.push(array.clone());
            }
            (Array::Float64(array), _) => self.lists.extend(array, groups, |value| value),
            _ => unreachable!("the signature casts to Float64"),
        }
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let lists = if self.whole.is_empty() { &self.lists } else { &self.as_lists() };
        Ok(vec![lists.to_column(groups)])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        self.lists.extend_from_column(&state[0], groups);
        Ok(())
    }

    fn absorb(&mut self, other: &mut dyn Accumulator) -> Result<bool, KernelError> {
        let Some(other) = (other as &mut dyn Any).downcast_mut::<Self>() else { return Ok(false) };
        let absorbed = self.lists.absorb(&mut other.lists);
        if absorbed {
            self.whole.append(&mut other.whole);
        }
        Ok(absorbed)
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        let has_whole = !self.whole.is_empty() && groups.contains(&0);
        let mut results: Vec<Option<f64>> = self
            .lists
            .map(groups.clone(), |values| (self.finish)(&[values]))
            .into_iter()
            .map(Option::flatten)
            .collect();
        if has_whole {
            let listed = self.lists.map(0..1, |values| values.to_vec()).pop().flatten().unwrap_or_default();
            let whole = self.whole.iter().map(|values| values.values());
            let parts: Vec<&[f64]> = whole.chain([&*listed]).filter(|part| !part.is_empty()).collect();
            results[0] = if parts.is_empty() { None } else { (self.finish)(&parts) };
        }
        Ok(Column::new(DataType::Float64, results.into_iter().collect::<PrimitiveArray<f64>>()))
    }

    fn memory_bytes(&self) -> usize {
        let whole: usize = self.whole.iter().map(PrimitiveArray::memory_bytes).sum();
        self.lists.memory_bytes() + whole
    }
}

fn count(parts: &Parts<'_>) -> usize {
    parts.iter().map(|part| part.len()).sum()
}

fn sum(parts: &Parts<'_>) -> f64 {
    let mut sum = TripleDouble::default();
    parts.iter().for_each(|part| sum.add_double_double(sum_f64(part, None)));
    sum.total().to_f64()
}

/// So many values have their powers side by side.
const BLOCK: usize = 1024;

/// The moments about the mean of orders 2, 3 and 4.
fn moments(parts: &Parts<'_>) -> [f64; 3] {
    let count = count(parts) as f64;
    let mean = sum(parts) / count;
    // A mean of equal values may be rounded away from them.
    let Some(first) = parts.iter().find_map(|part| part.first()) else { return [f64::NAN; 3] };
    if parts.iter().all(|part| part.iter().all(|value| value == first)) {
        return [0.0; 3];
    }
    let mut powers = [[0.0; BLOCK]; 3];
    let mut sums = [TripleDouble::default(); 3];
    for block in parts.iter().flat_map(|part| part.chunks(BLOCK)) {
        let [squares, cubes, fourths] = &mut powers;
        for (place, value) in block.iter().enumerate() {
            let distance = value - mean;
            let square = distance * distance;
            (squares[place], cubes[place], fourths[place]) = (square, square * distance, square * square);
        }
        for (sum, powers) in sums.iter_mut().zip(&powers) {
            sum.add_double_double(sum_f64(&powers[..block.len()], None));
        }
    }
    sums.map(|sum| sum.total().to_f64() / count)
}

/// The skewness of values; `None` for too few.
pub(crate) fn skew(parts: &Parts<'_>, bias: bool) -> Option<f64> {
    let values = count(parts);
    let count = values as f64;
    let [second, third, _] = moments(parts);
    let biased = third / second.powf(1.5);
    match bias {
        true => Some(biased),
        false if values < 3 => None,
        false => Some(biased * (count * (count - 1.0)).sqrt() / (count - 2.0)),
    }
}

/// The kurtosis of values; `None` for too few.
pub(crate) fn kurtosis(parts: &Parts<'_>, fisher: bool, bias: bool) -> Option<f64> {
    let values = count(parts);
    let count = values as f64;
    let [second, _, fourth] = moments(parts);
    let biased = fourth / (second * second);
    let pearson = match bias {
        true => biased,
        false if values < 4 => return None,
        false => {
            let factor = (count - 1.0) / ((count - 2.0) * (count - 3.0));
            factor * ((count + 1.0) * biased - 3.0 * (count - 1.0)) + 3.0
        }
    };
    Some(if fisher { pearson - 3.0 } else { pearson })
}

fn entropy(parts: &Parts<'_>, base: f64, normalize: bool) -> f64 {
    let total = if normalize { sum(parts) } else { 1.0 };
    let term = |value: &f64| {
        let share = value / total;
        share * share.ln()
    };
    let terms: Vec<f64> = parts.iter().flat_map(|part| part.iter()).map(term).collect();
    let entropy = -sum(&[&terms]) / base.ln();
    // Not -0.0.
    entropy + 0.0
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar};

    use crate::Literal;
    use crate::aggregate::tests::{refuses, result_of};
    use crate::aggregate::{AggregateRef, ENTROPY, KURTOSIS, SKEW};

    fn of(aggregate: &AggregateRef, constants: &[Scalar], values: &[f64]) -> Option<f64> {
        let constants: Vec<Literal> = constants.iter().cloned().map(Literal::typed).collect();
        let column = Column::from_values(values.iter().copied());
        match result_of(aggregate, &constants, &column).expect("it does not fail") {
            Scalar::Float64(value) => Some(value),
            _ => None,
        }
    }

    #[test]
    fn known_values() {
        let (yes, no) = (Scalar::Boolean(true), Scalar::Boolean(false));
        let cases: [(Option<f64>, f64); 9] = [
            (of(&SKEW, &[], &[1.0, 2.0, 4.0]), 0.381_801_774_160_605_9),
            (of(&SKEW, std::slice::from_ref(&no), &[1.0, 2.0, 4.0, 9.0]), 1.330_937_732_247_670_3),
            (of(&KURTOSIS, &[], &[1.0, 2.0, 4.0, 9.0]), -1.0),
            (of(&KURTOSIS, std::slice::from_ref(&no), &[1.0, 2.0, 4.0, 9.0]), 2.0),
            (of(&KURTOSIS, &[yes, no.clone()], &[1.0, 2.0, 4.0, 9.0]), 1.5),
            (of(&ENTROPY, &[], &[1.0, 2.0, 3.0]), 1.011_404_264_707_351_8),
            (of(&ENTROPY, &[Scalar::Float64(2.0)], &[1.0, 2.0, 3.0]), 1.459_147_917_027_244_8),
            (of(&ENTROPY, &[Scalar::Null, no.clone()], &[0.2, 0.3]), 0.683_079_423_784_601),
            (of(&ENTROPY, &[], &[1.0]), 0.0),
        ];
        for (number, (found, expected)) in cases.into_iter().enumerate() {
            assert!(found.is_some_and(|found| (found - expected).abs() < 1e-12), "{number}: {found:?}");
        }
        assert_eq!(of(&SKEW, &[], &[]), None);
        assert!(of(&SKEW, &[], &[0.1, 0.1, 0.1]).is_some_and(f64::is_nan));
        assert_eq!(of(&SKEW, std::slice::from_ref(&no), &[1.0, 2.0]), None);
        assert_eq!(of(&KURTOSIS, &[Scalar::Boolean(true), no], &[1.0, 2.0, 3.0]), None);
        assert!(refuses(&SKEW, &DataType::Date));
    }
}
