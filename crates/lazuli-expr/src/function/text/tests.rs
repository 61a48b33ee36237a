//! All functions of strings and bytes with any arguments: a result of the promised type and length, or an error.

use std::sync::Arc;

use lazuli_array::{
    Batch, BinaryArray, Column, DataType, DictionaryArray, Field, FromValues, Scalar, Schema, StringArray,
};
use proptest::prelude::*;

use crate::evaluate::Evaluator;
use crate::function::functions;
use crate::typing::{Context, resolve};
use crate::{Expr, Literal, col, lit};

const TEXTS: [Option<&str>; 6] =
    [Some("aé,b"), None, Some(""), Some("12"), Some("{\"a\":[1]}"), Some("YQ==")];

fn batch(coded: bool) -> Batch {
    let texts = if coded {
        Column::new(DataType::String, TEXTS.into_iter().collect::<DictionaryArray>())
    } else {
        Column::new(DataType::String, TEXTS.into_iter().collect::<StringArray>())
    };
    let bytes: BinaryArray = TEXTS.into_iter().collect();
    let numbers = [Some(i64::MIN), Some(0), None, Some(2), Some(-1), Some(i64::MAX)];
    let columns = vec![texts, Column::new(DataType::Binary, bytes), Column::from_values(numbers.into_iter())];
    let names = ["a", "b", "n"];
    let fields: Vec<Field> = names
        .iter()
        .zip(&columns)
        .map(|(name, column)| Field::new(*name, column.data_type().clone()))
        .collect();
    Batch::new(Arc::new(Schema::try_new(fields).unwrap()), columns, TEXTS.len())
}

fn argument() -> impl Strategy<Value = Expr> {
    let texts =
        ["", "a", "é", "(", "(a)(?<x>b)?", "$1", "$", ".", "hex", "NFC", "little", "$.a[0]", "{}", "kb"];
    let numbers = [0, 1, -1, 2, 36, 37, i64::MAX, i64::MIN, 300];
    let typed = |data_type| Expr::Literal(Literal { value: Scalar::Null, data_type, flexible: false });
    let types =
        [DataType::Int8, DataType::UInt64, DataType::Float32, DataType::List(Box::new(DataType::String))];
    prop_oneof![
        4 => prop::sample::select(texts.to_vec()).prop_map(lit),
        3 => prop::sample::select(numbers.to_vec()).prop_map(lit),
        2 => any::<bool>().prop_map(lit),
        1 => Just(Expr::from(None::<&str>)),
        1 => prop::sample::select(types.to_vec()).prop_map(typed),
        2 => prop::sample::select(vec!["a", "b", "n"]).prop_map(col),
    ]
}

/// The functions of strings and bytes, and those of several columns as text.
fn names() -> Vec<String> {
    let is_ours = |name: &&str| {
        name.starts_with("str.") || name.starts_with("bin.") || ["concat_str", "format"].contains(name)
    };
    functions().map(|function| function.name().to_string()).filter(|name| is_ours(&name.as_str())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn no_arguments_are_beyond_a_result_or_an_error(
        name in prop::sample::select(names()),
        first in prop_oneof![4 => Just(col("a")), 2 => Just(col("b")), 1 => Just(lit("aé")), 1 => argument()],
        rest in prop::collection::vec(argument(), 0..4),
        coded in any::<bool>(),
    ) {
        let batch = batch(coded);
        let function = crate::function::function_named(&name).expect("it is listed");
        let inputs = std::iter::once(first).chain(rest).collect();
        let expr = Expr::Function { function, inputs };
        if let Ok(typed) = resolve(&expr, batch.schema(), Context::RowByRow("a test")) {
            let evaluator = Evaluator::new(&typed.expr, batch.schema());
            for rows in [0..6, 2..5, 0..0] {
                let columns = batch.columns().iter().map(|column| column.sliced(rows.start, rows.len())).collect();
                let part = Batch::new(batch.schema().clone(), columns, rows.len());
                if let Ok(result) = evaluator.evaluate(&part) {
                    prop_assert_eq!(result.data_type(), &typed.data_type, "{}", &typed.expr);
                    prop_assert_eq!(result.into_column(rows.len()).len(), rows.len(), "{}", &typed.expr);
                } else {
                    prop_assert!(evaluator.is_fallible(), "{} is not known to fail", &typed.expr);
                }
            }
        }
    }
}
