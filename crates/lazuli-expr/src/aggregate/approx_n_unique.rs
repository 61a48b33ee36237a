//! `approx_n_unique`.

use std::ops::Range;

use lazuli_array::{Column, DataType};
use lazuli_kernels::KernelError;
use lazuli_kernels::hash::hash_column;

use crate::aggregate::signature::only;
use crate::aggregate::state_column::int64_column;
use crate::aggregate::word_lists;
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate, Groups, RowOrder};

/// About the number of distinct values, of any type, as Int64; null counts as one value, and so does NaN.
///
/// Exact up to 2048 distinct values of a group. Beyond, a sketch of 16 KiB a group whatever the number: the error has a
/// deviation of 0.8 %. The result is the same on any number of threads, and in every run.
#[derive(Debug)]
pub struct ApproxNUnique;

impl Aggregate for ApproxNUnique {
    fn name(&self) -> &'static str {
        "approx_n_unique"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        only(arguments, "one column")?;
        Ok(Signature::unchanged(arguments, DataType::Int64))
    }

    fn accumulator(&self, _: &[Argument<'_>]) -> Box<dyn Accumulator> {
        Box::new(Sketches { sketches: Vec::new() })
    }
}

/// Bits of a hash that choose a register.
const REGISTER_BITS: u32 = 14;
const NUM_REGISTERS: usize = 1 << REGISTER_BITS;
/// As many hashes take as much memory as the registers.
const MAX_HASHES: usize = NUM_REGISTERS / size_of::<u64>();

/// What is known of the values of one group. Which form it has depends on the set of values alone.
#[derive(Debug, Clone)]
enum Sketch {
    /// Hashes, some of them more than once.
    Hashes(Vec<u64>),
    /// HyperLogLog (Flajolet and others 2007): for the hashes of each register, the longest run of zeros before a one, from
    /// 1; 0 for none.
    Registers(Box<[u8]>),
}

impl Default for Sketch {
    fn default() -> Self {
        Self::Hashes(Vec::new())
    }
}

impl Sketch {
    #[inline]
    fn add(&mut self, hash: u64) {
        match self {
            Self::Registers(registers) => add_to(registers, hash),
            Self::Hashes(hashes) => {
                hashes.push(hash);
                if hashes.len() >= 2 * MAX_HASHES {
                    self.settle();
                }
            }
        }
    }

    /// Each hash once; registers if there are too many.
    fn settle(&mut self) {
        let Self::Hashes(hashes) = self else { return };
        hashes.sort_unstable();
        hashes.dedup();
        if hashes.len() > MAX_HASHES {
            let mut registers = vec![0; NUM_REGISTERS].into_boxed_slice();
            hashes.iter().for_each(|&hash| add_to(&mut registers, hash));
            *self = Self::Registers(registers);
        }
    }

    fn settled(&self) -> Self {
        let mut settled = self.clone();
        settled.settle();
        settled
    }

    fn count(&self) -> i64 {
        match self.settled() {
            Self::Hashes(hashes) => hashes.len() as i64,
            Self::Registers(registers) => estimate(&registers).round() as i64,
        }
    }
}

#[inline]
fn add_to(registers: &mut [u8], hash: u64) {
    let register = &mut registers[(hash >> (64 - REGISTER_BITS)) as usize];
    // The one that is set ends the run in any case.
    let run = (hash << REGISTER_BITS | 1 << (REGISTER_BITS - 1)).leading_zeros() as u8 + 1;
    *register = (*register).max(run);
}

/// The number of distinct hashes, without bias at any size (Ertl 2017, "New cardinality estimation algorithms for
/// HyperLogLog sketches", algorithm 6).
fn estimate(registers: &[u8]) -> f64 {
    const LONGEST: usize = 64 - REGISTER_BITS as usize;
    let mut counts = [0.0; LONGEST + 2];
    registers.iter().for_each(|&run| counts[usize::from(run)] += 1.0);
    let size = registers.len() as f64;
    let mut sum = size * tau(1.0 - counts[LONGEST + 1] / size);
    for count in counts[1..=LONGEST].iter().rev() {
        sum = 0.5 * (sum + count);
    }
    sum += size * sigma(counts[0] / size);
    size * size / (2.0 * std::f64::consts::LN_2 * sum)
}

fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z == before {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z == before {
            return z / 3.0;
        }
    }
}

/// The sketches of all groups.
struct Sketches {
    sketches: Vec<Sketch>,
}

impl Accumulator for Sketches {
    fn resize(&mut self, num_groups: usize) {
        if num_groups > self.sketches.len() {
            self.sketches.resize(num_groups, Sketch::default());
        }
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        for (row, hash) in hash_column(&inputs[0]).into_iter().enumerate() {
            self.sketches[groups.id(row)].add(hash);
        }
        Ok(())
    }

    /// Hashes, or, of exactly as many words as no list of hashes has, registers.
    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let push = |sketch: &Sketch, words: &mut Vec<u64>| match sketch.settled() {
            Sketch::Hashes(hashes) => words.extend(hashes),
            Sketch::Registers(registers) => {
                let (chunks, _) = registers.as_chunks::<8>();
                words.extend(chunks.iter().map(|bytes| u64::from_le_bytes(*bytes)));
                words.push(0);
            }
        };
        Ok(vec![word_lists::of_groups(&self.sketches[groups], push)])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        for (row, words) in word_lists::iter(&state[0]).enumerate() {
            let sketch = &mut self.sketches[groups.id(row)];
            if words.len() <= MAX_HASHES {
                words.iter().for_each(|&hash| sketch.add(hash));
                continue;
            }
            if let Sketch::Hashes(hashes) = sketch {
                let mut registers = vec![0; NUM_REGISTERS].into_boxed_slice();
                hashes.iter().for_each(|&hash| add_to(&mut registers, hash));
                *sketch = Sketch::Registers(registers);
            }
            let Sketch::Registers(registers) = sketch else { unreachable!("made on the lines above") };
            let runs = words.iter().flat_map(|word| word.to_le_bytes());
            for (register, run) in registers.iter_mut().zip(runs) {
                *register = (*register).max(run);
            }
        }
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        Ok(int64_column(self.sketches[groups].iter().map(Sketch::count)))
    }

    fn memory_bytes(&self) -> usize {
        let of = |sketch: &Sketch| match sketch {
            Sketch::Hashes(hashes) => hashes.capacity() * size_of::<u64>(),
            Sketch::Registers(_) => NUM_REGISTERS,
        };
        self.sketches.iter().map(of).sum::<usize>() + self.sketches.capacity() * size_of::<Sketch>()
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, FromValues, Scalar};

    use crate::aggregate::APPROX_N_UNIQUE;
    use crate::aggregate::tests::{check, result_of};

    #[test]
    fn few_values_are_counted_exactly() {
        check(
            &APPROX_N_UNIQUE,
            &[],
            &[
                (Column::from_values([Some(1i64), None, Some(1), Some(2)].into_iter()), Scalar::Int64(3)),
                (Column::from_values([f64::NAN, -f64::NAN, 0.0, -0.0].into_iter()), Scalar::Int64(2)),
                (Column::from_values((0..6000i64).map(|row| row % 2048)), Scalar::Int64(2048)),
            ],
        );
    }

    #[test]
    fn many_values_are_counted_to_some_percent() {
        for count in [3_000i64, 20_000, 40_000, 200_000] {
            let column = Column::from_values((0..count).map(|row| row * 7919));
            let Ok(Scalar::Int64(found)) = result_of(&APPROX_N_UNIQUE, &[], &column) else {
                panic!("a number")
            };
            assert!((found - count).abs() * 100 < count * 3, "{found} of {count}");
        }
    }
}
