//! `peak_max` and `peak_min`.

use lazuli_array::{Bitmap, BooleanArray, Column, DataType};
use lazuli_kernels::KernelError;

use super::order_keys::order_keys;
use super::{Partitions, WindowFunction};
use crate::function::{Argument, Signature, SignatureError};

/// Whether a value is greater, or less, than both of its neighbours; the ends of a partition have but one. Null where the
/// value is null, and where a null neighbour leaves it open. NaN is neither.
#[derive(Debug)]
pub struct Peak {
    pub(super) name: &'static str,
    pub(super) greatest: bool,
}

impl WindowFunction for Peak {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [only] if only.data_type.is_numeric() || only.data_type.is_temporal() => {
                Ok(Signature::unchanged(arguments, DataType::Boolean))
            }
            _ => Err(SignatureError::Expected("one column of numbers, dates or times".into())),
        }
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        _: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let keys = order_keys(&inputs[0], self.greatest)?;
        let validity = inputs[0].validity();
        let is_valid = |row: u32| validity.as_ref().is_none_or(|validity| validity.get(row as usize));
        let (mut peaks, mut known) = (vec![false; keys.len()], vec![false; keys.len()]);
        for rows in partitions.iter() {
            for (place, &row) in rows.iter().enumerate() {
                if !is_valid(row) {
                    continue;
                }
                let neighbours = [place.checked_sub(1), Some(place + 1)];
                let (mut beats_all, mut is_open) = (true, false);
                for &neighbour in neighbours.iter().flatten().filter_map(|&neighbour| rows.get(neighbour)) {
                    match is_valid(neighbour) {
                        true => beats_all &= keys[row as usize] > keys[neighbour as usize],
                        false => is_open = true,
                    }
                }
                peaks[row as usize] = beats_all;
                // What one neighbour denies, the other can't change.
                known[row as usize] = !(beats_all && is_open);
            }
        }
        let validity = known.contains(&false).then(|| known.into_iter().collect::<Bitmap>());
        Ok(Column::new(DataType::Boolean, BooleanArray::new(peaks.into_iter().collect(), validity)))
    }
}
