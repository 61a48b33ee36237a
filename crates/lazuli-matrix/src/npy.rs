//! NumPy's file of one array: `numpy.save` and `numpy.load`.
//!
//! A file is `\x93NUMPY`, two bytes of version, the length of the header, the header (the text of a Python dictionary with
//! type, order and shape, padded to a multiple of 64 bytes), and the values. Numbers and Booleans of one or two axes are read,
//! in either byte order; Float64 in C's order is written. (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>)

use std::io::{Read, Write};

use crate::{Matrix, MatrixError, Order, Result, Shape};

const MAGIC: &[u8] = b"\x93NUMPY";

/// The longest header that is read: far more than numbers of one or two axes need.
const MAX_HEADER_BYTES: usize = 1 << 16;

/// The array of a `.npy` file as a matrix; one axis becomes a column. Integers become the equal Float64.
///
/// # Errors
/// [`MatrixError::Npy`] for bytes that are no such file, an array of other values or of more axes, values that are missing,
/// and integers that no Float64 equals; [`MatrixError::Io`].
///
/// ```
/// use lazuli_matrix::{Matrix, read_npy, write_npy};
///
/// let mut file = Vec::new();
/// write_npy(&Matrix::from([[1.0, 2.0], [3.0, 4.0]]), &mut file)?;
/// assert_eq!(read_npy(file.as_slice())?.to_rows(), [[1.0, 2.0], [3.0, 4.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_npy(mut file: impl Read) -> Result<Matrix> {
    let mut start = [0; 8];
    read_all(&mut file, &mut start, "the file ends in its first bytes")?;
    if &start[..6] != MAGIC {
        return Err(invalid("it does not begin with \\x93NUMPY"));
    }
    let header_bytes = match start[6] {
        1 => {
            let mut length = [0; 2];
            read_all(&mut file, &mut length, "the file ends in its header")?;
            usize::from(u16::from_le_bytes(length))
        }
        2 | 3 => {
            let mut length = [0; 4];
            read_all(&mut file, &mut length, "the file ends in its header")?;
            usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX)
        }
        version => return Err(invalid(format!("it is of version {version}; 1, 2 and 3 are read"))),
    };
    if header_bytes > MAX_HEADER_BYTES {
        return Err(invalid(format!("its header of {header_bytes} bytes is longer than {MAX_HEADER_BYTES}")));
    }
    let mut header = vec![0; header_bytes];
    read_all(&mut file, &mut header, "the file ends in its header")?;
    let header = Header::parse(std::str::from_utf8(&header).map_err(|_| invalid("its header is not text"))?)?;
    let too_large = || invalid(format!("shape {} has too many values", header.shape));
    let num_values = header.shape.num_values().ok_or_else(too_large)?;
    let num_bytes = num_values.checked_mul(header.value.bytes()).ok_or_else(too_large)?;
    // Read piece by piece, so that a header that lies takes no more memory than the file has bytes.
    let mut bytes = Vec::new();
    file.take(u64::try_from(num_bytes).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
    if bytes.len() != num_bytes {
        let found = bytes.len();
        return Err(invalid(format!("shape {} needs {num_bytes} bytes, there are {found}", header.shape)));
    }
    let values = bytes.chunks_exact(header.value.bytes()).map(|bytes| header.value.read(bytes));
    Ok(Matrix::from_order(values.collect::<Result<_>>()?, header.shape, header.order))
}

/// Writes a matrix as a `.npy` file of Float64 and two axes, version 1.0, in C's order.
///
/// # Errors
/// [`MatrixError::Io`].
pub fn write_npy(matrix: &Matrix, mut file: impl Write) -> Result<()> {
    let Shape { rows, columns } = matrix.shape();
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    // Values begin at a multiple of 64 bytes, behind a line end.
    let before = MAGIC.len() + 4;
    let padded = (before + header.len() + 1).next_multiple_of(64);
    header.extend(std::iter::repeat_n(' ', padded - before - header.len() - 1));
    header.push('\n');
    file.write_all(MAGIC)?;
    file.write_all(&[1, 0])?;
    let length = u16::try_from(header.len()).expect("two numbers are short");
    file.write_all(&length.to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    let mut bytes = Vec::with_capacity(1 << 16);
    for value in matrix.iter() {
        bytes.extend_from_slice(&value.to_le_bytes());
        if bytes.len() == 1 << 16 {
            file.write_all(&bytes)?;
            bytes.clear();
        }
    }
    file.write_all(&bytes)?;
    Ok(file.flush()?)
}

fn invalid(reason: impl Into<String>) -> MatrixError {
    MatrixError::Npy { reason: reason.into() }
}

fn read_all(file: &mut impl Read, bytes: &mut [u8], otherwise: &str) -> Result<()> {
    file.read_exact(bytes).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => invalid(otherwise),
        _ => MatrixError::Io(error),
    })
}

/// The type of values: what they are, how many bytes they take, and whether the first is the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Value {
    kind: Kind,
    bytes: usize,
    is_big_endian: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Boolean,
    Signed,
    Unsigned,
    Float,
}

impl Value {
    /// From texts such as `<f8` and `|b1`.
    fn parse(text: &str) -> Result<Self> {
        let unknown = || invalid(format!("values of type {text:?}; Booleans, integers and floats are read"));
        let mut characters = text.chars();
        let (order, kind) = (characters.next(), characters.next());
        let is_big_endian = match order {
            Some('<' | '|') => false,
            Some('>') => true,
            _ => return Err(unknown()),
        };
        let (kind, bytes) = match (kind, characters.as_str()) {
            (Some('b'), "1") => (Kind::Boolean, 1),
            (Some('i'), "1") => (Kind::Signed, 1),
            (Some('i'), "2") => (Kind::Signed, 2),
            (Some('i'), "4") => (Kind::Signed, 4),
            (Some('i'), "8") => (Kind::Signed, 8),
            (Some('u'), "1") => (Kind::Unsigned, 1),
            (Some('u'), "2") => (Kind::Unsigned, 2),
            (Some('u'), "4") => (Kind::Unsigned, 4),
            (Some('u'), "8") => (Kind::Unsigned, 8),
            (Some('f'), "4") => (Kind::Float, 4),
            (Some('f'), "8") => (Kind::Float, 8),
            _ => return Err(unknown()),
        };
        Ok(Self { kind, bytes, is_big_endian })
    }

    fn bytes(self) -> usize {
        self.bytes
    }

    /// The value of these bytes, of which there are as many as it takes.
    fn read(self, bytes: &[u8]) -> Result<f64> {
        let mut bits = bytes.iter().rev().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        let unused = 64 - 8 * self.bytes as u32;
        if self.is_big_endian {
            bits = bits.swap_bytes() >> unused;
        }
        let (float, integer) = match self.kind {
            Kind::Float if self.bytes == 8 => return Ok(f64::from_bits(bits)),
            Kind::Float => return Ok(f64::from(f32::from_bits(bits as u32))),
            Kind::Boolean => return Ok(f64::from(u8::from(bits != 0))),
            Kind::Signed => {
                // The sign moves to the top and back, which copies it.
                let integer = (bits << unused) as i64 >> unused;
                (integer as f64, i128::from(integer))
            }
            Kind::Unsigned => (bits as f64, i128::from(bits)),
        };
        match float as i128 == integer {
            true => Ok(float),
            false => Err(invalid(format!("the integer {integer} has no equal Float64"))),
        }
    }
}

/// What the header says.
#[derive(Debug)]
struct Header {
    value: Value,
    order: Order,
    shape: Shape,
}

impl Header {
    /// From a dictionary such as `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
    fn parse(text: &str) -> Result<Self> {
        let body = text.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        let mut rest = body.ok_or_else(|| invalid("its header is no dictionary"))?.trim();
        let (mut value, mut order, mut shape) = (None, None, None);
        while !rest.is_empty() {
            let (key, after) =
                quoted(rest).ok_or_else(|| invalid("its header has no key where one should be"))?;
            let after = after.trim_start().strip_prefix(':').map(str::trim_start);
            let after = after.ok_or_else(|| invalid(format!("its header has no value of {key}")))?;
            let wrong = || invalid(format!("its header has a strange value of {key}"));
            rest = match key {
                "descr" => {
                    let Some((text, after)) = quoted(after) else {
                        return Err(invalid(
                            "values of several fields; Booleans, integers and floats are read",
                        ));
                    };
                    value = Some(Value::parse(text)?);
                    after
                }
                "fortran_order" => {
                    let (is_fortran, after) = match (after.strip_prefix("True"), after.strip_prefix("False"))
                    {
                        (Some(after), _) => (true, after),
                        (_, Some(after)) => (false, after),
                        _ => return Err(wrong()),
                    };
                    order = Some(if is_fortran { Order::ColumnMajor } else { Order::RowMajor });
                    after
                }
                "shape" => {
                    let (axes, after) =
                        after.strip_prefix('(').and_then(|text| text.split_once(')')).ok_or_else(wrong)?;
                    shape = Some(shape_of(axes)?);
                    after
                }
                _ => return Err(invalid(format!("its header has a key {key:?}"))),
            };
            rest = rest.trim_start();
            rest = match rest.strip_prefix(',') {
                Some(rest) => rest.trim_start(),
                None if rest.is_empty() => rest,
                None => return Err(invalid("its header lacks a comma")),
            };
        }
        match (value, order, shape) {
            (Some(value), Some(order), Some(shape)) => Ok(Self { value, order, shape }),
            _ => Err(invalid("its header lacks descr, fortran_order or shape")),
        }
    }
}

/// A text in quotes at the start, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    text[1..].split_once(quote)
}

fn shape_of(axes: &str) -> Result<Shape> {
    let axes: Vec<&str> = axes.split(',').map(str::trim).filter(|axis| !axis.is_empty()).collect();
    let length =
        |axis: &str| axis.parse::<usize>().map_err(|_| invalid(format!("an axis of length {axis:?}")));
    match axes.as_slice() {
        [] => Ok(Shape::new(1, 1)),
        [rows] => Ok(Shape::new(length(rows)?, 1)),
        [rows, columns] => Ok(Shape::new(length(rows)?, length(columns)?)),
        axes => Err(invalid(format!("an array of {} axes; one and two are read", axes.len()))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(header: &str, values: &[u8]) -> Vec<u8> {
        let length = u16::try_from(header.len()).expect("a short header").to_le_bytes();
        [MAGIC, &[1, 0], &length, header.as_bytes(), values].concat()
    }

    #[test]
    fn values_of_all_types() {
        let cases: [(&str, &[u8], f64); 9] = [
            ("|b1", &[1], 1.0),
            ("|i1", &[0xff], -1.0),
            ("|u1", &[0xff], 255.0),
            ("<i2", &[0xfe, 0xff], -2.0),
            (">i2", &[0xff, 0xfe], -2.0),
            (">u4", &[0, 0, 1, 0], 256.0),
            ("<i8", &[0, 0, 0, 0, 0, 0, 0, 0x80], i64::MIN as f64),
            (">f4", &[0x3f, 0xc0, 0, 0], 1.5),
            (">f8", &[0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5),
        ];
        for (descr, bytes, wanted) in cases {
            let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (1,)}}");
            assert_eq!(
                read_npy(file(&header, bytes).as_slice()).expect(descr).to_rows(),
                [[wanted]],
                "{descr}"
            );
        }
    }

    #[test]
    fn files_that_are_none() {
        let long = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({0}, {0})}}", u64::MAX);
        let odd = b"\x01\0\0\0\0\0\x20\0";
        let cases: [(&str, &[u8], &str); 9] = [
            ("", &[], "no dictionary"),
            ("{'descr': '<f8', 'fortran_order': False}", &[], "lacks descr, fortran_order or shape"),
            ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", &[], "type \"<c8\""),
            ("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", &[], "several fields"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2, 3)}", &[], "3 axes"),
            (
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}",
                &[0; 9],
                "needs 16 bytes, there are 9",
            ),
            (
                "{'descr': '<f8', 'fortran_order': Maybe, 'shape': (2,)}",
                &[],
                "strange value of fortran_order",
            ),
            (&long, &[], "too many values"),
            (
                "{'descr': '<i8', 'fortran_order': False, 'shape': ()}",
                odd,
                "9007199254740993 has no equal Float64",
            ),
        ];
        for (header, values, part) in cases {
            let said = read_npy(file(header, values).as_slice()).expect_err(header).to_string();
            assert!(said.contains(part), "{said}");
        }
        assert!(read_npy(b"PK".as_slice()).is_err_and(|error| error.to_string().contains("first bytes")));
        assert!(
            read_npy(b"\x93NUMPY\x09\0".as_slice())
                .is_err_and(|error| error.to_string().contains("version 9"))
        );
    }

    proptest! {
        #[test]
        fn matrices_come_back(rows in 0usize..5, columns in 0usize..5, numbers in any::<[f64; 16]>(), turned: bool) {
            let matrix = Matrix::from_function(rows, columns, |row, column| numbers[row * 4 + column % 4]);
            let matrix = if turned { matrix.transposed() } else { matrix };
            let mut file = Vec::new();
            write_npy(&matrix, &mut file).expect("memory can be written");
            prop_assert_eq!((file.len() - 8 * matrix.len()) % 64, 0);
            let back = read_npy(file.as_slice()).expect("what was written");
            let bits = |matrix: &Matrix| matrix.iter().map(f64::to_bits).collect::<Vec<_>>();
            prop_assert_eq!((back.shape(), bits(&back)), (matrix.shape(), bits(&matrix)));
        }

        #[test]
        fn any_bytes_are_a_matrix_or_an_error(place in 0usize..200, byte: u8, end in 0usize..200) {
            let mut bytes = Vec::new();
            write_npy(&Matrix::ones(2, 4), &mut bytes).expect("memory can be written");
            if let Some(at) = bytes.get_mut(place) {
                *at = byte;
            }
            bytes.truncate(end);
            let _ = read_npy(bytes.as_slice());
        }
    }
}
