//! The operators that expressions are written with, and Rust's own signs for them.

use std::fmt;
use std::ops;
use std::sync::Arc;

use crate::Expr;

/// An operator with two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `+`; exact for integers, an overflow is an error.
    Add,
    /// `-`; exact for integers, an overflow is an error.
    Subtract,
    /// `*`; exact for integers, an overflow is an error.
    Multiply,
    /// `/`; always a float, for integers too.
    Divide,
    /// `//`; rounds towards negative infinity, null for an integer divided by 0.
    FloorDivide,
    /// `%`; has the sign of the divisor, null for an integer divided by 0.
    Modulo,
    /// `**`
    Power,
    /// `==`; null if either side is.
    Equal,
    /// `!=`; null if either side is.
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// Equal, where null equals null; never null.
    EqualMissing,
    /// Not equal, where null equals null; never null.
    NotEqualMissing,
    /// Kleene `and`: false wins over null.
    And,
    /// Kleene `or`: true wins over null.
    Or,
    /// Exclusive or; null if either side is.
    Xor,
}

impl BinaryOperator {
    /// Whether the operands are compared.
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessEqual
                | Self::Greater
                | Self::GreaterEqual
                | Self::EqualMissing
                | Self::NotEqualMissing
        )
    }

    /// Whether the operands are booleans.
    pub fn is_logical(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Xor)
    }

    /// Whether this computes a number.
    pub fn is_arithmetic(self) -> bool {
        !self.is_comparison() && !self.is_logical()
    }

    /// The comparison that holds when the sides are swapped.
    pub fn swapped(self) -> Option<Self> {
        Some(match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            same @ (Self::Equal
            | Self::NotEqual
            | Self::EqualMissing
            | Self::NotEqualMissing
            | Self::And
            | Self::Or
            | Self::Xor
            | Self::Add
            | Self::Multiply) => same,
            Self::Subtract | Self::Divide | Self::FloorDivide | Self::Modulo | Self::Power => return None,
        })
    }

    /// How tightly the operator binds when written without brackets; higher binds tighter.
    pub fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::Xor => 2,
            Self::And => 3,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessEqual
            | Self::Greater
            | Self::GreaterEqual
            | Self::EqualMissing
            | Self::NotEqualMissing => 5,
            Self::Add | Self::Subtract => 6,
            Self::Multiply | Self::Divide | Self::FloorDivide | Self::Modulo => 7,
            Self::Power => 8,
        }
    }
}

impl fmt::Display for BinaryOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Modulo => "%",
            Self::Power => "**",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::EqualMissing => "<=>",
            Self::NotEqualMissing => "<!=>",
            Self::And => "and",
            Self::Or => "or",
            Self::Xor => "xor",
        })
    }
}

/// An operator with one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// Kleene `not`: null stays null.
    Not,
    /// Minus; an overflow is an error.
    Negate,
}

impl fmt::Display for UnaryOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Not => "not ",
            Self::Negate => "-",
        })
    }
}

impl Expr {
    pub(crate) fn binary(self, operator: BinaryOperator, right: impl Into<Expr>) -> Self {
        Self::Binary { left: Arc::new(self), operator, right: Arc::new(right.into()) }
    }
}

macro_rules! sign {
    ($($trait:ident :: $method:ident => $operator:ident),* $(,)?) => {$(
        impl<E: Into<Expr>> ops::$trait<E> for Expr {
            type Output = Expr;

            fn $method(self, right: E) -> Expr {
                self.binary(BinaryOperator::$operator, right)
            }
        }
    )*};
}

sign!(
    Add::add => Add, Sub::sub => Subtract, Mul::mul => Multiply, Div::div => Divide, Rem::rem => Modulo,
    BitAnd::bitand => And, BitOr::bitor => Or, BitXor::bitxor => Xor,
);

impl ops::Not for Expr {
    type Output = Expr;

    fn not(self) -> Expr {
        Expr::Unary { operator: UnaryOperator::Not, input: Arc::new(self) }
    }
}

impl ops::Neg for Expr {
    type Output = Expr;

    fn neg(self) -> Expr {
        Expr::Unary { operator: UnaryOperator::Negate, input: Arc::new(self) }
    }
}
