//! Arguments of as-of joins.

use std::time::Duration;

use lazuli_array::{Name, Scalar, TimeUnit};
use lazuli_expr::{Expr, IntoExprs, col};
use lazuli_plan::{AsofJoin, AsofStrategy, LogicalPlan, Node};

/// How rows find their partners in [`crate::LazyFrame::join_asof`]. An [`AsofStrategy`] alone is enough where these are
/// asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct AsofArgs {
    strategy: AsofStrategy,
    left_by: Vec<Expr>,
    right_by: Vec<Expr>,
    tolerance: Option<Scalar>,
    allow_exact_matches: bool,
    coalesce: bool,
    suffix: Name,
}

impl AsofArgs {
    /// Partners on this side of the key, at any distance.
    pub fn new(strategy: AsofStrategy) -> Self {
        Self {
            strategy,
            left_by: Vec::new(),
            right_by: Vec::new(),
            tolerance: None,
            allow_exact_matches: true,
            coalesce: true,
            suffix: "_right".into(),
        }
    }

    /// Only rows in which these are equal too: `by("symbol")`. A null equals nothing.
    pub fn by(self, by: impl IntoExprs) -> Self {
        let by = by.into_exprs();
        Self { left_by: by.clone(), right_by: by, ..self }
    }

    /// As [`AsofArgs::by`], with keys that are called differently on the two sides.
    pub fn by_each(self, left: impl IntoExprs, right: impl IntoExprs) -> Self {
        Self { left_by: left.into_exprs(), right_by: right.into_exprs(), ..self }
    }

    /// Partners at most so far from the key: a number for keys that are numbers, else a [`Scalar::Duration`].
    pub fn tolerance(self, tolerance: impl Into<Scalar>) -> Self {
        Self { tolerance: Some(tolerance.into()), ..self }
    }

    /// Partners at most so long before or after the key, which is a date or a time.
    pub fn within(self, duration: Duration) -> Self {
        let (nanoseconds, microseconds) = (duration.as_nanos(), duration.as_micros());
        self.tolerance(match i64::try_from(nanoseconds) {
            Ok(ticks) => Scalar::Duration(ticks, TimeUnit::Nanoseconds),
            // 292,000 years are all that there is.
            Err(_) => {
                Scalar::Duration(i64::try_from(microseconds).unwrap_or(i64::MAX), TimeUnit::Microseconds)
            }
        })
    }

    /// An equal key is no partner.
    pub fn no_exact_matches(self) -> Self {
        Self { allow_exact_matches: false, ..self }
    }

    /// The right key stays in the result even if it is called as the left one, to see which key was found.
    pub fn keep_right_key(self) -> Self {
        Self { coalesce: false, ..self }
    }

    /// What is put behind names of the right side that the left side has too; `_right` if not said.
    pub fn suffix(self, suffix: impl Into<Name>) -> Self {
        Self { suffix: suffix.into(), ..self }
    }

    pub(crate) fn into_node(
        self,
        left: LogicalPlan,
        right: LogicalPlan,
        left_on: Expr,
        right_on: Expr,
    ) -> Node {
        let Self { strategy, left_by, right_by, tolerance, allow_exact_matches, coalesce, suffix } = self;
        Node::AsofJoin(AsofJoin {
            left,
            right,
            left_on,
            right_on,
            left_by,
            right_by,
            strategy,
            tolerance,
            allow_exact_matches,
            coalesce,
            suffix,
            output: Vec::new(),
        })
    }
}

/// The key that an as-of join compares by order: the name of a column, or an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct AsofKey(pub(crate) Expr);

impl From<&str> for AsofKey {
    fn from(name: &str) -> Self {
        Self(col(name))
    }
}

impl From<Expr> for AsofKey {
    fn from(expr: Expr) -> Self {
        Self(expr)
    }
}

impl From<AsofStrategy> for AsofArgs {
    fn from(strategy: AsofStrategy) -> Self {
        Self::new(strategy)
    }
}
