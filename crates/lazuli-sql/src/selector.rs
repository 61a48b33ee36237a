//! Choices of columns in texts: `all()`, `cols(a, b)`, `cs.numeric() - cs.starts_with('id')`.

use lazuli_array::{Name, Scalar};
use lazuli_expr::{Expr, Literal, Selector, TypeKind};
use sqlparser::ast;

use crate::{TextError, parse_data_type};

/// What the words of choices begin with.
const PREFIX: &str = "cs.";

/// The choice that a call is, if its name is one of choices.
pub(crate) fn call(text: &str, name: &str, inputs: &[Expr]) -> Option<Result<Expr, TextError>> {
    let made = match name {
        "all" if inputs.is_empty() => Ok(Selector::All),
        "cols" => names(text, name, inputs).map(Selector::Names),
        "all_except" => names(text, name, inputs).map(Selector::Except),
        "all_unnested" => names(text, name, inputs).map(Selector::Unnested),
        name => of_word(text, name.strip_prefix(PREFIX)?, inputs),
    };
    Some(made.map(Expr::Selector))
}

fn of_word(text: &str, word: &str, inputs: &[Expr]) -> Result<Selector, TextError> {
    if let Some(selector) = Selector::of_word(word) {
        return if inputs.is_empty() { Ok(selector) } else { Err(count(text, word, "no arguments", inputs)) };
    }
    match word {
        "all" => Ok(Selector::All),
        "matches" => match inputs {
            [Expr::Literal(Literal { value: Scalar::String(pattern), .. })] => {
                Ok(Selector::Matches(pattern.clone()))
            }
            _ => Err(count(text, word, "a pattern", inputs)),
        },
        "first" => Ok(Selector::Places(vec![0])),
        "last" => Ok(Selector::Places(vec![-1])),
        "by_name" => names(text, word, inputs).map(Selector::Names),
        "exclude" => names(text, word, inputs).map(Selector::Except),
        "by_index" => {
            let places = inputs.iter().map(|input| match input {
                Expr::Literal(Literal { value: Scalar::Int32(place), .. }) => Some(i64::from(*place)),
                Expr::Literal(Literal { value: Scalar::Int64(place), .. }) => Some(*place),
                _ => None,
            });
            let places: Option<Vec<i64>> = places.collect();
            places.map(Selector::Places).ok_or_else(|| count(text, word, "whole numbers", inputs))
        }
        "by_dtype" => {
            let mut kinds = Vec::new();
            for word in names(text, word, inputs)? {
                match Selector::of_word(&word) {
                    Some(Selector::OfType(of_word)) => kinds.extend(of_word),
                    _ => kinds.push(TypeKind::Exactly(parse_data_type(&word)?)),
                }
            }
            Ok(Selector::OfType(kinds))
        }
        word => match Selector::of_name_word(word, names(text, word, inputs)?) {
            Some(selector) => Ok(selector),
            None => {
                let known: Vec<Name> = NAMES.iter().map(|name| (*name).into()).collect();
                let nearest = lazuli_expr::typing::nearest_name(word, &known);
                let nearest = nearest.map(|nearest| format!("{PREFIX}{nearest}"));
                Err(TextError::UnknownFunction {
                    text: text.into(),
                    name: format!("{PREFIX}{word}"),
                    nearest,
                })
            }
        },
    }
}

/// The words that a wrong one may be meant for.
const NAMES: [&str; 17] = [
    "all",
    "boolean",
    "by_dtype",
    "by_index",
    "by_name",
    "contains",
    "ends_with",
    "exclude",
    "float",
    "integer",
    "list",
    "matches",
    "numeric",
    "starts_with",
    "string",
    "struct",
    "temporal",
];

/// Names as texts or as columns.
fn names(text: &str, word: &str, inputs: &[Expr]) -> Result<Vec<Name>, TextError> {
    let names = inputs.iter().map(|input| match input {
        Expr::Column(name) | Expr::Literal(Literal { value: Scalar::String(name), .. }) => Some(name.clone()),
        _ => None,
    });
    names.collect::<Option<_>>().ok_or_else(|| count(text, word, "names", inputs))
}

fn count(text: &str, word: &str, expected: &'static str, inputs: &[Expr]) -> TextError {
    TextError::ArgumentCount {
        text: text.into(),
        name: format!("{PREFIX}{word}"),
        expected,
        found: inputs.len(),
    }
}

/// Two choices with an operator of sets between them; `None` for other sides and operators.
pub(crate) fn combined(operator: &ast::BinaryOperator, left: &Expr, right: &Expr) -> Option<Expr> {
    let (Expr::Selector(left), Expr::Selector(right)) = (left, right) else { return None };
    let (left, right) = (left.clone(), right.clone());
    Some(Expr::Selector(match operator {
        ast::BinaryOperator::BitwiseOr => left | right,
        ast::BinaryOperator::BitwiseAnd => left & right,
        ast::BinaryOperator::Minus => left - right,
        ast::BinaryOperator::BitwiseXor | ast::BinaryOperator::PGExp => left ^ right,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use crate::parse_expr;

    #[test]
    fn choices_read_as_they_are_written() {
        for text in [
            "cs.all()",
            "sum(cs.all())",
            "cols(a, b)",
            "all_except(a)",
            "cs.numeric()",
            "mean(cs.float())",
            "cs.struct()",
            "cs.date()",
            "cs.digit()",
            "cs.matches('^a.*')",
            "cs.by_index(0, -1)",
            "cs.by_dtype('Int64', 'List(String)')",
            "cs.starts_with('a', 'b')",
            "cs.contains('a')",
            "(cs.numeric() - cols(id))",
            "((cs.numeric() | cs.string()) & cs.ends_with('x'))",
            "(cs.numeric() ^ cs.integer())",
            "~cs.numeric()",
            "name.suffix(sum(cs.numeric()), '_sum')",
        ] {
            assert_eq!(parse_expr(text).map(|expr| expr.to_string()).as_deref(), Ok(text));
        }
        for (text, same) in [
            ("all()", "cs.all()"),
            ("cs.first()", "cs.by_index(0)"),
            ("cs.by_name('a')", "cols(a)"),
            ("cs.exclude(a)", "all_except(a)"),
            ("cs.by_dtype('numeric', Date)", "cs.by_dtype('numeric', 'Date')"),
        ] {
            assert_eq!(parse_expr(text).map(|expr| expr.to_string()).as_deref(), Ok(same));
        }
        let error = parse_expr("cs.numerc()").expect_err("no such word").to_string();
        assert!(error.contains("did you mean cs.numeric?"), "{error}");
    }
}
