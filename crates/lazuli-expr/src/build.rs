//! The functions and methods that users build expressions with.

use std::sync::Arc;

use lazuli_array::{DataType, Name, Scalar};

use crate::{
    BinaryOperator, CastMode, Expr, FunctionRef, IntoExpr, Literal, Selector, SortKey, aggregate, function,
};

/// The column of this name.
pub fn col(name: impl Into<Name>) -> Expr {
    Expr::Column(name.into())
}

/// The columns of these names, each for itself.
pub fn cols<N: Into<Name>>(names: impl IntoIterator<Item = N>) -> Expr {
    Expr::Selector(Selector::Names(names.into_iter().map(Into::into).collect()))
}

/// Every column of the frame, each for itself.
pub fn all() -> Expr {
    Expr::Selector(Selector::All)
}

/// A constant. Bare numbers and texts give way to the type of the other side of an operator.
pub fn lit(value: impl Into<Expr>) -> Expr {
    value.into()
}

/// The number of rows, nulls included.
pub fn len() -> Expr {
    Expr::Aggregate { aggregate: aggregate::LEN, inputs: Vec::new() }
}

/// Pearson's correlation of two columns, over the rows where neither is null; NaN where it is not defined.
///
/// ```
/// use lazuli_expr::corr;
///
/// assert_eq!(corr("height", "weight").to_string(), "corr(height, weight)");
/// ```
pub fn corr(left: impl IntoExpr, right: impl IntoExpr) -> Expr {
    Expr::Aggregate { aggregate: aggregate::CORR, inputs: vec![left.into_expr(), right.into_expr()] }
}

/// The covariance of two columns, over the rows where neither is null, dividing by their number less `ddof` (1 for a
/// sample); null for `ddof` rows or fewer.
pub fn cov(left: impl IntoExpr, right: impl IntoExpr, ddof: u8) -> Expr {
    let inputs = vec![left.into_expr(), right.into_expr(), lit(ddof)];
    Expr::Aggregate { aggregate: aggregate::COV, inputs }
}

/// The first value in each row that is not null.
pub fn coalesce(exprs: impl crate::IntoExprs) -> Expr {
    Expr::Function { function: function::COALESCE, inputs: exprs.into_exprs() }
}

/// Starts a conditional: `when(c).then(x).otherwise(y)`.
///
/// ```
/// use lazuli_expr::{col, lit, when};
///
/// let size = when(col("n").gt(10)).then(lit("big")).otherwise(lit("small"));
/// assert_eq!(size.to_string(), "when(n > 10).then('big').otherwise('small')");
/// ```
pub fn when(condition: impl Into<Expr>) -> When {
    When { branches: Vec::new(), condition: condition.into() }
}

/// A conditional that waits for its value.
#[derive(Debug, Clone)]
pub struct When {
    branches: Vec<(Expr, Expr)>,
    condition: Expr,
}

impl When {
    /// The value where the condition is true.
    pub fn then(mut self, value: impl Into<Expr>) -> WhenThen {
        self.branches.push((self.condition, value.into()));
        WhenThen { branches: self.branches }
    }
}

/// A conditional that may end or go on.
#[derive(Debug, Clone)]
pub struct WhenThen {
    branches: Vec<(Expr, Expr)>,
}

impl WhenThen {
    /// One more condition, asked where all before it are not true.
    pub fn when(self, condition: impl Into<Expr>) -> When {
        When { branches: self.branches, condition: condition.into() }
    }

    /// The value where no condition is true.
    pub fn otherwise(self, value: impl Into<Expr>) -> Expr {
        Expr::Conditional { branches: self.branches, otherwise: Some(Arc::new(value.into())) }
    }

    /// Null where no condition is true.
    pub fn end(self) -> Expr {
        Expr::Conditional { branches: self.branches, otherwise: None }
    }
}

impl From<WhenThen> for Expr {
    fn from(conditional: WhenThen) -> Self {
        conditional.end()
    }
}

macro_rules! literal_from {
    ($make:ident: $($type:ty),*) => {$(
        impl From<$type> for Expr {
            fn from(value: $type) -> Self {
                Expr::Literal(Literal::$make(Scalar::from(value)))
            }
        }
    )*};
}

// `1` and `1.5` are i32 and f64 in Rust, so those two are the bare numbers; the others were asked for by name.
literal_from!(flexible: i32, i64, f64, &str, String, Name);
literal_from!(typed: bool, i8, i16, u8, u16, u32, u64, f32);

impl From<Scalar> for Expr {
    fn from(value: Scalar) -> Self {
        Expr::Literal(Literal::typed(value))
    }
}

impl<T> From<Option<T>> for Expr
where
    Expr: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or_else(|| Expr::Literal(Literal::flexible(Scalar::Null)), Expr::from)
    }
}

impl Expr {
    /// An aggregate of this expression alone.
    pub(crate) fn aggregate(self, aggregate: aggregate::AggregateRef) -> Self {
        Self::Aggregate { aggregate, inputs: vec![self] }
    }

    /// A function of this expression alone.
    pub(crate) fn call(self, function: FunctionRef) -> Self {
        Self::Function { function, inputs: vec![self] }
    }

    /// A function of this expression and further arguments.
    pub(crate) fn call_with(self, function: FunctionRef, rest: impl IntoIterator<Item = Expr>) -> Self {
        // A loop: compiled for each way to give the rest.
        let mut inputs = vec![self];
        for input in rest {
            inputs.push(input);
        }
        Self::Function { function, inputs }
    }

    /// What `function` makes of this expression: a step of one's own in a chain of methods.
    ///
    /// ```
    /// use lazuli_expr::{Expr, col};
    ///
    /// let share_of_all = |expr: Expr| expr.clone() / expr.sum();
    /// assert_eq!(col("n").pipe(share_of_all).to_string(), "n / sum(n)");
    /// ```
    pub fn pipe<T>(self, function: impl FnOnce(Self) -> T) -> T {
        function(self)
    }

    /// The same values under another name.
    pub fn alias(self, name: impl Into<Name>) -> Self {
        Self::Alias { input: Arc::new(self), name: name.into() }
    }

    /// The same expression without the columns of these names, where it names several, as `all()` does.
    ///
    /// ```
    /// use lazuli_expr::all;
    ///
    /// assert_eq!(all().exclude(["id"]).sum().to_string(), "sum((cs.all() - cols(id)))");
    /// ```
    pub fn exclude<N: Into<Name>>(self, names: impl IntoIterator<Item = N>) -> Self {
        let names = Selector::Names(names.into_iter().map(Into::into).collect());
        self.rewrite(&mut |part| match part {
            Self::Selector(selector) => Self::Selector(selector - names.clone()),
            other => other,
        })
    }

    /// Equal; null if either side is.
    pub fn eq(self, other: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::Equal, other)
    }

    /// Not equal; null if either side is.
    pub fn neq(self, other: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::NotEqual, other)
    }

    /// Less; NaN is above all else.
    pub fn lt(self, other: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::Less, other)
    }

    /// Less or equal.
    pub fn lt_eq(self, other: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::LessEqual, other)
    }

    /// Greater; NaN is above all else.
    pub fn gt(self, other: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::Greater, other)
    }

    /// Greater or equal.
    pub fn gt_eq(self, other: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::GreaterEqual, other)
    }

    /// Equal, where null equals null; never null.
    pub fn eq_missing(self, other: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::EqualMissing, other)
    }

    /// Not equal, where null equals null; never null.
    pub fn neq_missing(self, other: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::NotEqualMissing, other)
    }

    /// Kleene `and`: false wins over null.
    pub fn and(self, other: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::And, other)
    }

    /// Kleene `or`: true wins over null.
    pub fn or(self, other: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::Or, other)
    }

    /// Exclusive or; null if either side is.
    pub fn xor(self, other: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::Xor, other)
    }

    /// Kleene `not`: null stays null.
    #[allow(
        clippy::should_implement_trait,
        reason = "the trait is implemented too; the method reads well in chains"
    )]
    pub fn not(self) -> Self {
        !self
    }

    /// Division that rounds towards negative infinity; null for an integer divided by 0.
    pub fn floor_div(self, other: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::FloorDivide, other)
    }

    /// Division that rounds towards 0; null for an integer divided by 0.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let whole = col("a").truncdiv(2).to_string();
    /// assert!(whole.starts_with("when(a % 2 != 0 and (a < 0 xor 2 < 0)).then(a // 2 + 1)"), "{whole}");
    /// ```
    pub fn truncdiv(self, other: impl Into<Expr>) -> Self {
        let other = other.into();
        let (quotient, rest) = (self.clone().floor_div(other.clone()), self.clone() % other.clone());
        // Rounding down and towards 0 differ where the quotient is negative and not whole.
        let is_cut = rest.neq(0).and(self.lt(0).xor(other.lt(0)));
        when(is_cut).then(quotient.clone() + 1).otherwise(quotient)
    }

    /// To the power of `exponent`; integers stay exact or fail.
    pub fn pow(self, exponent: impl Into<Expr>) -> Self {
        self.binary(BinaryOperator::Power, exponent)
    }

    /// Whether the row lies in `low..=high`, both ends included; null if it can't be known.
    pub fn is_between(self, low: impl Into<Expr>, high: impl Into<Expr>) -> Self {
        self.clone().gt_eq(low).and(self.lt_eq(high))
    }

    /// Nulls replaced by `value`; the type widens to hold both.
    pub fn fill_null(self, value: impl Into<Expr>) -> Self {
        Self::Function { function: function::FILL_NULL, inputs: vec![self, value.into()] }
    }

    /// Values as another type; a value that doesn't fit is an error.
    pub fn cast(self, to: DataType) -> Self {
        Self::Cast { input: Arc::new(self), to, mode: CastMode::Strict }
    }

    /// Values as another type; a value that doesn't fit becomes null.
    pub fn try_cast(self, to: DataType) -> Self {
        Self::Cast { input: Arc::new(self), to, mode: CastMode::Lenient }
    }

    /// The sum; 0 of nothing. Integers sum to 64 bits exactly or fail; floats are independent of order.
    pub fn sum(self) -> Self {
        self.aggregate(aggregate::SUM)
    }

    /// The arithmetic mean; null of nothing.
    pub fn mean(self) -> Self {
        self.aggregate(aggregate::MEAN)
    }

    /// The sum of the products of this and another column, over the rows where neither is null; 0 of nothing.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("price").dot(col("quantity")).to_string(), "dot(price, quantity)");
    /// ```
    pub fn dot(self, other: impl Into<Expr>) -> Self {
        Self::Aggregate { aggregate: aggregate::DOT, inputs: vec![self, other.into()] }
    }

    /// The least value, NaN ignored; null of nothing.
    pub fn min(self) -> Self {
        self.aggregate(aggregate::MIN)
    }

    /// The greatest value, NaN ignored; null of nothing.
    pub fn max(self) -> Self {
        self.aggregate(aggregate::MAX)
    }

    /// The number of rows that are not null.
    pub fn count(self) -> Self {
        self.aggregate(aggregate::COUNT)
    }

    /// The number of rows, nulls included.
    pub fn len(self) -> Self {
        self.aggregate(aggregate::LEN)
    }

    /// The number of null rows.
    pub fn null_count(self) -> Self {
        self.aggregate(aggregate::NULL_COUNT)
    }

    /// The first row's value, null or not.
    pub fn first(self) -> Self {
        self.aggregate(aggregate::FIRST)
    }

    /// The last row's value, null or not.
    pub fn last(self) -> Self {
        self.aggregate(aggregate::LAST)
    }

    /// The number of distinct values; null counts as one.
    pub fn n_unique(self) -> Self {
        self.aggregate(aggregate::N_UNIQUE)
    }

    /// The middle value, the mean of two for an even count; null of nothing.
    pub fn median(self) -> Self {
        self.aggregate(aggregate::MEDIAN)
    }

    /// The value below which the share `q` of the values lies, interpolated linearly; null of nothing.
    pub fn quantile(self, q: f64) -> Self {
        let inputs = vec![self, Expr::Literal(Literal::typed(Scalar::Float64(q)))];
        Self::Aggregate { aggregate: aggregate::QUANTILE, inputs }
    }

    /// The sample standard deviation (n - 1); null for fewer than two values.
    pub fn std(self) -> Self {
        self.aggregate(aggregate::STD)
    }

    /// The sample variance (n - 1); null for fewer than two values.
    pub fn var(self) -> Self {
        self.aggregate(aggregate::VAR)
    }

    /// The `k` greatest values, greatest first; nulls last and only as far as there is room. Gives rows, or a list for each
    /// group.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("price").top_k(2).to_string(), "top_k(price, 2)");
    /// ```
    pub fn top_k(self, k: u32) -> Self {
        Self::Aggregate { aggregate: aggregate::TOP_K, inputs: vec![self, lit(k)] }
    }

    /// The `k` least values, least first; nulls last and only as far as there is room. Gives rows, or a list for each group.
    pub fn bottom_k(self, k: u32) -> Self {
        Self::Aggregate { aggregate: aggregate::BOTTOM_K, inputs: vec![self, lit(k)] }
    }

    /// All values as a list, nulls too, in the order of rows.
    pub fn implode(self) -> Self {
        self.aggregate(aggregate::IMPLODE)
    }

    /// A sort key: ascending, nulls last.
    pub fn asc(self) -> SortKey {
        SortKey { expr: self, descending: false, nulls_first: false }
    }

    /// A sort key: descending, nulls last.
    pub fn desc(self) -> SortKey {
        SortKey { expr: self, descending: true, nulls_first: false }
    }
}
