//! What verbs accept as columns and as sort keys: one or several, expressions or names.

use std::fmt;

use lazuli_array::Name;

use crate::{Expr, Selector, WhenThen, col};

/// One expression where a bare text names a column.
pub trait IntoExpr {
    /// The expression.
    fn into_expr(self) -> Expr;
}

impl IntoExpr for Expr {
    fn into_expr(self) -> Expr {
        self
    }
}

impl IntoExpr for WhenThen {
    fn into_expr(self) -> Expr {
        self.end()
    }
}

impl IntoExpr for Selector {
    fn into_expr(self) -> Expr {
        self.expr()
    }
}

impl IntoExpr for &str {
    fn into_expr(self) -> Expr {
        col(self)
    }
}

impl IntoExpr for &&str {
    fn into_expr(self) -> Expr {
        col(*self)
    }
}

impl IntoExpr for String {
    fn into_expr(self) -> Expr {
        col(self)
    }
}

impl IntoExpr for &String {
    fn into_expr(self) -> Expr {
        col(self.as_str())
    }
}

impl IntoExpr for Name {
    fn into_expr(self) -> Expr {
        Expr::Column(self)
    }
}

impl IntoExpr for &Name {
    fn into_expr(self) -> Expr {
        Expr::Column(self.clone())
    }
}

/// One or several expressions: a name, an expression, an array, a vector, or a tuple of them.
///
/// ```
/// use lazuli_expr::{IntoExprs, col};
///
/// assert_eq!("a".into_exprs(), [col("a")]);
/// assert_eq!(["a", "b"].into_exprs(), [col("a"), col("b")]);
/// assert_eq!(("a", col("b") + 1).into_exprs(), [col("a"), col("b") + 1]);
/// ```
pub trait IntoExprs {
    /// The expressions in order.
    fn into_exprs(self) -> Vec<Expr>;
}

macro_rules! one_into_exprs {
    ($($type:ty),*) => {$(
        impl IntoExprs for $type {
            fn into_exprs(self) -> Vec<Expr> {
                vec![self.into_expr()]
            }
        }
    )*};
}

one_into_exprs!(Expr, Selector, WhenThen, &str, String, Name);

impl<E: IntoExpr, const N: usize> IntoExprs for [E; N] {
    fn into_exprs(self) -> Vec<Expr> {
        self.into_iter().map(IntoExpr::into_expr).collect()
    }
}

impl<E: IntoExpr> IntoExprs for Vec<E> {
    fn into_exprs(self) -> Vec<Expr> {
        self.into_iter().map(IntoExpr::into_expr).collect()
    }
}

impl<E: Clone + IntoExpr> IntoExprs for &[E] {
    fn into_exprs(self) -> Vec<Expr> {
        self.iter().cloned().map(IntoExpr::into_expr).collect()
    }
}

macro_rules! tuple_into_exprs {
    ($($name:ident),*) => {
        impl<$($name: IntoExpr),*> IntoExprs for ($($name,)*) {
            #[allow(non_snake_case, reason = "the type parameters name the fields")]
            fn into_exprs(self) -> Vec<Expr> {
                let ($($name,)*) = self;
                vec![$($name.into_expr()),*]
            }
        }
    };
}

tuple_into_exprs!(A, B);
tuple_into_exprs!(A, B, C);
tuple_into_exprs!(A, B, C, D);
tuple_into_exprs!(A, B, C, D, E);
tuple_into_exprs!(A, B, C, D, E, F);

/// No expressions.
impl IntoExprs for () {
    fn into_exprs(self) -> Vec<Expr> {
        Vec::new()
    }
}

/// One key to sort by.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// The values to sort by.
    pub expr: Expr,
    /// Greatest first.
    pub descending: bool,
    /// Nulls before all values; otherwise after them, in both directions.
    pub nulls_first: bool,
}

impl SortKey {
    /// The same key with nulls before all values.
    pub fn nulls_first(self) -> Self {
        Self { nulls_first: true, ..self }
    }

    /// The same key with nulls after all values.
    pub fn nulls_last(self) -> Self {
        Self { nulls_first: false, ..self }
    }
}

impl fmt::Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.expr)?;
        if self.descending {
            f.write_str(" desc")?;
        }
        if self.nulls_first {
            f.write_str(" nulls first")?;
        }
        Ok(())
    }
}

/// One or several sort keys: names and expressions sort ascending.
pub trait IntoSortKeys {
    /// The keys in order of weight.
    fn into_sort_keys(self) -> Vec<SortKey>;
}

/// One sort key; what [`IntoSortKeys`] is made of.
pub trait IntoSortKey {
    /// The key.
    fn into_sort_key(self) -> SortKey;
}

impl IntoSortKey for SortKey {
    fn into_sort_key(self) -> SortKey {
        self
    }
}

impl<E: IntoExpr> IntoSortKey for E {
    fn into_sort_key(self) -> SortKey {
        self.into_expr().asc()
    }
}

macro_rules! one_into_sort_keys {
    ($($type:ty),*) => {$(
        impl IntoSortKeys for $type {
            fn into_sort_keys(self) -> Vec<SortKey> {
                vec![self.into_sort_key()]
            }
        }
    )*};
}

one_into_sort_keys!(SortKey, Expr, &str, String, Name);

impl<K: IntoSortKey, const N: usize> IntoSortKeys for [K; N] {
    fn into_sort_keys(self) -> Vec<SortKey> {
        self.into_iter().map(IntoSortKey::into_sort_key).collect()
    }
}

impl<K: IntoSortKey> IntoSortKeys for Vec<K> {
    fn into_sort_keys(self) -> Vec<SortKey> {
        self.into_iter().map(IntoSortKey::into_sort_key).collect()
    }
}

impl<A: IntoSortKey, B: IntoSortKey> IntoSortKeys for (A, B) {
    fn into_sort_keys(self) -> Vec<SortKey> {
        vec![self.0.into_sort_key(), self.1.into_sort_key()]
    }
}

impl<A: IntoSortKey, B: IntoSortKey, C: IntoSortKey> IntoSortKeys for (A, B, C) {
    fn into_sort_keys(self) -> Vec<SortKey> {
        vec![self.0.into_sort_key(), self.1.into_sort_key(), self.2.into_sort_key()]
    }
}
