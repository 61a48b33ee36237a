//! Random numbers by seed and place: `random_uniform`, `random_normal`, `random_int`, `random_sample`, `shuffle`.
//!
//! The generator is SplitMix64 (Steele, Lea, Flood 2014), and stays so: a seed gives the same numbers in every version, on
//! every machine, on any number of threads. Each partition has a stream of its own, which begins where seed and number of
//! the partition (in order of first appearance) say; the row at place `i` of a partition gets the `i`-th number of it.

use std::f64::consts::TAU;

use lazuli_array::{Array, BooleanArray, Column, DataType, PrimitiveArray};
use lazuli_kernels::{KernelError, take_column};

use super::{Partitions, WindowFunction};
use crate::function::options::{literal, number, whole};
use crate::function::{Argument, Signature, SignatureError};
use crate::split_mix::{self, mixed};

/// The numbers of one partition.
#[derive(Debug, Clone, Copy)]
struct Stream {
    start: u64,
}

impl Stream {
    fn new(seed: i64, partition: u32) -> Self {
        Self { start: mixed(mixed(seed as u64).wrapping_add(partition.into())) }
    }

    /// The number at a place: SplitMix64 jumps as fast as it walks.
    fn bits(self, place: u64) -> u64 {
        split_mix::number(self.start, place)
    }

    /// At least 0 and below 1.
    fn share(self, place: u64) -> f64 {
        (self.bits(place) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Below `limit`, by multiply and shift (Lemire 2019); no number is more likely than another by more than
    /// `limit` / 2^64.
    fn below(self, place: u64, limit: u64) -> u64 {
        ((u128::from(self.bits(place)) * u128::from(limit)) >> 64) as u64
    }
}

/// How random numbers spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Evenly between two numbers, the upper one left out: Float64.
    Uniform,
    /// Around a mean with a standard deviation, as the bell curve says: Float64.
    Normal,
    /// Evenly among whole numbers, the upper one left out: Int64.
    Integer,
}

/// A random number for each row, by a seed and the row's place. Arguments are constants: two numbers that say which, and
/// the seed.
#[derive(Debug)]
pub struct Random(pub(super) Spread);

impl Random {
    fn expected(&self) -> SignatureError {
        let text = match self.0 {
            Spread::Uniform => "the least number, one above it that is left out, and a seed, all constant",
            Spread::Normal => "a mean, a standard deviation of at least 0, and a seed, all constant",
            Spread::Integer => {
                "the least whole number, one above it that is left out, and a seed, all constant"
            }
        };
        SignatureError::Expected(text.into())
    }

    fn constants(&self, arguments: &[Argument<'_>]) -> Option<(f64, f64, i64)> {
        let [_, _, _] = arguments else { return None };
        let first = number(literal(arguments, 0)?).filter(|value| value.is_finite())?;
        let second = number(literal(arguments, 1)?).filter(|value| value.is_finite())?;
        let fits = match self.0 {
            Spread::Uniform => first < second && (second - first).is_finite(),
            Spread::Normal => second >= 0.0,
            Spread::Integer => whole(literal(arguments, 0)?)? < whole(literal(arguments, 1)?)?,
        };
        fits.then(|| whole(literal(arguments, 2)?).map(|seed| (first, second, seed)))?
    }
}

impl WindowFunction for Random {
    fn name(&self) -> &'static str {
        match self.0 {
            Spread::Uniform => "random_uniform",
            Spread::Normal => "random_normal",
            Spread::Integer => "random_int",
        }
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        self.constants(arguments).ok_or_else(|| self.expected())?;
        let output = if self.0 == Spread::Integer { DataType::Int64 } else { DataType::Float64 };
        Ok(Signature::unchanged(arguments, output))
    }

    fn num_columns(&self) -> usize {
        0
    }

    fn counts_partitions(&self) -> bool {
        true
    }

    fn evaluate(
        &self,
        _: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let unsupported =
            || KernelError::unsupported(self.name(), arguments.iter().map(|argument| argument.data_type));
        let (first, second, seed) = self.constants(arguments).ok_or_else(unsupported)?;
        let array: Array = match self.0 {
            Spread::Uniform => PrimitiveArray::from_vec(each_row(partitions, seed, |stream, place| {
                let value = first + (second - first) * stream.share(place);
                // Rounding may reach the upper end, which is left out.
                if value < second { value } else { second.next_down() }
            }))
            .into(),
            Spread::Normal => PrimitiveArray::from_vec(each_row(partitions, seed, |stream, place| {
                // Box and Muller 1958: a radius and an angle, of two numbers.
                let radius = (-2.0 * (1.0 - stream.share(2 * place)).ln()).sqrt();
                first + second * radius * (TAU * stream.share(2 * place + 1)).cos()
            }))
            .into(),
            Spread::Integer => {
                let bound = |index: usize| literal(arguments, index).and_then(whole).ok_or_else(unsupported);
                let (low, high) = (bound(0)?, bound(1)?);
                let limit = high.wrapping_sub(low) as u64;
                PrimitiveArray::from_vec(each_row(partitions, seed, |stream, place| {
                    low.wrapping_add(stream.below(place, limit) as i64)
                }))
                .into()
            }
        };
        let output = if self.0 == Spread::Integer { DataType::Int64 } else { DataType::Float64 };
        Ok(Column::new(output, array))
    }
}

/// `of` each row's stream and place.
fn each_row<T: Copy + Default>(
    partitions: &Partitions<'_>,
    seed: i64,
    of: impl Fn(Stream, u64) -> T,
) -> Vec<T> {
    let mut values = vec![T::default(); partitions.num_rows()];
    let ids = partitions.ids();
    let only = Stream::new(seed, partitions.number(0));
    partitions.visit(0u64, |place, row| {
        let stream = ids.get(row).map_or(only, |&partition| Stream::new(seed, partitions.number(partition)));
        values[row] = of(stream, *place);
        *place += 1;
    });
    values
}

/// The rows of a partition in a random order: Fisher and Yates, from the last row to the first.
fn shuffled(rows: &[u32], stream: Stream) -> Vec<u32> {
    let mut shuffled = rows.to_vec();
    for last in (1..shuffled.len()).rev() {
        shuffled.swap(last, stream.below(last as u64, last as u64 + 1) as usize);
    }
    shuffled
}

/// Whether a row is one of a random sample of its partition, which has just as many rows as asked for. Arguments are
/// constants: a whole number of rows, or a share of them from 0.0 to 1.0, which is rounded to the nearest number of rows;
/// and the seed.
#[derive(Debug)]
pub struct Sample;

/// How many rows a sample has.
enum Size {
    Rows(u64),
    Share(f64),
}

fn sample(arguments: &[Argument<'_>]) -> Option<(Size, i64)> {
    let [size, _] = arguments else { return None };
    let value = literal(arguments, 0)?;
    let size = if size.data_type.is_integer() {
        Size::Rows(u64::try_from(whole(value)?).ok()?)
    } else {
        Size::Share(number(value).filter(|share| (0.0..=1.0).contains(share))?)
    };
    Some((size, whole(literal(arguments, 1)?)?))
}

impl WindowFunction for Sample {
    fn name(&self) -> &'static str {
        "random_sample"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        sample(arguments).ok_or_else(|| {
            let text = "a whole number of rows or a share of them from 0.0 to 1.0, and a seed, both constant";
            SignatureError::Expected(text.into())
        })?;
        Ok(Signature::unchanged(arguments, DataType::Boolean))
    }

    fn num_columns(&self) -> usize {
        0
    }

    fn counts_partitions(&self) -> bool {
        true
    }

    fn evaluate(
        &self,
        _: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let (size, seed) = sample(arguments).ok_or_else(|| {
            KernelError::unsupported("random_sample", arguments.iter().map(|argument| argument.data_type))
        })?;
        let mut is_chosen = vec![false; partitions.num_rows()];
        for (partition, rows) in partitions.iter().enumerate() {
            let chosen = match size {
                Size::Rows(rows) => usize::try_from(rows).unwrap_or(usize::MAX),
                Size::Share(share) => (share * rows.len() as f64).round() as usize,
            };
            let order = shuffled(rows, Stream::new(seed, partitions.number(partition as u32)));
            order.iter().take(chosen).for_each(|&row| is_chosen[row as usize] = true);
        }
        let bits = BooleanArray::new(is_chosen.into_iter().collect(), None);
        Ok(Column::new(DataType::Boolean, bits))
    }
}

/// The values of each partition in a random order, by a constant seed.
#[derive(Debug)]
pub struct Shuffle;

impl WindowFunction for Shuffle {
    fn name(&self) -> &'static str {
        "shuffle"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [input, _] if literal(arguments, 1).and_then(whole).is_some() => {
                Ok(Signature::unchanged(arguments, input.data_type.clone()))
            }
            _ => Err(SignatureError::Expected("one column and a constant seed".into())),
        }
    }

    fn counts_partitions(&self) -> bool {
        true
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let seed = literal(arguments, 1)
            .and_then(whole)
            .ok_or_else(|| KernelError::unsupported("shuffle", [arguments[1].data_type]))?;
        let mut sources = vec![0u32; partitions.num_rows()];
        for (partition, rows) in partitions.iter().enumerate() {
            for (&row, source) in
                rows.iter().zip(shuffled(rows, Stream::new(seed, partitions.number(partition as u32))))
            {
                sources[row as usize] = source;
            }
        }
        Ok(take_column(&inputs[0], &sources))
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, Scalar};

    use super::*;
    use crate::Literal;

    fn run(spread: Spread, constants: [Scalar; 3], partitions: &Partitions<'_>) -> Vec<Scalar> {
        let literals = constants.map(Literal::typed);
        let arguments: Vec<Argument<'_>> = literals
            .iter()
            .map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) })
            .collect();
        let function = Random(spread);
        let output = function.signature(&arguments).unwrap().output;
        let column = function.evaluate(&[], &arguments, partitions).unwrap();
        assert_eq!(*column.data_type(), output);
        (0..column.len()).map(|row| column.get(row)).collect()
    }

    fn floats(values: &[Scalar]) -> Vec<f64> {
        values
            .iter()
            .map(|value| match value {
                Scalar::Float64(value) => *value,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn numbers_are_fixed_for_ever() {
        let bounds = [Scalar::Int64(0), Scalar::Int64(100), Scalar::Int64(42)];
        let found = run(Spread::Integer, bounds, &Partitions::one(6, None));
        let expected = [61i64, 45, 20, 39, 74, 54].map(Scalar::Int64);
        assert_eq!(found.len(), expected.len());
        let again = run(
            Spread::Integer,
            [Scalar::Int32(0), Scalar::Float64(100.0), Scalar::UInt8(42)],
            &Partitions::one(6, None),
        );
        assert_eq!(found, again);
        assert_eq!(found, expected);
    }

    #[test]
    fn numbers_spread_as_they_should() {
        let rows = 20_000;
        let one = Partitions::one(rows, None);
        let uniform = floats(&run(Spread::Uniform, [2.0.into(), 4.0.into(), 7i64.into()], &one));
        assert!(uniform.iter().all(|value| (2.0..4.0).contains(value)));
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        assert!((mean(&uniform) - 3.0).abs() < 0.02);
        let normal = floats(&run(Spread::Normal, [1.0.into(), 2.0.into(), 7i64.into()], &one));
        let squares: Vec<f64> = normal.iter().map(|value| (value - 1.0).powi(2)).collect();
        assert!((mean(&normal) - 1.0).abs() < 0.05 && (mean(&squares) - 4.0).abs() < 0.15);
    }

    #[test]
    fn partitions_have_streams_of_their_own() {
        let ids = [0u32, 1, 0, 1];
        let two = Partitions::new(&ids, 2, None);
        let unit = || [0.0.into(), 1.0.into(), 1i64.into()];
        let found = floats(&run(Spread::Uniform, unit(), &two));
        assert!(found[0] != found[1] && found[2] != found[3]);
        // The first partition is as the whole frame would be, place by place.
        let whole = floats(&run(Spread::Uniform, unit(), &Partitions::one(2, None)));
        assert_eq!([found[0], found[2]], whole[..]);
    }

    #[test]
    fn shuffling_keeps_the_values_of_each_partition() {
        let column = Column::from_values(0i64..100);
        let ids: Vec<u32> = (0..100).map(|row| row / 50).collect();
        let seed = Literal::typed(Scalar::Int64(3));
        let arguments = [
            Argument { data_type: &DataType::Int64, literal: None },
            Argument { data_type: &seed.data_type, literal: Some(&seed) },
        ];
        let partitions = Partitions::new(&ids, 2, None);
        let found = Shuffle.evaluate(std::slice::from_ref(&column), &arguments, &partitions).unwrap();
        assert_ne!(found, column);
        let mut values: Vec<i64> = (0..100)
            .map(|row| match found.get(row) {
                Scalar::Int64(value) => value,
                other => panic!("{other:?}"),
            })
            .collect();
        let (first, second) = values.split_at_mut(50);
        let order = |values: &[i64], start: i64| values.iter().map(|value| value - start).collect::<Vec<_>>();
        assert_ne!(order(first, 0), order(second, 50), "not the same permutation");
        first.sort_unstable();
        second.sort_unstable();
        assert_eq!(values, (0..100).collect::<Vec<i64>>());
        assert!(Shuffle.signature(&arguments[..1]).is_err());
    }

    #[test]
    fn samples_have_their_size_in_each_partition() {
        let ids: Vec<u32> = (0..100).map(|row| row / 60).collect();
        let partitions = Partitions::new(&ids, 2, None);
        for (size, first, second) in [
            (Scalar::Int64(10), 10, 10),
            (Scalar::Int64(50), 50, 40),
            (Scalar::Float64(0.25), 15, 10),
            (Scalar::Float64(1.0), 60, 40),
            (Scalar::Int64(0), 0, 0),
        ] {
            let literals = [size, Scalar::Int64(5)].map(Literal::typed);
            let arguments: Vec<Argument<'_>> = literals
                .iter()
                .map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) })
                .collect();
            Sample.signature(&arguments).unwrap();
            let found = Sample.evaluate(&[], &arguments, &partitions).unwrap();
            let chosen = |rows: std::ops::Range<usize>| {
                rows.filter(|&row| found.get(row) == Scalar::Boolean(true)).count()
            };
            assert_eq!((chosen(0..60), chosen(60..100)), (first, second));
        }
        let refuses = |size: Scalar| {
            let literals = [size, Scalar::Int64(5)].map(Literal::typed);
            let arguments: Vec<Argument<'_>> = literals
                .iter()
                .map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) })
                .collect();
            Sample.signature(&arguments).is_err()
        };
        assert!(refuses(Scalar::Float64(1.5)) && refuses(Scalar::Int64(-1)) && refuses(Scalar::from("a")));
    }

    #[test]
    fn constants_are_checked() {
        let refuses = |spread: Spread, constants: [Scalar; 3]| {
            let literals = constants.map(Literal::typed);
            let arguments: Vec<Argument<'_>> = literals
                .iter()
                .map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) })
                .collect();
            Random(spread).signature(&arguments).is_err()
        };
        let seed = || Scalar::Int64(1);
        assert!(refuses(Spread::Uniform, [1.0.into(), 1.0.into(), seed()]));
        assert!(refuses(Spread::Uniform, [0.0.into(), f64::NAN.into(), seed()]));
        assert!(refuses(Spread::Uniform, [f64::MIN.into(), f64::MAX.into(), seed()]));
        assert!(refuses(Spread::Normal, [0.0.into(), (-1.0).into(), seed()]));
        assert!(refuses(Spread::Integer, [0.into(), 0.5.into(), seed()]));
        assert!(refuses(Spread::Integer, [0.into(), 5.into(), 0.5.into()]));
        assert!(!refuses(Spread::Integer, [i64::MIN.into(), i64::MAX.into(), seed()]));
    }
}
