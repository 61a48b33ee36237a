//! Functions, aggregates and window functions by name: those of `lazuli-expr`, and a few of SQL's names for them.

use lazuli_array::Name;
use lazuli_expr::aggregate::{AGGREGATES, aggregate_named};
use lazuli_expr::function::list::call_with_body;
use lazuli_expr::function::{function_named, functions};
use lazuli_expr::typing::nearest_name;
use lazuli_expr::window::{WINDOW_FUNCTIONS, window_function_named};
use lazuli_expr::{BinaryOperator, Expr, Literal, aggregate, element};

use crate::{TextError, selector};

/// Other names for the same thing.
const ALIASES: [(&str, &str); 32] = [
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
    ("upper", "str.to_uppercase"),
    ("ucase", "str.to_uppercase"),
    ("lower", "str.to_lowercase"),
    ("lcase", "str.to_lowercase"),
    ("initcap", "str.to_titlecase"),
    ("length", "str.len_chars"),
    ("char_length", "str.len_chars"),
    ("character_length", "str.len_chars"),
    ("octet_length", "str.len_bytes"),
    ("trim", "str.strip_chars"),
    ("btrim", "str.strip_chars"),
    ("ltrim", "str.strip_chars_start"),
    ("rtrim", "str.strip_chars_end"),
    ("starts_with", "str.starts_with"),
    ("ends_with", "str.ends_with"),
    ("lpad", "str.pad_start"),
    ("rpad", "str.pad_end"),
    ("left", "str.head"),
    ("right", "str.tail"),
    ("regexp_replace", "str.replace"),
    ("string_agg", "str.join"),
    ("limit", "head"),
];

/// Names that are operators in expressions.
const OPERATORS: [(&str, BinaryOperator); 3] =
    [("pow", BinaryOperator::Power), ("power", BinaryOperator::Power), ("mod", BinaryOperator::Modulo)];

/// Calls whose arguments are about other columns than those around them.
fn of_nested(name: &str, inputs: &[Expr]) -> Option<Expr> {
    match (name, inputs) {
        ("element", []) => Some(element()),
        ("list.to_list", [list]) => Some(list.clone()),
        ("struct.eval", [of, expr]) => Some(of.clone().struct_().eval(expr.clone())),
        (_, [list, body]) if name.starts_with("list.") => call_with_body(name, list.clone(), body.clone()),
        // With names before the values, as it is written, it is a call like any other.
        ("struct.with_fields", [of, values @ ..]) if !matches!(values, [Expr::Literal(_), ..]) => {
            Some(of.clone().struct_().with_fields(values))
        }
        _ => None,
    }
}

/// The call of a function by name.
pub(crate) fn call(text: &str, name: &str, inputs: Vec<Expr>) -> Result<Expr, TextError> {
    let lower = name.to_ascii_lowercase();
    // Lists of one length are lists.
    let lower = lower.strip_prefix("arr.").map_or(lower.clone(), |rest| format!("list.{rest}"));
    if let Some(choice) = selector::call(text, &lower, &inputs) {
        return choice;
    }
    if let Some(nested) = of_nested(&lower, &inputs) {
        return Ok(nested);
    }
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

#[cfg(test)]
mod tests {
    use lazuli_expr::Expr;
    use lazuli_expr::function::functions;

    use crate::parse_expr;

    #[test]
    fn every_function_can_be_called_by_its_name() {
        for function in functions() {
            let name = function.name();
            match parse_expr(&format!("{name}(a, b)")) {
                Ok(Expr::Function { function, .. }) => assert_eq!(function.name(), name),
                Ok(other) => panic!("{name} is read as {other}"),
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn expressions_over_items_and_fields() {
        for (text, written) in [
            ("list.eval(a, element() * 2)", "list.eval(a, element * 2)"),
            ("list.agg(a, max(element) - min(element))", "list.agg(a, max(element) - min(element))"),
            (
                "list.filter(list.eval(a, element + 1), element > 1)",
                "list.filter(list.eval(a, element + 1), element > 1)",
            ),
            ("arr.sum(arr.to_list(a))", "list.sum(a)"),
            ("struct.eval(s, field('a') + b)", "struct.field(s, 'a') + b"),
            (
                "struct.with_fields(s, field('a') * 2, b)",
                "struct.with_fields(s, 'a', struct.field(s, 'a') * 2, 'b', b)",
            ),
            ("struct.with_fields(s, 'a', b)", "struct.with_fields(s, 'a', b)"),
            ("as_struct(a, b as c)", "error"),
        ] {
            let read = parse_expr(text).map(|expr| expr.to_string()).unwrap_or("error".into());
            assert_eq!(read, written, "{text}");
            if read != "error" {
                assert_eq!(parse_expr(&read).map(|expr| expr.to_string()), Ok(read));
            }
        }
    }
}
