//! Functions of bytes: tables of rows in and out, also of slices.

use std::sync::Arc;

use lazuli_array::{BinaryArray, Column, DataType, Field, FromValues, Scalar, Schema};

use crate::evaluate::Evaluator;
use crate::typing::{Context, resolve};
use crate::{Expr, col};

const ROWS: [Option<&[u8]>; 4] = [Some(b"hello"), Some(b""), None, Some(b"\xff\x00a")];

fn run(expr: &Expr, column: Column) -> Result<Column, String> {
    let rows = column.len();
    let numbers = Column::from_values(0..rows as i64);
    let fields = [Field::new("a", column.data_type().clone()), Field::new("n", DataType::Int64)];
    let schema = Arc::new(Schema::try_new(fields.into()).unwrap());
    let batch = lazuli_array::Batch::new(schema.clone(), vec![column, numbers], rows);
    let typed = resolve(expr, &schema, Context::RowByRow("a test"))
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let result = Evaluator::new(&typed.expr, &schema).evaluate(&batch).map_err(|error| error.to_string())?;
    assert_eq!(result.data_type(), &typed.data_type, "{expr}");
    Ok(result.into_column(rows))
}

fn check(expr: Expr, expected: Column) {
    let whole: BinaryArray = ROWS.into_iter().collect();
    let padded: BinaryArray = std::iter::once(Some(&b"cut off"[..])).chain(ROWS).collect();
    for array in [whole, padded.sliced(1, 4)] {
        let result = run(&expr, Column::new(DataType::Binary, array));
        assert_eq!(result, Ok(expected.clone()), "{expr}");
    }
    assert_eq!(run(&expr, Column::new_null(DataType::Null, 1)).unwrap().data_type(), expected.data_type());
}

fn bytes(rows: [Option<&[u8]>; 4]) -> Column {
    Column::from_values(rows.into_iter())
}

#[test]
fn bytes_are_found() {
    let flags = |rows: [Option<bool>; 4]| Column::from_values(rows.into_iter());
    let bin = || col("a").bin();
    check(bin().contains("ll"), flags([Some(true), Some(false), None, Some(false)]));
    check(bin().starts_with("he"), flags([Some(true), Some(false), None, Some(false)]));
    let binary = Expr::from(Scalar::Binary(Arc::from(&b"\x00a"[..])));
    check(bin().ends_with(binary), flags([Some(false), Some(false), None, Some(true)]));
    check(bin().contains(""), flags([Some(true), Some(true), None, Some(true)]));
    check(bin().starts_with(col("a")), flags([Some(true), Some(true), None, Some(true)]));
    check(bin().contains(Expr::from(None::<&str>)), flags([None; 4]));
}

#[test]
fn parts_and_sizes() {
    let bin = || col("a").bin();
    check(bin().size(), Column::from_values([Some(5i64), Some(0), None, Some(3)].into_iter()));
    check(
        bin().size_in("kb"),
        Column::from_values([Some(5.0 / 1024.0), Some(0.0), None, Some(3.0 / 1024.0)].into_iter()),
    );
    check(bin().slice(-2, 1), bytes([Some(b"l"), Some(b""), None, Some(b"\x00")]));
    check(
        bin().slice(col("n"), Expr::from(None::<i64>)),
        bytes([Some(b"hello"), Some(b""), None, Some(b"")]),
    );
    check(bin().head(-2), bytes([Some(b"hel"), Some(b""), None, Some(b"\xff")]));
    check(bin().tail(2), bytes([Some(b"lo"), Some(b""), None, Some(b"\x00a")]));
    check(bin().get(-1, true), Column::from_values([Some(b'o'), None, None, Some(b'a')].into_iter()));
    let error = run(&bin().get(0, false), bytes(ROWS)).unwrap_err();
    assert!(error.contains("invalid operand of bin.get at row 1: 0"), "{error}");
    let error = run(&bin().size_in("pb"), bytes(ROWS)).unwrap_err();
    assert!(error.contains("the unit is 'b'"), "{error}");
    let error = run(&bin().size(), Column::from_values(["x"].into_iter())).unwrap_err();
    assert!(error.contains("bin.size takes Binary"), "{error}");
}

#[test]
fn bytes_are_read_as_numbers() {
    let column = || {
        let rows: [Option<&[u8]>; 5] =
            [Some(b"\x01\x00"), Some(b"\xff\xff"), None, Some(b"\x01"), Some(b"\x01\x02\x03")];
        Column::from_values(rows.into_iter())
    };
    let reinterpret =
        |data_type: DataType, big: bool| run(&col("a").bin().reinterpret(data_type, big), column());
    let signed = [Some(1i16), Some(-1), None, None, None];
    assert_eq!(reinterpret(DataType::Int16, false), Ok(Column::from_values(signed.into_iter())));
    let unsigned = [Some(256u16), Some(65_535), None, None, None];
    assert_eq!(reinterpret(DataType::UInt16, true), Ok(Column::from_values(unsigned.into_iter())));
    let floats = run(
        &col("a").bin().reinterpret(DataType::Float64, true),
        Column::from_values([&b"\x3f\xf0\0\0\0\0\0\0"[..]].into_iter()),
    );
    assert_eq!(floats, Ok(Column::from_values([1.0f64].into_iter())));
    let error = reinterpret(DataType::String, false).unwrap_err();
    assert!(error.contains("bytes are read as integers and floats"), "{error}");
}

#[test]
fn bytes_become_text_and_back() {
    let texts = |rows: [Option<&'static str>; 4]| Column::from_values(rows.into_iter());
    let bin = || col("a").bin();
    check(bin().encode("hex"), texts([Some("68656c6c6f"), Some(""), None, Some("ff0061")]));
    check(bin().encode("base64"), texts([Some("aGVsbG8="), Some(""), None, Some("/wBh")]));
    check(bin().encode("hex").cast(DataType::Binary).bin().decode("hex", true), bytes(ROWS));
    check(bin().decode("base64", false), bytes([None, Some(b""), None, None]));
    let error = run(&bin().decode("hex", true), bytes(ROWS)).unwrap_err();
    assert!(error.contains("invalid operand of bin.decode at row 0"), "{error}");
}
