//! Several texts as one, row by row.

use lazuli_array::{Array, BitmapBuilder, DataType, ListArray, StringArray};

use super::pairs::text_of;
use super::writer::TextWriter;
use crate::datum::Datum;
use crate::{KernelError, Result};

/// The texts of each row in order, `separator` between them. A null among them makes the row null, or, with `ignore_nulls`,
/// is left out with its separator.
///
/// # Errors
/// [`KernelError::Unsupported`] for anything but text, [`KernelError::LengthMismatch`].
///
/// ```
/// use lazuli_array::{Column, FromValues, Scalar};
/// use lazuli_kernels::{Constant, strings::join_rows};
///
/// let names = Column::from_values([Some("a"), None].into_iter());
/// let suffix = Constant::from_scalar(&Scalar::from("b"));
/// let operands = [(&names).into(), (&suffix).into()];
/// assert_eq!(join_rows(&operands, "-", false, 2)?.iter().collect::<Vec<_>>(), [Some("a-b"), None]);
/// assert_eq!(join_rows(&operands, "-", true, 2)?.get(1), Some("b"));
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn join_rows(
    operands: &[Datum<'_>],
    separator: &str,
    ignore_nulls: bool,
    num_rows: usize,
) -> Result<StringArray> {
    for operand in operands {
        if !matches!(operand.array(), Array::String(_) | Array::Dictionary(_)) {
            return Err(KernelError::unsupported("join", [operand.data_type()]));
        }
        if let Datum::Column(column) = operand
            && column.len() != num_rows
        {
            return Err(KernelError::LengthMismatch {
                operation: "join",
                left: num_rows,
                right: column.len(),
            });
        }
    }
    let mut writer = TextWriter::with_capacity(num_rows, 8 * operands.len() * num_rows);
    let mut validity = BitmapBuilder::with_capacity(num_rows);
    for row in 0..num_rows {
        let start = writer.text().len();
        let (mut is_first, mut is_null) = (true, false);
        for operand in operands {
            let Some(text) = text_of(*operand, row) else {
                is_null = !ignore_nulls;
                if is_null {
                    break;
                }
                continue;
            };
            if !is_first {
                writer.text().push_str(separator);
            }
            writer.text().push_str(text);
            is_first = false;
        }
        if is_null {
            writer.text().truncate(start);
        }
        validity.push(!is_null);
        writer.end_row();
    }
    Ok(writer.finish(validity.finish_validity()))
}

/// The texts of each list as one, `separator` between them; the empty text for an empty list, null for null. A null among
/// the texts makes the row null, or, with `ignore_nulls`, is left out with its separator.
///
/// # Errors
/// [`KernelError::Unsupported`] for lists of anything but text.
pub fn join_lists(lists: &ListArray, separator: &str, ignore_nulls: bool) -> Result<StringArray> {
    match lists.values() {
        Array::String(texts) => Ok(join_items(lists, separator, ignore_nulls, |row| texts.get(row))),
        Array::Dictionary(codes) => Ok(join_items(lists, separator, ignore_nulls, |row| codes.get(row))),
        _ => Err(KernelError::unsupported("join", [&DataType::Null])),
    }
}

fn join_items<'a>(
    lists: &ListArray,
    separator: &str,
    ignore_nulls: bool,
    item: impl Fn(usize) -> Option<&'a str>,
) -> StringArray {
    let mut writer = TextWriter::with_capacity(lists.len(), 0);
    let mut validity = BitmapBuilder::with_capacity(lists.len());
    for (row, bounds) in lists.offsets().windows(2).enumerate() {
        let start = writer.text().len();
        let mut is_null = !super::writer::is_valid(lists.validity(), row);
        let mut is_first = true;
        for index in bounds[0] as usize..bounds[1] as usize {
            if is_null {
                break;
            }
            match item(index) {
                Some(text) => {
                    if !is_first {
                        writer.text().push_str(separator);
                    }
                    writer.text().push_str(text);
                    is_first = false;
                }
                None => is_null = !ignore_nulls,
            }
        }
        if is_null {
            writer.text().truncate(start);
        }
        validity.push(!is_null);
        writer.end_row();
    }
    writer.finish(validity.finish_validity())
}
