//! Expressions as text: close to what `lz` pipelines read, with brackets only where needed.

use std::fmt;

use lazuli_array::Scalar;

use crate::window::WindowMapping;
use crate::{BinaryOperator, CastMode, Expr, Literal, UnaryOperator};

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Scalar::String(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Scalar::Date(_) => write!(f, "date '{}'", self.value),
            Scalar::Datetime(..) => write!(f, "timestamp '{}'", self.value),
            Scalar::List(items) => {
                f.write_str("[")?;
                for row in 0..items.len() {
                    write!(f, "{}{}", if row == 0 { "" } else { ", " }, Literal::typed(items.get(row)))?;
                }
                f.write_str("]")
            }
            other => write!(f, "{other}"),
        }
    }
}

/// An operand, in brackets if it binds less tightly than `precedence`.
struct Operand<'a>(&'a Expr, u8);

impl fmt::Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = match self.0 {
            Expr::Binary { operator, .. } => operator.precedence(),
            Expr::Unary { operator: UnaryOperator::Not, .. } => 4,
            Expr::Alias { .. } => 0,
            Expr::Column(_)
            | Expr::Literal(_)
            | Expr::Selector(_)
            | Expr::Unary { .. }
            | Expr::Function { .. }
            | Expr::Cast { .. }
            | Expr::Conditional { .. }
            | Expr::Aggregate { .. }
            | Expr::WindowFunction { .. }
            | Expr::Over { .. } => u8::MAX,
        };
        if own < self.1 { write!(f, "({})", self.0) } else { write!(f, "{}", self.0) }
    }
}

/// Whether the text begins with a minus.
fn is_negative(expr: &Expr) -> bool {
    match expr {
        Expr::Unary { operator, .. } => *operator == UnaryOperator::Negate,
        Expr::Literal(literal) => literal.to_string().starts_with('-'),
        _ => false,
    }
}

fn write_call(f: &mut fmt::Formatter<'_>, name: &str, inputs: &[Expr]) -> fmt::Result {
    write!(f, "{name}(")?;
    for (index, input) in inputs.iter().enumerate() {
        write!(f, "{}{input}", if index == 0 { "" } else { ", " })?;
    }
    f.write_str(")")
}

/// `word` and the items, or nothing if there are none.
fn write_list(f: &mut fmt::Formatter<'_>, word: &str, items: &[impl fmt::Display]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if index == 0 { word } else { ", " })?;
    }
    Ok(())
}

/// Whether a name can stand in an expression text without quotes.
fn is_plain_name(name: &str) -> bool {
    name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(name) if is_plain_name(name) => f.write_str(name),
            Self::Column(name) => write!(f, "\"{}\"", name.replace('"', "\"\"")),
            Self::Literal(literal) => write!(f, "{literal}"),
            Self::Selector(selector) => write!(f, "{selector}"),
            Self::Alias { input, name } => write!(f, "{input} as {}", Expr::Column(name.clone())),
            Self::Binary { left, operator, right } => {
                let precedence = operator.precedence();
                // Comparisons do not chain, and the right side of every operator needs brackets at equal strength.
                let left_precedence = match operator {
                    // A minus before a power is that of the power.
                    BinaryOperator::Power if is_negative(left) => {
                        return write!(f, "({left}) ** {}", Operand(right, precedence + 1));
                    }
                    operator if operator.is_comparison() => precedence + 1,
                    _ => precedence,
                };
                write!(f, "{} {operator} {}", Operand(left, left_precedence), Operand(right, precedence + 1))
            }
            Self::Unary { operator, input } => {
                let precedence = match operator {
                    UnaryOperator::Not => 4,
                    UnaryOperator::Negate => 9,
                };
                write!(f, "{operator}{}", Operand(input, precedence))
            }
            Self::Function { function, inputs } => match function.body() {
                None => write_call(f, function.name(), inputs),
                Some(body) => {
                    let arguments: Vec<Expr> = inputs.iter().chain([body]).cloned().collect();
                    write_call(f, function.name(), &arguments)
                }
            },
            Self::Cast { input, to, mode } => {
                let name = match mode {
                    CastMode::Strict => "cast",
                    CastMode::Lenient => "try_cast",
                };
                write!(f, "{name}({input} as {to})")
            }
            Self::Conditional { branches, otherwise } => {
                for (index, (condition, value)) in branches.iter().enumerate() {
                    write!(f, "{}when({condition}).then({value})", if index == 0 { "" } else { "." })?;
                }
                match otherwise {
                    Some(otherwise) => write!(f, ".otherwise({otherwise})"),
                    None => Ok(()),
                }
            }
            Self::Aggregate { aggregate, inputs } => write_call(f, aggregate.name(), inputs),
            Self::WindowFunction { function, inputs } => write_call(f, function.name(), inputs),
            Self::Over { input, window } => {
                // Calls and what reads like one stand as they are.
                match **input {
                    Self::Aggregate { .. } | Self::WindowFunction { .. } | Self::Function { .. } => {
                        write!(f, "{input}")?;
                    }
                    _ => write!(f, "({input})")?,
                }
                f.write_str(" over (")?;
                write_list(f, "partition by ", &window.partition_by)?;
                if !window.partition_by.is_empty() && !window.order_by.is_empty() {
                    f.write_str(" ")?;
                }
                write_list(f, "order by ", &window.order_by)?;
                f.write_str(match window.mapping {
                    WindowMapping::GroupToRows => ")",
                    WindowMapping::Join => " join)",
                    WindowMapping::Explode => " explode)",
                })
            }
        }
    }
}
