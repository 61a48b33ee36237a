//! The tree.

use std::sync::Arc;

use lazuli_array::{DataType, Name, Scalar};

use crate::window::{Window, WindowFunctionRef};
use crate::{AggregateRef, BinaryOperator, FunctionRef, Selector, UnaryOperator};

/// What to compute from the columns of a frame: a tree that is cheap to clone.
///
/// Built with [`crate::col`], [`crate::lit`] and the methods below; nothing is checked until a plan is resolved.
///
/// ```
/// use lazuli_expr::{col, lit};
///
/// let expr = (col("price") * col("quantity")).sum().alias("revenue");
/// assert_eq!(expr.to_string(), "sum(price * quantity) as revenue");
/// assert_eq!((col("a").gt(lit(1)) & col("b").is_null()).to_string(), "a > 1 and is_null(b)");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// The column of this name.
    Column(Name),
    /// A constant.
    Literal(Literal),
    /// Several columns at once; replaced by one expression each when the plan is resolved.
    Selector(Selector),
    /// The same values under another name.
    Alias {
        /// What is named.
        input: Arc<Expr>,
        /// The name.
        name: Name,
    },
    /// An operator with two sides.
    Binary {
        /// The left side.
        left: Arc<Expr>,
        /// The operator.
        operator: BinaryOperator,
        /// The right side.
        right: Arc<Expr>,
    },
    /// An operator with one side.
    Unary {
        /// The operator.
        operator: UnaryOperator,
        /// Its operand.
        input: Arc<Expr>,
    },
    /// A function of rows.
    Function {
        /// The function.
        function: FunctionRef,
        /// Its arguments.
        inputs: Vec<Expr>,
    },
    /// Values as another type.
    Cast {
        /// What is cast.
        input: Arc<Expr>,
        /// The type.
        to: DataType,
        /// What happens to values that do not fit.
        mode: CastMode,
    },
    /// The value of the first branch whose condition is true; branches that are not taken raise no errors.
    Conditional {
        /// Conditions and values.
        branches: Vec<(Expr, Expr)>,
        /// The value when no condition is true; null if absent.
        otherwise: Option<Arc<Expr>>,
    },
    /// Many rows to one.
    Aggregate {
        /// The aggregate.
        aggregate: AggregateRef,
        /// Its arguments.
        inputs: Vec<Expr>,
    },
    /// A value for each row, made of the rows of its partition. Over the whole frame, in its order, unless an `Over`
    /// stands around it; resolving writes one.
    WindowFunction {
        /// The function.
        function: WindowFunctionRef,
        /// Its arguments.
        inputs: Vec<Expr>,
    },
    /// Computed for each partition of the rows, and put back to its rows. Resolved: around one `Aggregate` or
    /// `WindowFunction`.
    Over {
        /// What is computed.
        input: Arc<Expr>,
        /// Which rows are a partition.
        window: Arc<Window>,
    },
}

/// A constant in an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Literal {
    /// The value.
    pub value: Scalar,
    /// The type; [`DataType::Null`] for an untyped null.
    pub data_type: DataType,
    /// Whether the type gives way to the other side of an operator: true for bare numbers and texts, as in
    /// `col("small") + 1`, false when the caller named the type.
    pub flexible: bool,
}

impl Literal {
    /// A constant of exactly this value's type.
    pub fn typed(value: Scalar) -> Self {
        Self { data_type: value.data_type(), value, flexible: false }
    }

    /// A constant whose type gives way.
    pub fn flexible(value: Scalar) -> Self {
        Self { data_type: value.data_type(), value, flexible: true }
    }
}

/// What a cast does with a value that the new type can't hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CastMode {
    /// It is an error that names the row and the value.
    Strict,
    /// It becomes null.
    Lenient,
}
