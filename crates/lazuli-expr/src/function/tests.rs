//! What holds for every function, whatever its arguments: a call is refused before anything runs, or it has an answer of
//! the promised type for every row, or an error; rows do not depend on their neighbours, and constants make a constant.

use std::sync::Arc;

use lazuli_array::{
    Batch, Column, DataType, Dictionary, DictionaryArray, Field, FromValues, Scalar, StringArray, TimeUnit,
};

use super::{FunctionRef, functions};
use crate::evaluate::Evaluator;
use crate::typing::{Context, resolve};
use crate::{Expr, Literal, col};

const ROWS: usize = 4;

fn list(item: &DataType, rows: [Option<Vec<Scalar>>; ROWS]) -> Column {
    let rows = rows.map(|items| match items {
        None => Scalar::Null,
        Some(items) => Scalar::List(Box::new(Column::from_scalars(item, items).expect("items of the type"))),
    });
    Column::from_scalars(&DataType::List(Box::new(item.clone())), rows).expect("lists of the type")
}

/// One column of each kind, with nulls, empty values and extremes.
fn columns() -> Vec<(&'static str, Column)> {
    let text = |value: &str| Scalar::from(value);
    let int = |value: i64| Scalar::Int64(value);
    let words: StringArray = ["low", "mid", "high"].into_iter().map(Some).collect();
    let words = DataType::Enum(Arc::new(Dictionary::new(words)));
    let coded: DictionaryArray = [Some("b"), None, Some("aé"), Some("b")].into_iter().collect();
    let fields = [Field::new("a", DataType::Int64), Field::new("b", DataType::String)];
    let record = DataType::Struct(fields.into());
    let of =
        |data_type: &DataType, rows: [Scalar; ROWS]| Column::from_scalars(data_type, rows).expect("values");
    let row = |a: Scalar, b: Scalar| Scalar::Struct(vec![("a".into(), a), ("b".into(), b)]);
    vec![
        ("b", Column::from_values([Some(true), None, Some(false), Some(true)].into_iter())),
        ("i8", Column::from_values([Some(1i8), Some(-128), None, Some(127)].into_iter())),
        ("i64", Column::from_values([Some(2i64), None, Some(i64::MIN), Some(i64::MAX)].into_iter())),
        ("u64", Column::from_values([Some(0u64), Some(3), None, Some(u64::MAX)].into_iter())),
        ("f64", Column::from_values([Some(0.5f64), Some(f64::NAN), None, Some(-0.0)].into_iter())),
        ("t", Column::from_values([Some(""), None, Some("aé,b"), Some("2024-02-29")].into_iter())),
        ("c", Column::new(DataType::String, coded)),
        ("e", of(&words, [text("mid"), Scalar::Null, text("low"), text("high")])),
        (
            "day",
            of(
                &DataType::Date,
                [Scalar::Date(0), Scalar::Null, Scalar::Date(i32::MIN), Scalar::Date(19_782)],
            ),
        ),
        (
            "span",
            of(
                &DataType::Duration(TimeUnit::Microseconds),
                [0, 1, i64::MIN, i64::MAX].map(|ticks| Scalar::Duration(ticks, TimeUnit::Microseconds)),
            ),
        ),
        (
            "l",
            list(
                &DataType::Int64,
                [Some(vec![int(1), Scalar::Null, int(1)]), None, Some(vec![]), Some(vec![int(i64::MAX)])],
            ),
        ),
        (
            "lt",
            list(
                &DataType::String,
                [Some(vec![]), Some(vec![text("b"), Scalar::Null]), None, Some(vec![text("")])],
            ),
        ),
        (
            "s",
            of(
                &record,
                [
                    row(int(1), text("x")),
                    Scalar::Null,
                    row(Scalar::Null, Scalar::Null),
                    row(int(-1), text("")),
                ],
            ),
        ),
        ("null", Column::new_null(DataType::Null, ROWS)),
    ]
}

/// Constants of each kind.
fn constants() -> Vec<Expr> {
    let typed = |value: Scalar| Expr::Literal(Literal::typed(value));
    vec![
        Expr::from(0),
        Expr::from(-1i64),
        typed(Scalar::Int64(i64::MAX)),
        Expr::from(1.5),
        Expr::from("a"),
        Expr::from(true),
        Expr::from(None::<i32>),
        typed(Scalar::List(Box::new(Column::from_values([Some(1i64), None].into_iter())))),
    ]
}

/// Checks one call; gives whether it was accepted, or what is wrong.
fn check(call: &Expr, function: &FunctionRef, batch: &Batch) -> Result<bool, String> {
    let Expr::Function { inputs, .. } = call else { unreachable!("a call was made") };
    let are_constants = inputs.iter().all(|input| matches!(input, Expr::Literal(_)));
    let Ok(typed) = resolve(call, batch.schema(), Context::RowByRow("a test")) else { return Ok(false) };
    let again =
        resolve(&typed.expr, batch.schema(), Context::RowByRow("a test")).map(|again| again.data_type);
    if again.as_ref() != Ok(&typed.data_type) {
        return Err(format!("resolving twice gives {again:?} for {}", typed.data_type));
    }
    let evaluator = Evaluator::new(&typed.expr, batch.schema());
    let Ok(whole) = evaluator.evaluate(batch) else {
        return if typed.expr.is_fallible() { Ok(true) } else { Err("an error of what can't fail".into()) };
    };
    if *whole.data_type() != typed.data_type {
        return Err(format!("{} was promised, {} came", typed.data_type, whole.data_type()));
    }
    if !function.is_deterministic() {
        return Ok(true);
    }
    if are_constants && !whole.is_constant() {
        return Err("constants make no constant".into());
    }
    let whole = whole.into_column(ROWS);
    for (start, length) in [(1, 3), (2, 1), (0, 0)] {
        match evaluator.evaluate(&batch.sliced(start, length)) {
            Ok(part) if part.clone().into_column(length) == whole.sliced(start, length) => {}
            part => return Err(format!("{length} rows from {start} on are {part:?}, not {whole:?}")),
        }
    }
    Ok(true)
}

#[test]
fn every_call_is_refused_or_answered() {
    let columns = columns();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let named = columns.into_iter().map(|(name, column)| (name.into(), column)).collect();
    let batch = Batch::from_columns(named).expect("columns of one length");
    let constants = constants();
    let any: Vec<Expr> = names.iter().map(|name| col(*name)).chain(constants.iter().cloned()).collect();
    let mut inputs: Vec<Vec<&Expr>> = vec![vec![]];
    for first in &any {
        inputs.push(vec![first]);
        inputs.extend(any.iter().map(|second| vec![first, second]));
        for second in &constants {
            inputs.extend(constants.iter().map(|third| vec![first, second, third]));
        }
    }
    let (mut num_accepted, mut wrong) = (0, Vec::new());
    for function in functions() {
        for inputs in &inputs {
            let inputs = inputs.iter().map(|input| (*input).clone()).collect();
            let call = Expr::Function { function: function.clone(), inputs };
            let checked =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&call, function, &batch)));
            match checked.unwrap_or_else(|_| Err("a panic".into())) {
                Ok(is_accepted) => num_accepted += usize::from(is_accepted),
                Err(reason) => {
                    // The first mistake of each function tells enough.
                    wrong.push(format!("{call}: {reason}"));
                    break;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} functions are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(num_accepted > 5_000, "only {num_accepted} calls are right");
}
