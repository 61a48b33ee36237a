//! Text after text, row by row: `left + right` of strings.

use lazuli_array::{Array, Column, DataType, StringBuilder};

use crate::datum::{Datum, paired};
use crate::{KernelError, Result};

/// The text of `left` and then that of `right`; null where either is.
///
/// # Errors
/// [`KernelError::Unsupported`] for anything but strings, [`KernelError::LengthMismatch`].
///
/// ```
/// use lazuli_array::{Column, DataType, Scalar, StringArray};
/// use lazuli_kernels::{Constant, concat_text};
///
/// let names = Column::new(DataType::String, StringArray::from_iter([Some("a"), None]));
/// let suffix = Constant::from_scalar(&Scalar::from("!"));
/// let loud = concat_text((&names).into(), (&suffix).into())?;
/// assert_eq!(loud.get(0), Scalar::from("a!"));
/// assert_eq!(loud.get(1), Scalar::Null);
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn concat_text(left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    if *left.data_type() != DataType::String || *right.data_type() != DataType::String {
        return Err(KernelError::unsupported("+", [left.data_type(), right.data_type()]));
    }
    let (left, right, rows) = paired("+", left, right)?;
    let mut builder = StringBuilder::with_capacity(rows, 0);
    let mut joined = String::new();
    for row in 0..rows {
        match (text(left, row), text(right, row)) {
            (Some(first), Some(second)) => {
                joined.clear();
                joined.push_str(first);
                joined.push_str(second);
                builder.push(Some(&joined));
            }
            _ => builder.push(None),
        }
    }
    Ok(Column::new(DataType::String, builder.finish()))
}

fn text(datum: Datum<'_>, row: usize) -> Option<&str> {
    let row = if datum.is_constant() { 0 } else { row };
    match datum.array() {
        Array::String(array) => array.get(row),
        Array::Dictionary(array) => array.get(row),
        other => panic!("a String column over a {} array", other.physical_name()),
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{DictionaryArray, Scalar, StringArray};

    use super::*;

    #[test]
    fn plain_and_dictionary_text_join_alike() {
        let plain = Column::new(DataType::String, StringArray::from_iter([Some("a"), None, Some("")]));
        let coded =
            Column::new(DataType::String, DictionaryArray::from_iter([Some("x"), Some("y"), Some("x")]));
        let joined = concat_text((&plain).into(), (&coded).into()).expect("both are strings");
        assert_eq!(
            (0..3).map(|row| joined.get(row)).collect::<Vec<_>>(),
            ["ax".into(), Scalar::Null, "x".into()]
        );
        let short = plain.sliced(0, 1);
        assert!(matches!(
            concat_text((&short).into(), (&coded).into()),
            Err(KernelError::LengthMismatch { .. })
        ));
    }
}
