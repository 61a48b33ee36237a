//! If-else: each row from one of two operands, by a mask; and filling nulls, which is if-else by validity.
//!
//! Works by the words of the mask: words of ones or zeros copy whole runs. Text that comes from constants and
//! dictionaries stays dictionary-encoded, so `when(..).then("a").otherwise("b")` makes codes and two strings.

use std::sync::Arc;

use lazuli_array::{
    Array, Bitmap, BooleanArray, Column, DataType, Dictionary, DictionaryArray, Native, PrimitiveArray,
    StringArray, dispatch_primitive,
};

use crate::concat::concat;
use crate::datum::{Datum, Side};
use crate::dictionary::merge;
use crate::gather::{ByteRows, string_of_whole_rows};
use crate::take::take;
use crate::width::{of_bits, side_bits};
use crate::{KernelError, Result};

/// `then` where the mask is true, `otherwise` where it is false or null.
///
/// Both operands are of one type (or of type `Null`), columns as long as the mask or constants.
///
/// # Errors
/// [`KernelError::Unsupported`] for different types, [`KernelError::LengthMismatch`], [`KernelError::TooLong`] for nested
/// columns of more than half of `u32::MAX` rows.
///
/// ```
/// use lazuli_array::{BooleanArray, DataType, Scalar};
/// use lazuli_kernels::{Constant, if_else};
///
/// let mask = BooleanArray::from_iter([Some(true), Some(false), None]);
/// let (yes, no) = (Constant::from_scalar(&Scalar::from("yes")), Constant::from_scalar(&Scalar::from("no")));
/// let words = if_else(&mask, (&yes).into(), (&no).into())?;
/// assert_eq!(words.get(0), Scalar::from("yes"));
/// assert_eq!(words.get(2), Scalar::from("no"));
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn if_else(mask: &BooleanArray, then: Datum<'_>, otherwise: Datum<'_>) -> Result<Column> {
    select("if_else", &mask.true_mask(), then, otherwise)
}

/// The values of `column`, with `value` where it is null.
///
/// # Errors
/// As [`if_else`].
pub fn fill_null(column: &Column, value: Datum<'_>) -> Result<Column> {
    match column.validity() {
        None if column.data_type() == value.data_type() => Ok(column.clone()),
        validity => {
            let mask = validity.unwrap_or_else(|| Bitmap::filled(true, column.len()));
            select("fill_null", &mask, column.into(), value)
        }
    }
}

/// The first value of each row that is not null, over `rows` rows.
///
/// # Errors
/// As [`if_else`].
pub fn coalesce(values: &[Datum<'_>], rows: usize) -> Result<Column> {
    let mut result: Option<Column> = None;
    for &value in values {
        result = Some(match result {
            None => match value {
                Datum::Column(column) => column.clone(),
                Datum::Constant(constant) => constant.to_column(rows),
            },
            Some(column) if column.null_count() == 0 => column,
            Some(column) => fill_null(&column, value)?,
        });
    }
    Ok(result.unwrap_or_else(|| Column::new_null(DataType::Null, rows)))
}

fn select(operation: &'static str, mask: &Bitmap, then: Datum<'_>, otherwise: Datum<'_>) -> Result<Column> {
    let (rows, data_type) = (mask.len(), result_type(operation, then, otherwise)?);
    for datum in [then, otherwise] {
        if let Datum::Column(column) = datum
            && column.len() != rows
        {
            return Err(KernelError::LengthMismatch { operation, left: rows, right: column.len() });
        }
    }
    // A side of type Null, or one that is never asked, has the other's type and form.
    let nulls = Column::new_null(data_type.clone(), rows);
    let typed = |datum: Datum<'_>| *datum.data_type() == data_type;
    let then = if typed(then) { then } else { Datum::Column(&nulls) };
    let otherwise = if typed(otherwise) { otherwise } else { Datum::Column(&nulls) };
    if mask.count_zeros() == 0 {
        return Ok(whole(then, rows));
    }
    if mask.count_ones() == 0 {
        return Ok(whole(otherwise, rows));
    }
    let array = select_array(operation, mask, then, otherwise)?;
    Ok(Column::new(data_type, array))
}

fn result_type(operation: &'static str, then: Datum<'_>, otherwise: Datum<'_>) -> Result<DataType> {
    match (then.data_type(), otherwise.data_type()) {
        (DataType::Null, other) | (other, DataType::Null) => Ok(other.clone()),
        (left, right) if left == right => Ok(left.clone()),
        (left, right) => Err(KernelError::unsupported(operation, [left, right])),
    }
}

fn whole(datum: Datum<'_>, rows: usize) -> Column {
    match datum {
        Datum::Column(column) => column.clone(),
        Datum::Constant(constant) => constant.to_column(rows),
    }
}

/// Both sides are of one type; the mask is mixed.
fn select_array(
    operation: &'static str,
    mask: &Bitmap,
    then: Datum<'_>,
    otherwise: Datum<'_>,
) -> Result<Array> {
    fn typed<T: Native>(
        _: &PrimitiveArray<T>,
        mask: &Bitmap,
        then: Datum<'_>,
        otherwise: Datum<'_>,
    ) -> Option<Array> {
        let (then_bits, otherwise_bits) = (side_bits(then.side::<T>()?), side_bits(otherwise.side::<T>()?));
        let values = of_bits::<T>(select_values(mask, then_bits, otherwise_bits));
        Some(PrimitiveArray::new(values.into(), select_validity(mask, then, otherwise)).into())
    }
    let primitive = dispatch_primitive!(then.array(), |array| typed(array, mask, then, otherwise), else None);
    if let Some(array) = primitive {
        return Ok(array);
    }
    match (then.array(), otherwise.array()) {
        (Array::Boolean(_), Array::Boolean(_)) => {
            let values = select_bits(mask, &bits_of(then, mask.len()), &bits_of(otherwise, mask.len()));
            Ok(BooleanArray::new(values, select_validity(mask, then, otherwise)).into())
        }
        (Array::String(_) | Array::Dictionary(_), Array::String(_) | Array::Dictionary(_)) => {
            select_text(mask, then, otherwise)
        }
        _ => select_any(operation, mask, then, otherwise),
    }
}

fn select_values<T: Copy + Default>(mask: &Bitmap, then: Side<'_, T>, otherwise: Side<'_, T>) -> Vec<T> {
    let mut out = vec![T::default(); mask.len()];
    for (index, (out, word)) in out.chunks_mut(64).zip(mask.words()).enumerate() {
        let start = index * 64;
        let full = u64::MAX >> (64 - out.len());
        if word == full || word == 0 {
            match if word == 0 { otherwise } else { then } {
                Side::Rows(rows) => out.copy_from_slice(&rows[start..start + out.len()]),
                Side::Constant(value) => out.fill(value),
            }
            continue;
        }
        let bit = |row: usize| word >> row & 1 == 1;
        let rows = start..start + out.len();
        match (then, otherwise) {
            (Side::Rows(then), Side::Rows(otherwise)) => {
                let sides = then[rows.clone()].iter().zip(&otherwise[rows]);
                for (row, (out, (&then, &otherwise))) in out.iter_mut().zip(sides).enumerate() {
                    *out = if bit(row) { then } else { otherwise };
                }
            }
            (Side::Rows(then), Side::Constant(otherwise)) => {
                for (row, (out, &then)) in out.iter_mut().zip(&then[rows]).enumerate() {
                    *out = if bit(row) { then } else { otherwise };
                }
            }
            (Side::Constant(then), Side::Rows(otherwise)) => {
                for (row, (out, &otherwise)) in out.iter_mut().zip(&otherwise[rows]).enumerate() {
                    *out = if bit(row) { then } else { otherwise };
                }
            }
            (Side::Constant(then), Side::Constant(otherwise)) => {
                for (row, out) in out.iter_mut().enumerate() {
                    *out = if bit(row) { then } else { otherwise };
                }
            }
        }
    }
    out
}

fn select_bits(mask: &Bitmap, then: &Bitmap, otherwise: &Bitmap) -> Bitmap {
    let words = mask
        .words()
        .zip(then.words().zip(otherwise.words()))
        .map(|(mask, (then, otherwise))| (mask & then) | (!mask & otherwise))
        .collect();
    Bitmap::from_words(words, mask.len())
}

fn bits_of(datum: Datum<'_>, rows: usize) -> Bitmap {
    let Array::Boolean(array) = datum.array() else { unreachable!("both sides were matched as Boolean") };
    match datum {
        Datum::Column(_) => array.values().clone(),
        Datum::Constant(_) => Bitmap::filled(array.values().get(0), rows),
    }
}

fn select_validity(mask: &Bitmap, then: Datum<'_>, otherwise: Datum<'_>) -> Option<Bitmap> {
    let valid = |datum: Datum<'_>| match datum {
        Datum::Column(column) => column.validity(),
        Datum::Constant(constant) => constant.is_null().then(|| Bitmap::filled(false, mask.len())),
    };
    let all = || Bitmap::filled(true, mask.len());
    match (valid(then), valid(otherwise)) {
        (None, None) => None,
        (then, otherwise) => {
            Some(select_bits(mask, &then.unwrap_or_else(all), &otherwise.unwrap_or_else(all)))
        }
    }
}

fn select_text(mask: &Bitmap, then: Datum<'_>, otherwise: Datum<'_>) -> Result<Array> {
    if let (Some(left), Some(right)) = (encoded(then), encoded(otherwise))
        && let Ok(merged) = merge(&[left.dictionary(), right.dictionary()])
    {
        let mut codes: [Vec<u32>; 2] = Default::default();
        for (side, codes) in codes.iter_mut().enumerate() {
            let old = [&left, &right][side].codes().values();
            *codes = match &merged.codes[side] {
                None => old.to_vec(),
                // The code of a null row may lack an entry when the dictionary is empty.
                Some(new) => old.iter().map(|&code| new.get(code as usize).copied().unwrap_or(0)).collect(),
            };
        }
        let values = select_values(mask, codes_side(then, &codes[0]), codes_side(otherwise, &codes[1]));
        let codes = PrimitiveArray::new(values.into(), select_validity(mask, then, otherwise));
        return Ok(DictionaryArray::new(codes, merged.dictionary).into());
    }
    let (left, right) = (text_rows(then), text_rows(otherwise));
    let row_of = |row: usize| if mask.get(row) { left.bytes(row) } else { right.bytes(row) };
    let total = (0..mask.len()).map(|row| row_of(row).len()).sum();
    let mut rows = ByteRows::with_capacity(mask.len(), total);
    (0..mask.len()).for_each(|row| rows.push(row_of(row)));
    Ok(string_of_whole_rows(rows, select_validity(mask, then, otherwise)).into())
}

fn codes_side<'a>(datum: Datum<'_>, codes: &'a [u32]) -> Side<'a, u32> {
    match datum {
        Datum::Column(_) => Side::Rows(codes),
        Datum::Constant(_) => Side::Constant(codes[0]),
    }
}

/// The operand as codes, if that costs nothing: a dictionary column or any constant.
fn encoded(datum: Datum<'_>) -> Option<DictionaryArray> {
    match (datum, datum.array()) {
        (_, Array::Dictionary(array)) => Some(array.clone()),
        (Datum::Constant(_), Array::String(array)) => Some(match array.get(0) {
            Some(text) => [Some(text)].into_iter().collect(),
            None => DictionaryArray::new_null(Arc::new(Dictionary::default()), 1),
        }),
        _ => None,
    }
}

/// The bytes of each row of an operand.
enum TextRows<'a> {
    Plain(&'a StringArray),
    Encoded(&'a DictionaryArray),
    Same(Vec<u8>),
}

fn text_rows(datum: Datum<'_>) -> TextRows<'_> {
    let rows = match datum.array() {
        Array::String(array) => TextRows::Plain(array),
        Array::Dictionary(array) => TextRows::Encoded(array),
        _ => unreachable!("both sides were matched as text"),
    };
    match datum {
        Datum::Column(_) => rows,
        Datum::Constant(_) => TextRows::Same(rows.bytes(0).to_vec()),
    }
}

impl TextRows<'_> {
    #[inline]
    fn bytes(&self, row: usize) -> &[u8] {
        match self {
            Self::Plain(array) => array.value_bytes(row),
            Self::Encoded(array) if array.dictionary().is_empty() => &[], // every row is null
            Self::Encoded(array) => {
                array.dictionary().values().value_bytes(array.stored_codes().value(row) as usize)
            }
            Self::Same(bytes) => bytes,
        }
    }
}

/// Any type: the rows of both sides one after the other, then a take.
fn select_any(
    operation: &'static str,
    mask: &Bitmap,
    then: Datum<'_>,
    otherwise: Datum<'_>,
) -> Result<Array> {
    let rows = mask.len();
    let both = concat(&[then.array(), otherwise.array()]);
    if u32::try_from(both.len()).is_err() {
        return Err(KernelError::TooLong { operation, rows });
    }
    let row_in = |datum: Datum<'_>, row: usize| if datum.is_constant() { 0 } else { row as u32 };
    let start = then.array().len() as u32;
    let indices: Vec<u32> = (0..rows)
        .map(|row| if mask.get(row) { row_in(then, row) } else { start + row_in(otherwise, row) })
        .collect();
    Ok(take(&both, &indices))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datum::Constant;
    use crate::{naive, strategies};
    use lazuli_array::Scalar;
    use proptest::prelude::*;

    /// Two columns of one type and a Boolean one, all of one length.
    fn cases() -> BoxedStrategy<Vec<Column>> {
        strategies::one_of(strategies::all_types())
            .prop_flat_map(|t| strategies::columns_of(&[t.clone(), t, DataType::Boolean], 0..150))
            .boxed()
    }

    fn mask_of(columns: &[Column]) -> &BooleanArray {
        let Array::Boolean(mask) = columns[2].array() else { unreachable!("made as Boolean") };
        mask
    }

    proptest! {
        #[test]
        fn if_else_matches_naive(columns in cases()) {
            let (mask, then, otherwise) = (mask_of(&columns), &columns[0], &columns[1]);
            let check = |found: Result<Column>, then: &Column, otherwise: &Column| {
                prop_assert_eq!(found.unwrap(), naive::if_else(mask, then, otherwise));
                Ok(())
            };
            check(if_else(mask, then.into(), otherwise.into()), then, otherwise)?;
            let nothing = Constant::null(then.data_type().clone());
            let nulls = nothing.to_column(mask.len());
            check(if_else(mask, then.into(), (&nothing).into()), then, &nulls)?;
            let untyped = Constant::null(DataType::Null);
            check(if_else(mask, (&untyped).into(), otherwise.into()), &nulls, otherwise)?;
            if !then.is_empty() {
                let one = Constant::from_column(then.sliced(0, 1));
                let all = one.to_column(mask.len());
                check(if_else(mask, (&one).into(), otherwise.into()), &all, otherwise)?;
                check(if_else(mask, otherwise.into(), (&one).into()), otherwise, &all)?;
                check(if_else(mask, (&one).into(), (&nothing).into()), &all, &nulls)?;
                let two = Constant::from_column(otherwise.sliced(0, 1));
                check(if_else(mask, (&one).into(), (&two).into()), &all, &two.to_column(mask.len()))?;
            }
        }

        #[test]
        fn coalesce_takes_the_first_value(columns in cases()) {
            let rows = columns[0].len();
            let sides = [Datum::from(&columns[0]), Datum::from(&columns[1])];
            let expected: Vec<Scalar> = (0..rows)
                .map(|row| match columns[0].get(row) {
                    Scalar::Null => columns[1].get(row),
                    value => value,
                })
                .collect();
            let expected = Column::from_scalars(columns[0].data_type(), expected).unwrap();
            prop_assert_eq!(coalesce(&sides, rows).unwrap(), expected.clone());
            prop_assert_eq!(fill_null(&columns[0], sides[1]).unwrap(), expected);
        }
    }

    #[test]
    fn constants_make_a_dictionary() {
        let mask = BooleanArray::from_iter([Some(true), None, Some(false)]);
        let [yes, no] = ["yes", "no"].map(|text| Constant::from_scalar(&Scalar::from(text)));
        let words = if_else(&mask, (&yes).into(), (&no).into()).unwrap();
        let Array::Dictionary(words) = words.array() else { panic!("constants stay encoded") };
        assert_eq!(words.dictionary().len(), 2);
        assert_eq!(words.iter().collect::<Vec<_>>(), [Some("yes"), Some("no"), Some("no")]);
    }

    #[test]
    fn types_and_lengths_must_agree() {
        let mask = BooleanArray::from_iter([Some(true), Some(false)]);
        let (ints, text) = (strategies::ints(&[None; 2]), Column::new_null(DataType::String, 2));
        let error = if_else(&mask, (&ints).into(), (&text).into()).unwrap_err();
        assert_eq!(error, KernelError::unsupported("if_else", [&DataType::Int64, &DataType::String]));
        let three = strategies::ints(&[None; 3]);
        let error = if_else(&mask, (&ints).into(), (&three).into()).unwrap_err();
        assert_eq!(error, KernelError::LengthMismatch { operation: "if_else", left: 2, right: 3 });
    }
}
