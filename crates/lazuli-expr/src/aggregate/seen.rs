//! What kinds of rows a group has: what `any`, `all` and `has_nulls` share.

use std::ops::Range;

use lazuli_array::{Array, Bitmap, BooleanArray, Column, DataType};
use lazuli_kernels::KernelError;

use crate::aggregate::state_column::{int64_column, values_of};
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, with_columns};
use crate::{Accumulator, Aggregate, Groups, RowOrder};

/// A question about the rows of a group, answered by a Boolean.
///
/// `any`: whether a value is true; `all`: whether none is false. Both ignore null, so of nothing `any` is false and `all`
/// true, unless the constant behind the column is false: then null is given where a null row leaves it open.
/// `has_nulls`: whether a row is null, of any type.
#[derive(Debug)]
pub struct Seen {
    pub(super) name: &'static str,
    pub(super) asked: Asked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Any,
    All,
    HasNulls,
}

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const NULL: u8 = 4;

const EXPECTED: &str = "one Boolean column, and maybe whether nulls are ignored";

impl Seen {
    fn ignores_nulls(&self, arguments: &[Argument<'_>]) -> Result<bool, SignatureError> {
        let mut options = Options::behind(1, arguments, EXPECTED)?;
        let ignores = options.boolean(true)?;
        options.end()?;
        Ok(ignores)
    }
}

impl Aggregate for Seen {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        if self.asked == Asked::HasNulls {
            return match arguments {
                [_] => Ok(Signature::unchanged(arguments, DataType::Boolean)),
                _ => Err(SignatureError::Expected("one column".into())),
            };
        }
        self.ignores_nulls(arguments)?;
        match arguments[0].data_type {
            DataType::Boolean | DataType::Null => {
                Ok(with_columns(arguments, &[DataType::Boolean], DataType::Boolean))
            }
            _ => Err(SignatureError::Expected(EXPECTED.into())),
        }
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let ignores_nulls = self.asked == Asked::HasNulls || self.ignores_nulls(arguments).unwrap_or(true);
        Box::new(SeenRows { asked: self.asked, ignores_nulls, seen: Vec::new() })
    }
}

/// The kinds of rows of each group, as bits.
struct SeenRows {
    asked: Asked,
    ignores_nulls: bool,
    seen: Vec<u8>,
}

impl SeenRows {
    fn answer(&self, seen: u8) -> Option<bool> {
        let is_open = !self.ignores_nulls && seen & NULL != 0;
        match self.asked {
            Asked::Any if seen & TRUE != 0 => Some(true),
            Asked::Any => (!is_open).then_some(false),
            Asked::All if seen & FALSE != 0 => Some(false),
            Asked::All => (!is_open).then_some(true),
            Asked::HasNulls => Some(seen & NULL != 0),
        }
    }
}

impl Accumulator for SeenRows {
    fn resize(&mut self, num_groups: usize) {
        if num_groups > self.seen.len() {
            self.seen.resize(num_groups, 0);
        }
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        let validity = inputs[0].validity();
        match (inputs[0].array(), self.asked) {
            (_, Asked::HasNulls) => {
                if let Some(validity) = validity {
                    for row in validity.not().ones() {
                        self.seen[groups.id(row)] |= NULL;
                    }
                }
            }
            (Array::Boolean(array), _) if matches!(groups, Groups::One { .. }) => {
                let (rows, trues) = (array.len(), array.true_mask().count_ones());
                let valid = validity.as_ref().map_or(rows, Bitmap::count_ones);
                for (kind, occurs) in [(TRUE, trues > 0), (FALSE, valid > trues), (NULL, rows > valid)] {
                    self.seen[0] |= if occurs { kind } else { 0 };
                }
            }
            (Array::Boolean(array), _) => {
                let values = array.values();
                for row in 0..values.len() {
                    let kind = match validity.as_ref().is_none_or(|validity| validity.get(row)) {
                        true if values.get(row) => TRUE,
                        true => FALSE,
                        false => NULL,
                    };
                    self.seen[groups.id(row)] |= kind;
                }
            }
            _ => unreachable!("the signature casts to Boolean"),
        }
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        Ok(vec![int64_column(self.seen[groups].iter().map(|&seen| seen.into()))])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        for (row, &seen) in values_of::<i64>(&state[0]).iter().enumerate() {
            self.seen[groups.id(row)] |= seen as u8;
        }
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        let answers = self.seen[groups].iter().map(|&seen| self.answer(seen));
        Ok(Column::new(DataType::Boolean, answers.collect::<BooleanArray>()))
    }

    fn memory_bytes(&self) -> usize {
        self.seen.capacity()
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar};

    use crate::Literal;
    use crate::aggregate::tests::{check, refuses};
    use crate::aggregate::{ALL, ANY, HAS_NULLS};

    #[test]
    fn answers() {
        let column = |values: &[Option<bool>]| Column::from_values(values.iter().copied());
        let cases = [
            (column(&[]), [Some(false), Some(true)], [Some(false), Some(true)]),
            (column(&[None, Some(false)]), [Some(false), Some(false)], [None, Some(false)]),
            (column(&[None, Some(true)]), [Some(true), Some(true)], [Some(true), None]),
            (column(&[Some(true), Some(false)]), [Some(true), Some(false)], [Some(true), Some(false)]),
        ];
        let kleene = [Literal::typed(Scalar::Boolean(false))];
        for (column, ignoring, counting) in cases {
            check(&ANY, &[], &[(column.clone(), ignoring[0].into())]);
            check(&ALL, &[], &[(column.clone(), ignoring[1].into())]);
            check(&ANY, &kleene, &[(column.clone(), counting[0].into())]);
            check(&ALL, &kleene, &[(column, counting[1].into())]);
        }
        check(
            &HAS_NULLS,
            &[],
            &[
                (Column::new_null(DataType::Null, 1), Scalar::Boolean(true)),
                (Column::new_null(DataType::Int8, 0), Scalar::Boolean(false)),
                (Column::from_values(["a"].into_iter()), Scalar::Boolean(false)),
                (Column::from_values([Some(1i64), None].into_iter()), Scalar::Boolean(true)),
            ],
        );
        assert!(refuses(&ANY, &DataType::Int64));
    }
}
