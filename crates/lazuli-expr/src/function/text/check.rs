//! How functions of strings are tested: over plain texts, codes, slices and constants, which must all give the same.

use std::sync::Arc;

use lazuli_array::{Batch, Column, DataType, DictionaryArray, Field, FromValues, Schema, StringArray};

use crate::Expr;
use crate::evaluate::Evaluator;
use crate::typing::{Context, resolve};

/// The column `a` of text and the column `n` of the numbers from 1 on.
fn batch(texts: Column) -> Batch {
    let numbers = Column::from_values(1..=texts.len() as i64);
    let fields = [Field::new("a", texts.data_type().clone()), Field::new("n", DataType::Int64)];
    let rows = texts.len();
    Batch::new(Arc::new(Schema::try_new(fields.into()).unwrap()), vec![texts, numbers], rows)
}

fn run(expr: &Expr, texts: Column) -> Result<Column, String> {
    let batch = batch(texts);
    let typed = resolve(expr, batch.schema(), Context::RowByRow("a test"))
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let evaluator = Evaluator::new(&typed.expr, batch.schema());
    let result = evaluator.evaluate(&batch).map_err(|error| error.to_string())?;
    assert_eq!(result.data_type(), &typed.data_type, "{expr}");
    Ok(result.into_column(batch.num_rows()))
}

/// What is wrong with the expression, over three texts.
pub(in crate::function) fn error_of(expr: Expr) -> String {
    error_over(expr, &[Some("a"), None, Some("b")])
}

/// What is wrong with the expression over these texts.
pub(in crate::function) fn error_over(expr: Expr, texts: &[Option<&str>]) -> String {
    let plain: StringArray = texts.iter().copied().collect();
    let coded: DictionaryArray = texts.iter().copied().collect();
    let error = run(&expr, Column::new(DataType::String, plain)).unwrap_err();
    assert_eq!(run(&expr, Column::new(DataType::String, coded)).unwrap_err(), error);
    error
}

/// The expression over the column `a` of these texts gives this.
pub(in crate::function) fn check(expr: Expr, texts: &[Option<&str>], expected: &Column) {
    let plain: StringArray = texts.iter().copied().collect();
    let coded: DictionaryArray = texts.iter().copied().collect();
    // Each twice, so that there are more rows than codes, and behind a row that is cut off.
    let padded: Vec<Option<&str>> = std::iter::once(Some("cut off é")).chain(texts.iter().copied()).collect();
    let repeated: Vec<Option<&str>> = texts.iter().chain(texts).chain(texts).copied().collect();
    let repeated: DictionaryArray = repeated.into_iter().collect();
    let padded_codes: DictionaryArray = padded.iter().copied().collect();
    let padded: StringArray = padded.into_iter().collect();
    let rows = texts.len();
    let forms: [(&str, Column); 5] = [
        ("plain", Column::new(DataType::String, plain)),
        ("coded", Column::new(DataType::String, coded)),
        ("sliced", Column::new(DataType::String, padded.sliced(1, rows))),
        ("sliced codes", Column::new(DataType::String, padded_codes.sliced(1, rows))),
        ("repeated codes", Column::new(DataType::String, repeated.sliced(0, rows))),
    ];
    for (form, column) in forms {
        let result = run(&expr, column).unwrap_or_else(|error| panic!("{expr}: {error}"));
        assert_eq!(result, *expected, "{expr} over {form} text");
    }
    let empty =
        run(&expr, Column::new_null(DataType::String, 0)).unwrap_or_else(|error| panic!("{expr}: {error}"));
    assert_eq!((empty.len(), empty.data_type()), (0, expected.data_type()));
    let nulls = Column::new_null(DataType::Null, 2);
    let nulls = run(&expr, nulls).unwrap_or_else(|error| panic!("{expr}: {error}"));
    assert_eq!((nulls.len(), nulls.data_type()), (2, expected.data_type()));
}

/// As [`check`], with texts as the result.
pub(in crate::function) fn check_texts(expr: Expr, texts: &[Option<&str>], expected: &[Option<&str>]) {
    check(expr, texts, &Column::from_values(expected.iter().copied()));
}
