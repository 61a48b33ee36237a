//! Functions, aggregates and window functions by name: those of `lazuli-expr`, and a few of SQL's names for them.

use lazuli_array::Name;
use lazuli_expr::aggregate::{AGGREGATES, aggregate_named};
use lazuli_expr::function::{function_named, functions};
use lazuli_expr::typing::nearest_name;
use lazuli_expr::window::{WINDOW_FUNCTIONS, window_function_named};
use lazuli_expr::{BinaryOperator, Expr, aggregate};

use crate::TextError;

/// Other names for the same thing.
const ALIASES: [(&str, &str); 11] = [
    ("covar_samp", "cov"),
    ("avg", "mean"),
    ("average", "mean"),
    ("stddev", "std"),
    ("stddev_samp", "std"),
    ("variance", "var"),
    ("var_samp", "var"),
    ("ifnull", "coalesce"),
    ("isnan", "is_nan"),
    ("nunique", "n_unique"),
    ("limit", "head"),
];

/// Names that are operators in expressions.
const OPERATORS: [(&str, BinaryOperator); 3] =
    [("pow", BinaryOperator::Power), ("power", BinaryOperator::Power), ("mod", BinaryOperator::Modulo)];

/// The call of a function by name.
pub(crate) fn call(text: &str, name: &str, inputs: Vec<Expr>) -> Result<Expr, TextError> {
    let lower = name.to_ascii_lowercase();
    let own = ALIASES.iter().find(|(alias, _)| *alias == lower).map_or(lower.as_str(), |(_, own)| own);
    if let Some((_, operator)) = OPERATORS.iter().find(|(operator, _)| *operator == own) {
        let found = inputs.len();
        let [left, right] = <[Expr; 2]>::try_from(inputs).map_err(|_| TextError::ArgumentCount {
            text: text.into(),
            name: own.into(),
            expected: "two arguments",
            found,
        })?;
        return Ok(Expr::Binary { left: left.into(), operator: *operator, right: right.into() });
    }
    // What fits is for the functions themselves to say, when types are known.
    if let Some(aggregate) = aggregate_named(own) {
        // count() and count(*) count rows; count(x) counts values.
        let aggregate = if own == "count" && inputs.is_empty() { aggregate::LEN } else { aggregate };
        return Ok(Expr::Aggregate { aggregate, inputs });
    }
    if let Some(function) = function_named(own) {
        return Ok(Expr::Function { function, inputs });
    }
    if let Some(function) = window_function_named(own) {
        return Ok(Expr::WindowFunction { function, inputs });
    }
    let names: Vec<Name> = functions()
        .map(|function| function.name().into())
        .chain(AGGREGATES.iter().map(|aggregate| aggregate.name().into()))
        .chain(WINDOW_FUNCTIONS.iter().map(|function| function.name().into()))
        .chain(ALIASES.iter().map(|(alias, _)| (*alias).into()))
        .collect();
    let nearest = nearest_name(&lower, &names).map(|name| name.to_string());
    Err(TextError::UnknownFunction { text: text.into(), name: name.into(), nearest })
}
