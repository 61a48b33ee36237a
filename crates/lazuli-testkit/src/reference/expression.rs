//! Expressions: one row to one value.

use lazuli_array::{DataType, Scalar, Schema};
use lazuli_expr::{BinaryOperator, CastMode, Expr, UnaryOperator, typing};

use super::arithmetic::{arithmetic, decimal_of, integer_of};
use super::cast::cast;
use super::value::{Number, compare, equal, number, ticks};
use super::{Cell, Failure};

/// A resolved expression with its columns as positions and its types told.
#[derive(Debug)]
pub(super) struct Bound {
    step: Step,
    pub(super) data_type: DataType,
}

#[derive(Debug)]
enum Step {
    Column(usize),
    Constant(Scalar),
    Binary(BinaryOperator, Box<[Bound; 2]>),
    Unary(UnaryOperator, Box<Bound>),
    Function(String, Vec<Bound>),
    Cast(Box<Bound>, CastMode),
    /// Pairs of condition and value, then the value of the rest.
    Conditional(Vec<(Bound, Bound)>, Option<Box<Bound>>),
}

impl Bound {
    /// Panics for expressions that are not row by row.
    pub(super) fn new(expr: &Expr, schema: &Schema) -> Self {
        let bind = |expr: &Expr| Self::new(expr, schema);
        let step = match expr {
            Expr::Alias { input, .. } => return bind(input),
            Expr::Column(name) => Step::Column(schema.position(name).expect("resolving found the column")),
            Expr::Literal(literal) => Step::Constant(literal.value.clone()),
            Expr::Binary { left, operator, right } => {
                Step::Binary(*operator, Box::new([bind(left), bind(right)]))
            }
            Expr::Unary { operator, input } => Step::Unary(*operator, Box::new(bind(input))),
            Expr::Function { function, inputs } => {
                Step::Function(function.name().to_string(), inputs.iter().map(bind).collect())
            }
            Expr::Cast { input, mode, .. } => Step::Cast(Box::new(bind(input)), *mode),
            Expr::Conditional { branches, otherwise } => Step::Conditional(
                branches.iter().map(|(condition, value)| (bind(condition), bind(value))).collect(),
                otherwise.as_deref().map(|otherwise| Box::new(bind(otherwise))),
            ),
            Expr::Selector(_) | Expr::Aggregate { .. } | Expr::WindowFunction { .. } | Expr::Over { .. } => {
                panic!("not a row by row expression: {expr}")
            }
        };
        Self { step, data_type: typing::data_type(expr, schema) }
    }

    /// The value for one row.
    pub(super) fn evaluate(&self, row: &[Cell]) -> Cell {
        match &self.step {
            Step::Column(position) => row[*position].clone(),
            Step::Constant(value) => Ok(value.clone()),
            Step::Binary(operator, sides) => self.binary(*operator, &sides[0], &sides[1], row),
            Step::Unary(operator, input) => match (operator, input.evaluate(row)?) {
                (_, Scalar::Null) => Ok(Scalar::Null),
                (UnaryOperator::Not, Scalar::Boolean(value)) => Ok(Scalar::Boolean(!value)),
                (UnaryOperator::Negate, value) => self.signed(&value, true),
                (operator, value) => panic!("{operator}{value}"),
            },
            Step::Function(name, inputs) => {
                let values = inputs.iter().map(|input| input.evaluate(row)).collect::<Result<Vec<_>, _>>()?;
                self.function(name, &values)
            }
            Step::Cast(input, mode) => match (cast(&input.evaluate(row)?, &self.data_type), mode) {
                (Some(value), _) => Ok(value),
                (None, CastMode::Lenient) => Ok(Scalar::Null),
                (None, CastMode::Strict) => Err(Failure::Cast),
            },
            Step::Conditional(branches, otherwise) => {
                for (condition, value) in branches {
                    if condition.is_true(row)? {
                        return value.evaluate(row);
                    }
                }
                otherwise.as_deref().map_or(Ok(Scalar::Null), |otherwise| otherwise.evaluate(row))
            }
        }
    }

    /// Whether a condition is true, not false or null.
    pub(super) fn is_true(&self, row: &[Cell]) -> Result<bool, Failure> {
        Ok(self.evaluate(row)? == Scalar::Boolean(true))
    }

    fn binary(&self, operator: BinaryOperator, left: &Self, right: &Self, row: &[Cell]) -> Cell {
        let left_value = left.evaluate(row)?;
        if operator == BinaryOperator::And || operator == BinaryOperator::Or {
            // The right side is not asked where the left one decides.
            let decides = Scalar::Boolean(operator == BinaryOperator::Or);
            if left_value == decides {
                return Ok(decides);
            }
            return Ok(match (left_value, right.evaluate(row)?) {
                (_, right) if right == decides => decides,
                (Scalar::Null, _) | (_, Scalar::Null) => Scalar::Null,
                _ => Scalar::Boolean(operator == BinaryOperator::And),
            });
        }
        let right_value = right.evaluate(row)?;
        let (is_null, other_is_null) = (left_value.is_null(), right_value.is_null());
        match operator {
            BinaryOperator::EqualMissing | BinaryOperator::NotEqualMissing => {
                let same = match (is_null, other_is_null) {
                    (false, false) => equal(&left_value, &right_value),
                    (left, right) => left && right,
                };
                Ok(Scalar::Boolean(same == (operator == BinaryOperator::EqualMissing)))
            }
            _ if is_null || other_is_null => Ok(Scalar::Null),
            BinaryOperator::Xor => Ok(Scalar::Boolean(left_value != right_value)),
            BinaryOperator::Equal => Ok(Scalar::Boolean(equal(&left_value, &right_value))),
            BinaryOperator::NotEqual => Ok(Scalar::Boolean(!equal(&left_value, &right_value))),
            _ if operator.is_comparison() => {
                let order = compare(&left_value, &right_value, &left.data_type);
                Ok(Scalar::Boolean(match operator {
                    BinaryOperator::Less => order.is_lt(),
                    BinaryOperator::LessEqual => order.is_le(),
                    BinaryOperator::Greater => order.is_gt(),
                    _ => order.is_ge(),
                }))
            }
            _ => arithmetic(operator, &left_value, &right_value, &self.data_type),
        }
    }

    /// The opposite of a value, or its distance from 0.
    fn signed(&self, value: &Scalar, negate: bool) -> Cell {
        let change = |value: i128| if negate { -value } else { value.abs() };
        match (value, number(value)) {
            (Scalar::Float32(value), _) => Ok(Scalar::Float32(if negate { -value } else { value.abs() })),
            (Scalar::Float64(value), _) => Ok(Scalar::Float64(if negate { -value } else { value.abs() })),
            (_, Some(Number::Integer(value))) => integer_of(change(value), &self.data_type),
            (_, Some(Number::Decimal(value, _))) => decimal_of(&change(value).into(), &self.data_type),
            _ => integer_of(change(ticks(value).expect("numbers and durations")), &self.data_type),
        }
    }

    fn function(&self, name: &str, values: &[Scalar]) -> Cell {
        let first = values.first().expect("every function takes an argument");
        match name {
            "is_null" => Ok(Scalar::Boolean(first.is_null())),
            "is_not_null" => Ok(Scalar::Boolean(!first.is_null())),
            "coalesce" => Ok(values.iter().find(|value| !value.is_null()).cloned().unwrap_or(Scalar::Null)),
            _ if first.is_null() => Ok(Scalar::Null),
            "abs" => self.signed(first, false),
            "is_nan" => Ok(Scalar::Boolean(match first {
                Scalar::Float32(value) => value.is_nan(),
                Scalar::Float64(value) => value.is_nan(),
                _ => false,
            })),
            "is_in" => {
                let others = values[1..].iter().filter(|value| !value.is_null());
                Ok(Scalar::Boolean(others.into_iter().any(|value| equal(first, value))))
            }
            other => panic!("the reference does not know the function {other}"),
        }
    }
}
