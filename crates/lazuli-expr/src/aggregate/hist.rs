//! `hist`.

use std::ops::Range;

use lazuli_array::{Array, Column, DataType, ListArray, PrimitiveArray, Scalar};
use lazuli_kernels::{KernelError, bins};

use crate::function::options::{items_as, list, literal, whole};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate, Expr, Groups, Literal, RowOrder};

/// How many numbers lie in each of several bins, as a list of Int64. Null, NaN and what lies outside do not count.
///
/// The second argument is a constant: a list of ascending breaks, or a number of bins of equal width from the least number
/// to the greatest. A bin holds its upper end, the first one its lower end too.
///
/// Bins of equal width keep all numbers of a group in memory, since they are not known before the last one is.
#[derive(Debug)]
pub struct Hist;

/// Where bins begin and end.
enum Bins {
    At(Vec<f64>),
    Even(usize),
}

impl Bins {
    fn of(value: &Scalar) -> Result<Self, SignatureError> {
        let invalid = |reason: &str| SignatureError::InvalidArgument(reason.into());
        let Some(items) = list(Some(value)) else {
            return match whole(value) {
                Some(count @ 1..=1_000_000) => Ok(Self::Even(count as usize)),
                Some(_) => Err(invalid("there are from 1 to 1000000 bins")),
                None => Err(invalid("bins are a constant list of breaks, or a constant number of bins")),
            };
        };
        let breaks = items_as(items, &DataType::Float64)?;
        let breaks: Option<Vec<f64>> = (0..breaks.len())
            .map(|row| match breaks.get(row) {
                Scalar::Float64(value) if !value.is_nan() => Some(value),
                _ => None,
            })
            .collect();
        let breaks = breaks.ok_or_else(|| invalid("breaks can't be null or NaN"))?;
        if breaks.len() < 2 || breaks.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(invalid("there are at least two breaks, and they ascend"));
        }
        Ok(Self::At(breaks))
    }
}

fn expected() -> SignatureError {
    SignatureError::Expected("one column of numbers, and constant breaks or a number of bins".into())
}

impl Aggregate for Hist {
    fn name(&self) -> &'static str {
        "hist"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [input, _] = arguments else { return Err(expected()) };
        if !input.data_type.is_numeric() && *input.data_type != DataType::Null {
            return Err(expected());
        }
        Bins::of(literal(arguments, 1).ok_or_else(expected)?)?;
        let mut signature = Signature::unchanged(arguments, DataType::List(Box::new(DataType::Int64)));
        if !input.data_type.is_integer() {
            signature.inputs[0] = DataType::Float64;
        }
        Ok(signature)
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        match literal(arguments, 1).map(Bins::of) {
            Some(Ok(Bins::At(breaks))) => Box::new(Counts::new(breaks)),
            Some(Ok(Bins::Even(bins))) => Box::new(Values { bins, groups: Vec::new() }),
            _ => unreachable!("the signature accepted the bins"),
        }
    }
}

/// Lists of as many items each.
fn lists(items: Vec<i64>, each: usize) -> Column {
    let groups = items.len().checked_div(each).unwrap_or(0);
    let offsets: Vec<i64> = (0..=groups as i64).map(|group| group * each as i64).collect();
    let items = PrimitiveArray::from_vec(items);
    let data_type = DataType::List(Box::new(DataType::Int64));
    Column::new(data_type, ListArray::new(offsets.into(), items.into(), None))
}

/// Counts of bins that are known.
struct Counts {
    breaks: Vec<f64>,
    /// One count for each bin of each group.
    counts: Vec<i64>,
}

impl Counts {
    fn new(breaks: Vec<f64>) -> Self {
        Self { breaks, counts: Vec::new() }
    }

    fn num_bins(&self) -> usize {
        self.breaks.len() - 1
    }

    fn add(&mut self, column: &Column, group: impl Fn(usize) -> usize) -> Result<(), KernelError> {
        let breaks = Column::new(DataType::Float64, PrimitiveArray::from_vec(self.breaks.clone()));
        let beyond = bins(column, &breaks, true)?;
        // What is not beyond the first break may still be at it.
        let at_or_beyond = bins(column, &breaks.sliced(0, 1), false)?;
        let validity = column.validity();
        let num_bins = self.num_bins();
        for (row, (&beyond, &reaches)) in beyond.iter().zip(&at_or_beyond).enumerate() {
            let beyond = beyond as usize;
            let is_inside = reaches > 0 && beyond <= num_bins;
            if is_inside && validity.as_ref().is_none_or(|validity| validity.get(row)) {
                self.counts[group(row) * num_bins + beyond.saturating_sub(1)] += 1;
            }
        }
        Ok(())
    }
}

impl Accumulator for Counts {
    fn resize(&mut self, num_groups: usize) {
        let length = (num_groups * self.num_bins()).max(self.counts.len());
        self.counts.resize(length, 0);
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        self.add(&inputs[0], |row| groups.id(row))
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        Ok(vec![self.finish(groups)?])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        let num_bins = self.num_bins();
        for (row, items) in items_of(&state[0]).enumerate() {
            let start = groups.id(row) * num_bins;
            let counts = self.counts[start..start + num_bins].iter_mut();
            if let Array::Int64(items) = items {
                counts.zip(items.values()).for_each(|(count, more)| *count += more);
            }
        }
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        let num_bins = self.num_bins();
        Ok(lists(self.counts[groups.start * num_bins..groups.end * num_bins].to_vec(), num_bins))
    }

    fn memory_bytes(&self) -> usize {
        self.counts.capacity() * size_of::<i64>()
    }
}

/// The items of each list of a state.
fn items_of(lists: &Column) -> impl Iterator<Item = Array> + '_ {
    let Array::List(array) = lists.array() else { panic!("states are lists") };
    array.iter().map(|items| items.expect("no state is null"))
}

/// All finite numbers of each group, of which bins of equal width are made.
struct Values {
    bins: usize,
    groups: Vec<Vec<f64>>,
}

impl Values {
    /// Breaks from the least number to the greatest; half around a single one, from 0 to 1 for none.
    fn breaks(&self, values: &[f64]) -> Vec<f64> {
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if values.is_empty() {
            (0.0, 1.0)
        } else if least == greatest {
            (least - 0.5, least + 0.5)
        } else {
            (least, greatest)
        };
        let width = (high - low) / self.bins as f64;
        let breaks = (0..self.bins).map(|bin| low + width * bin as f64);
        breaks.chain([high]).collect()
    }
}

impl Accumulator for Values {
    fn resize(&mut self, num_groups: usize) {
        let length = num_groups.max(self.groups.len());
        self.groups.resize_with(length, Vec::new);
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        let column = lazuli_kernels::cast::cast(
            &inputs[0],
            &DataType::Float64,
            lazuli_kernels::cast::CastMode::Strict,
        )?;
        if let Array::Float64(array) = column.array() {
            for (row, value) in array.iter().enumerate() {
                if let Some(value) = value.filter(|value| value.is_finite()) {
                    self.groups[groups.id(row)].push(value);
                }
            }
        }
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let mut offsets = vec![0i64];
        let mut values = Vec::new();
        for group in &self.groups[groups] {
            values.extend_from_slice(group);
            offsets.push(values.len() as i64);
        }
        let values = PrimitiveArray::from_vec(values);
        let lists = ListArray::new(offsets.into(), values.into(), None);
        Ok(vec![Column::new(DataType::List(Box::new(DataType::Float64)), lists)])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        for (row, items) in items_of(&state[0]).enumerate() {
            if let Array::Float64(items) = items {
                self.groups[groups.id(row)].extend_from_slice(items.values());
            }
        }
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        let mut items = Vec::with_capacity(groups.len() * self.bins);
        for values in &self.groups[groups] {
            let mut counts = Counts::new(self.breaks(values));
            counts.resize(1);
            counts.add(&Column::new(DataType::Float64, PrimitiveArray::from_vec(values.clone())), |_| 0)?;
            items.extend(counts.counts);
        }
        Ok(lists(items, self.bins))
    }

    fn memory_bytes(&self) -> usize {
        let values: usize = self.groups.iter().map(Vec::capacity).sum();
        values * size_of::<f64>() + self.groups.capacity() * size_of::<Vec<f64>>()
    }
}

impl Expr {
    /// How many numbers lie in each bin between ascending `breaks`, as a list. A bin holds its upper end, the first one its
    /// lower end too; null, NaN and what lies outside do not count.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("age").hist_evenly(5).to_string(), "hist(age, 5)");
    /// ```
    pub fn hist(self, breaks: impl IntoIterator<Item = f64>) -> Self {
        let breaks = Literal::list(breaks.into_iter().map(Scalar::Float64));
        let breaks = breaks.unwrap_or_else(|| Literal::typed(Scalar::Null));
        Self::Aggregate { aggregate: super::HIST, inputs: vec![self, Self::Literal(breaks)] }
    }

    /// As [`Expr::hist`], in so many bins of equal width from the least finite number to the greatest.
    pub fn hist_evenly(self, num_bins: u32) -> Self {
        let num_bins = Self::Literal(Literal::typed(Scalar::UInt32(num_bins)));
        Self::Aggregate { aggregate: super::HIST, inputs: vec![self, num_bins] }
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;

    use super::*;
    use crate::aggregate::HIST;
    use crate::aggregate::tests::check;

    fn counts(values: &[i64]) -> Scalar {
        Scalar::List(Box::new(Column::from_values(values.iter().copied())))
    }

    fn breaks(values: &[f64]) -> Literal {
        Literal::list(values.iter().copied().map(Scalar::Float64)).unwrap()
    }

    #[test]
    fn numbers_in_bins() {
        let floats = Column::from_values(
            [Some(0.0), Some(1.0), Some(1.5), None, Some(f64::NAN), Some(-1.0), Some(9.0), Some(2.0)]
                .into_iter(),
        );
        let integers = Column::from_values((1i64..11).filter(|value| *value != 8));
        check(
            &HIST,
            &[breaks(&[0.0, 1.0, 2.0])],
            &[(floats, counts(&[2, 2])), (integers.clone(), counts(&[1, 1]))],
        );
        let three = [Literal::typed(Scalar::Int32(3))];
        let same = Column::from_values([1.0; 3].into_iter());
        let nothing = Column::from_values([None::<f64>].into_iter());
        let infinite = Column::from_values([f64::INFINITY, 1.0].into_iter());
        let cases = [
            (integers, counts(&[4, 3, 2])),
            (same, counts(&[0, 3, 0])),
            (nothing, counts(&[0, 0, 0])),
            (infinite, counts(&[0, 1, 0])),
        ];
        check(&HIST, &three, &cases);
    }

    #[test]
    fn bins_are_checked() {
        let number = Argument { data_type: &DataType::Int64, literal: None };
        let accepts = |literal: Literal| {
            let constant = Argument { data_type: &literal.data_type, literal: Some(&literal) };
            HIST.signature(&[number, constant]).is_ok()
        };
        assert!(accepts(breaks(&[0.0, 1.0])) && accepts(Literal::typed(Scalar::Float64(3.0))));
        for breaks in [breaks(&[0.0]), breaks(&[1.0, 0.0]), breaks(&[1.0, 1.0]), breaks(&[0.0, f64::NAN])] {
            assert!(!accepts(breaks));
        }
        for count in [Scalar::Int32(0), Scalar::Float64(1.5), Scalar::Null, Scalar::Int32(i32::MAX)] {
            assert!(!accepts(Literal::typed(count)));
        }
    }
}
