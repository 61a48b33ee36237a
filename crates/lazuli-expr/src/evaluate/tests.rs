//! What is computed for which rows, and what a failure says.

use std::sync::Arc;

use lazuli_array::{Batch, Column, DataType, Field, FromValues, Scalar, Schema};

use super::{Evaluator, Predicates};
use crate::typing::{Context, resolve};
use crate::{EvaluateError, Expr, col, lit, when};

/// Texts of which one is no number, and a number beside each.
fn batch(num_rows: usize) -> Batch {
    let fields = [("t", DataType::String), ("n", DataType::Int8)];
    let fields = fields.map(|(name, data_type)| Field::new(name, data_type)).to_vec();
    let columns = vec![
        Column::from_values([Some("1"), Some("x"), None, Some("4")].into_iter()),
        Column::from_values([Some(0i8), Some(1), Some(2), Some(127)].into_iter()),
    ];
    Batch::new(Arc::new(Schema::try_new(fields).unwrap()), columns, 4).sliced(0, num_rows)
}

fn typed(expr: &Expr, batch: &Batch) -> Expr {
    resolve(expr, batch.schema(), Context::RowByRow("a test")).unwrap().expr
}

fn values(expr: Expr, num_rows: usize) -> Result<Vec<Scalar>, EvaluateError> {
    let batch = batch(num_rows);
    let evaluator = Evaluator::new(&typed(&expr, &batch), batch.schema());
    let column = evaluator.evaluate(&batch)?.into_column(num_rows);
    Ok((0..num_rows).map(|row| column.get(row)).collect())
}

/// Fails for the row of "x".
fn number() -> Expr {
    col("t").cast(DataType::Int64)
}

/// Has no value in any row.
fn nothing() -> Expr {
    lit(127i8) + lit(1i8)
}

#[test]
fn rows_that_are_left_out_are_never_asked() {
    let (yes, no, null) = (Scalar::Boolean(true), Scalar::Boolean(false), Scalar::Null);
    let number_of = |value: i64| Scalar::Int64(value);
    let cases: Vec<(Expr, Vec<Scalar>)> = vec![
        (col("t").neq("x").and(number().gt(1)), vec![no.clone(), no.clone(), null.clone(), yes.clone()]),
        (col("t").eq("x").or(number().gt(1)), vec![no.clone(), yes.clone(), null.clone(), yes.clone()]),
        (
            when(col("t").eq("x")).then(-1).otherwise(number()),
            vec![number_of(1), number_of(-1), null.clone(), number_of(4)],
        ),
        (
            when(col("n").eq(127)).then(0i8).when((col("n") + 1i8).eq(2)).then(1i8).end(),
            vec![null.clone(), Scalar::Int8(1), null.clone(), Scalar::Int8(0)],
        ),
        // Constants that have no value either.
        (lit(false).and(nothing().gt(0)), vec![no.clone(); 4]),
        (lit(true).or(nothing().gt(0)), vec![yes.clone(); 4]),
        (col("n").gt_eq(0).or(nothing().gt(0)), vec![yes.clone(); 4]),
        (when(col("n").lt(0)).then(nothing()).otherwise(7i8), vec![Scalar::Int8(7); 4]),
    ];
    for (expr, expected) in cases {
        let text = expr.to_string();
        assert_eq!(values(expr, 4), Ok(expected), "{text}");
    }
}

#[test]
fn no_rows_ask_for_nothing() {
    for expr in [nothing(), number(), col("n") + nothing(), when(nothing().gt(0)).then(number()).end()] {
        let text = expr.to_string();
        assert_eq!(values(expr, 0), Ok(vec![]), "{text}");
    }
}

#[test]
fn failures_tell_their_row_in_the_batch() {
    let cases = [
        (number(), 1),
        (col("n") + 1i8, 3),
        (col("t").neq("1").and(number().gt(0)), 1),
        (col("t").eq("1").or(number().gt(0)), 1),
        (when(col("n").eq(0)).then(0).otherwise(number()), 1),
        (when(col("n").gt_eq(2)).then(col("n") + 1i8).otherwise(0i8), 3),
        (when(col("n").eq(0)).then(0).when(number().gt(0)).then(1).end(), 1),
        (nothing(), 0),
    ];
    for (expr, row) in cases {
        let text = expr.to_string();
        assert_eq!(values(expr, 4).map_err(|error| error.source.row()), Err(Some(row)), "{text}");
    }
}

#[test]
fn later_predicates_see_only_what_earlier_ones_kept() {
    let batch = batch(4);
    let select = |predicates: &[Expr]| {
        let typed: Vec<Expr> = predicates.iter().map(|predicate| typed(predicate, &batch)).collect();
        let kept = Predicates::new(&typed, batch.schema()).select(&batch);
        kept.map(|kept| kept.map(|kept| kept.iter().collect::<Vec<bool>>()))
    };
    assert_eq!(select(&[]), Ok(None));
    assert_eq!(select(&[col("n").gt_eq(0)]), Ok(None));
    assert_eq!(select(&[col("t").neq("x"), number().gt(0)]), Ok(Some(vec![true, false, false, true])));
    assert_eq!(select(&[col("n").lt(0), nothing().gt(0)]), Ok(Some(vec![false; 4])));
    let failed = select(&[col("n").gt_eq(1), number().gt(0)]);
    assert_eq!(failed.map_err(|error| error.source.row()), Err(Some(1)));
}

mod by_entry {
    //! A dictionary larger than its batches, so that it takes several of them until its entries are computed.

    use lazuli_array::{Array, Dictionary, DictionaryArray, PrimitiveArray};
    use proptest::prelude::*;

    use super::*;

    const ENTRIES: u32 = 60;

    /// Numbers as texts; the last entry is none.
    fn dictionary() -> Arc<Dictionary> {
        let texts = (0..ENTRIES).map(|entry| match entry + 1 {
            ENTRIES => "none".to_string(),
            _ => format!("{}", entry * 7 % 11 + 100 * entry),
        });
        Arc::new(Dictionary::new(texts.map(Some).collect()))
    }

    fn coded(codes: &[Option<u32>], dictionary: &Arc<Dictionary>) -> Batch {
        let codes: PrimitiveArray<u32> = codes.iter().copied().collect();
        let column = Column::new(DataType::String, DictionaryArray::new(codes, dictionary.clone()));
        Batch::from_columns(vec![("t".into(), column)]).unwrap()
    }

    fn plain(batch: &Batch) -> Batch {
        let Array::Dictionary(texts) = batch.column(0).array() else { panic!("it was made of codes") };
        Batch::from_columns(vec![("t".into(), Column::new(DataType::String, texts.to_plain()))]).unwrap()
    }

    fn outcome(evaluator: &Evaluator, batch: &Batch) -> Result<Column, String> {
        let value = evaluator.evaluate(batch).map_err(|error| error.to_string())?;
        let column = value.into_column(batch.num_rows());
        assert_eq!(column.data_type(), evaluator.data_type());
        Ok(column)
    }

    fn exprs() -> Vec<Expr> {
        let text = || col("t");
        vec![
            text().str().len_chars(),
            text().str().head(2),
            text().str().to_uppercase(),
            text().eq("100"),
            text().is_null(),
            text().str().starts_with("1").and(text().str().ends_with("3")),
            text().fill_null("missing").str().len_bytes(),
            when(text().is_null()).then("no").when(text().gt("3")).then(text()).otherwise("low"),
            text().str().split("0"),
            text().try_cast(DataType::Int64) + 1,
            // Fails for the last entry, which no row may have.
            text().cast(DataType::Int64),
            when(text().eq("none")).then(-1).otherwise(text().cast(DataType::Int64)),
            text().cast(DataType::Int64).is_null().and(lit(true)),
        ]
    }

    proptest! {
        #[test]
        fn entries_give_what_rows_give(
            batches in prop::collection::vec(
                prop::collection::vec(prop::option::weighted(0.9, 0..ENTRIES), 0..20), 1..12,
            ),
            has_none in any::<bool>(),
            twice in any::<bool>(),
        ) {
            let dictionaries = [dictionary(), dictionary()];
            for expr in exprs() {
                let batch = coded(&[], &dictionaries[0]);
                let evaluator = Evaluator::new(&typed(&expr, &batch), batch.schema());
                for (number, codes) in batches.iter().enumerate() {
                    let last = ENTRIES - 1;
                    let codes: Vec<Option<u32>> =
                        codes.iter().map(|code| code.filter(|code| has_none || *code != last)).collect();
                    let batch = coded(&codes, &dictionaries[if twice { number % 2 } else { 0 }]);
                    prop_assert_eq!(outcome(&evaluator, &batch), outcome(&evaluator, &plain(&batch)), "{}", expr);
                }
            }
        }
    }
}
