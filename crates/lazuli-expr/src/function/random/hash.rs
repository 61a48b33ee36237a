//! `hash`.

use lazuli_array::{Column, DataType, PrimitiveArray};
use lazuli_kernels::hash::{combine, hash_column, hash_u64};
use lazuli_kernels::{KernelError, Value};

use crate::function::constants::map_rows;
use crate::function::options::{constant, literal, whole};
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, Literal};

/// A number for each value, a UInt64: the same for equal values, of any type, and seldom the same for others. Null has one
/// too. The same in every run, not in every version.
///
/// Arguments: the value, and maybe a constant seed, which gives other numbers.
#[derive(Debug)]
pub struct Hash;

impl ScalarFunction for Hash {
    fn name(&self) -> &str {
        "hash"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let has_seed = || literal(arguments, 1).and_then(whole).is_some();
        match arguments.len() {
            1 => Ok(Signature::unchanged(arguments, DataType::UInt64)),
            2 if has_seed() => Ok(Signature::unchanged(arguments, DataType::UInt64)),
            _ => Err(SignatureError::Expected("one column, and maybe a constant seed".into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let seed = constant(inputs, 1).as_ref().and_then(whole);
        map_rows(&inputs[0], |column| {
            let mut hashes = hash_column(column);
            if let Some(seed) = seed {
                let seed = hash_u64(seed as u64);
                hashes.iter_mut().for_each(|hash| *hash = combine(seed, *hash));
            }
            Ok(Column::new(DataType::UInt64, PrimitiveArray::from_vec(hashes)))
        })
    }
}

impl Expr {
    /// A number for each value, the same for equal ones; another one for each seed. Not the same in every version.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("id").hash(7).to_string(), "hash(id, 7)");
    /// ```
    pub fn hash(self, seed: i64) -> Self {
        self.call_with(super::HASH, [Expr::Literal(Literal::typed(seed.into()))])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{DictionaryArray, FromValues, Scalar};
    use lazuli_kernels::Constant;

    use super::*;

    #[test]
    fn equal_values_have_equal_numbers() {
        let texts = [Some("a"), None, Some("a"), Some("b")];
        let plain = Column::from_values(texts.into_iter());
        let codes = Column::new(DataType::String, texts.into_iter().collect::<DictionaryArray>());
        let run = |column: &Column, seed: Option<i64>| {
            let seed = seed.map(|seed| Constant::from_scalar(&Scalar::Int64(seed)).into());
            let inputs: Vec<Value> = std::iter::once(column.clone().into()).chain(seed).collect();
            let found = Hash.evaluate(&inputs, 4).unwrap().into_column(4);
            (0..4).map(|row| found.get(row)).collect::<Vec<_>>()
        };
        let hashes = run(&plain, None);
        assert_eq!(hashes, run(&codes, None));
        assert!(hashes[0] == hashes[2] && hashes[0] != hashes[3] && !hashes[1].is_null());
        assert_ne!(run(&plain, Some(1)), run(&plain, Some(2)));
        let argument = Argument { data_type: &DataType::Int8, literal: None };
        assert!(Hash.signature(&[argument]).is_ok() && Hash.signature(&[argument, argument]).is_err());
    }
}
