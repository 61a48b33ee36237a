//! Functions, aggregates and window functions by name: those of `lazuli-expr`, and a few of SQL's names for them.

use lazuli_array::{DataType, Name, Scalar};
use lazuli_expr::aggregate::{AGGREGATES, aggregate_named};
use lazuli_expr::function::list::call_with_body;
use lazuli_expr::function::{FillStrategy, QcutOptions, even_quantiles, function_named, functions};
use lazuli_expr::typing::nearest_name;
use lazuli_expr::window::{WINDOW_FUNCTIONS, window_function_named};
use lazuli_expr::{
    BinaryOperator, Closed, Expr, Literal, aggregate, arg_where, corr, element, ones, spearman_rank_corr,
    zeros,
};

use crate::{TextError, selector};

/// Other names for the same thing.
const ALIASES: [(&str, &str); 49] = [
    ("covar_samp", "cov"),
    ("avg", "mean"),
    ("average", "mean"),
    ("stddev", "std"),
    ("stddev_samp", "std"),
    ("variance", "var"),
    ("var_samp", "var"),
    ("ifnull", "coalesce"),
    ("fill_null", "coalesce"),
    ("isnan", "is_nan"),
    ("nunique", "n_unique"),
    ("acos", "arccos"),
    ("acosh", "arccosh"),
    ("asin", "arcsin"),
    ("asinh", "arcsinh"),
    ("atan", "arctan"),
    ("atan2", "arctan2"),
    ("atanh", "arctanh"),
    ("ceiling", "ceil"),
    ("greatest", "max_horizontal"),
    ("least", "min_horizontal"),
    ("not_", "not"),
    ("signum", "sign"),
    ("trunc", "truncate"),
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
    ("regexp_like", "str.contains"),
    ("regexp_matches", "str.contains"),
    ("regexp_count", "str.count_matches"),
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
        ("list.explode", [list]) => Some(list.clone().explode()),
        ("struct.eval", [of, expr]) => Some(of.clone().struct_().eval(expr.clone())),
        (_, [list, body]) if name.starts_with("list.") => call_with_body(name, list.clone(), body.clone()),
        // With names before the values, as it is written, it is a call like any other.
        ("struct.with_fields", [of, values @ ..]) if !matches!(values, [Expr::Literal(_), ..]) => {
            Some(of.clone().struct_().with_fields(values))
        }
        _ => None,
    }
}

/// What a few names stand for that are no functions of their own. `None` for other names, `Some(None)` for arguments that
/// do not fit.
fn composed(name: &str, inputs: &[Expr]) -> Option<Option<Expr>> {
    let word = |expr: &Expr| match expr {
        Expr::Literal(Literal { value: Scalar::String(word), .. }) => Some(word.to_string()),
        _ => None,
    };
    Some(match (name, inputs) {
        ("not", [input]) => Some(!input.clone()),
        ("negate", [input]) => Some(-input.clone()),
        ("truncdiv", [left, right]) => Some(left.clone().truncdiv(right.clone())),
        ("nan_to_null", [input]) => Some(input.clone().nan_to_null()),
        ("is_empty", [input]) => Some(input.clone().is_empty()),
        ("arg_where", [condition]) => Some(arg_where(condition.clone())),
        ("spearman_rank_corr", [left, right]) => Some(spearman_rank_corr(left.clone(), right.clone())),
        ("corr", [left, right, method]) => match word(method)?.as_str() {
            "pearson" => Some(corr(left.clone(), right.clone())),
            "spearman" => Some(spearman_rank_corr(left.clone(), right.clone())),
            _ => None,
        },
        ("zeros", [n]) => count_of(n).map(|n| zeros(n, DataType::Float64)),
        ("ones", [n]) => count_of(n).map(|n| ones(n, DataType::Float64)),
        ("is_between", [input, low, high]) => Some(input.clone().is_between(low.clone(), high.clone())),
        ("is_between", [input, low, high, closed]) => {
            let closed = word(closed).and_then(|word| Closed::named(&word));
            closed.map(|closed| input.clone().is_between_closed(low.clone(), high.clone(), closed))
        }
        ("fill_null_with_strategy", [input, strategy]) => {
            let strategy = word(strategy).and_then(|word| FillStrategy::named(&word));
            strategy.map(|strategy| input.clone().fill_null_with_strategy(strategy))
        }
        ("qcut", [input, quantiles, options @ ..]) if options.len() <= 3 => qcut(input, quantiles, options),
        ("bin_quantiles", [input, quantiles, options @ ..]) if options.len() <= 1 => shares(quantiles)
            .zip(flag(options.first()))
            .map(|(quantiles, right_closed)| input.clone().bin_quantiles(&quantiles, right_closed)),
        ("bin_ranks", [input, bins]) => count_of(bins).map(|bins| input.clone().bin_ranks(bins)),
        ("bin_evenly", [input, bins, options @ ..]) if options.len() <= 1 => count_of(bins)
            .zip(flag(options.first()))
            .map(|(bins, right_closed)| input.clone().bin_evenly(bins, right_closed)),
        (
            "not"
            | "negate"
            | "nan_to_null"
            | "is_between"
            | "fill_null_with_strategy"
            | "qcut"
            | "bin_quantiles"
            | "bin_evenly"
            | "bin_ranks"
            | "is_empty"
            | "arg_where"
            | "spearman_rank_corr"
            | "zeros"
            | "ones"
            | "truncdiv",
            _,
        ) => None,
        _ => return None,
    })
}

/// Quantiles as a list of shares, or as the number of bins that they make.
fn shares(expr: &Expr) -> Option<Vec<f64>> {
    let number = |value: Scalar| match value {
        Scalar::Int32(value) => Some(f64::from(value)),
        Scalar::Float64(value) => Some(value),
        _ => None,
    };
    match expr {
        Expr::Literal(Literal { value: Scalar::List(items), .. }) => {
            (0..items.len()).map(|row| number(items.get(row))).collect()
        }
        Expr::Literal(Literal { value: Scalar::Int32(bins), .. }) => {
            u32::try_from(*bins).ok().map(even_quantiles)
        }
        _ => None,
    }
}

/// A constant number of bins.
fn count_of(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::Literal(Literal { value: Scalar::Int32(count), .. }) => u32::try_from(*count).ok(),
        _ => None,
    }
}

/// A constant true or false; false if it is not there.
fn flag(expr: Option<&Expr>) -> Option<bool> {
    match expr {
        None => Some(false),
        Some(Expr::Literal(Literal { value: Scalar::Boolean(value), .. })) => Some(*value),
        Some(_) => None,
    }
}

fn qcut(input: &Expr, quantiles: &Expr, options: &[Expr]) -> Option<Expr> {
    let labels = match options.first() {
        None => Vec::new(),
        Some(Expr::Literal(Literal { value: Scalar::Null, .. })) => Vec::new(),
        Some(Expr::Literal(Literal { value: Scalar::List(items), .. })) => {
            let labels = (0..items.len()).map(|row| match items.get(row) {
                Scalar::String(label) => Some(label.to_string()),
                _ => None,
            });
            labels.collect::<Option<_>>()?
        }
        Some(_) => return None,
    };
    let (left_closed, allow_duplicates) = (flag(options.get(1))?, flag(options.get(2))?);
    let options = QcutOptions { labels, left_closed, allow_duplicates };
    Some(input.clone().qcut(&shares(quantiles)?, options))
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
    if let Some(composed) = composed(own, &inputs) {
        return composed.ok_or_else(|| TextError::ArgumentCount {
            text: text.into(),
            name: own.into(),
            expected: "other arguments",
            found: inputs.len(),
        });
    }
    // The same words say what is made of the bits of two columns, and of all rows of one.
    let is_of_two = own.starts_with("bitwise_") && inputs.len() == 2;
    // What fits is for the functions themselves to say, when types are known.
    if let Some(aggregate) = aggregate_named(own).filter(|_| !is_of_two) {
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
