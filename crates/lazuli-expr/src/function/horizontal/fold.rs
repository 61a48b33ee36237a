//! Folds: any expression, column after column.
//!
//! The closure is called while the query is written, with expressions, not while it runs: what comes out is one ordinary
//! expression, typed, optimised and shown by `explain` like any other.

use crate::{Expr, IntoExprs};

/// `f(f(f(start, first), second), ...)` over these columns.
///
/// ```
/// use lazuli_expr::{function::fold, lit};
///
/// let product = fold(lit(1), |product, column| product * column, ["a", "b"]);
/// assert_eq!(product.to_string(), "1 * a * b");
/// ```
pub fn fold(start: impl Into<Expr>, f: impl FnMut(Expr, Expr) -> Expr, exprs: impl IntoExprs) -> Expr {
    exprs.into_exprs().into_iter().fold(start.into(), f)
}

/// As [`fold`], starting with the first column; a null constant of no columns.
pub fn reduce(f: impl FnMut(Expr, Expr) -> Expr, exprs: impl IntoExprs) -> Expr {
    exprs.into_exprs().into_iter().reduce(f).unwrap_or_else(|| crate::lit(None::<i64>))
}

/// All steps of [`fold`], each under the name of the column that was last taken in.
///
/// ```
/// use lazuli_expr::{function::cum_fold, lit};
///
/// let sums = cum_fold(lit(0), |sum, column| sum + column, ["a", "b"]);
/// assert_eq!(sums[0].to_string(), "0 + a as a");
/// assert_eq!(sums[1].to_string(), "0 + a + b as b");
/// ```
pub fn cum_fold(
    start: impl Into<Expr>,
    mut f: impl FnMut(Expr, Expr) -> Expr,
    exprs: impl IntoExprs,
) -> Vec<Expr> {
    let mut result = start.into();
    let mut step = |expr: Expr| {
        let name = expr.output_name();
        result = f(result.clone(), expr.without_alias().clone());
        result.clone().alias(name)
    };
    exprs.into_exprs().into_iter().map(&mut step).collect()
}

/// All steps of [`reduce`], each under the name of the column that was last taken in.
pub fn cum_reduce(f: impl FnMut(Expr, Expr) -> Expr, exprs: impl IntoExprs) -> Vec<Expr> {
    let mut exprs = exprs.into_exprs().into_iter();
    let Some(first) = exprs.next() else { return Vec::new() };
    let start = first.without_alias().clone();
    std::iter::once(first).chain(cum_fold(start, f, exprs.collect::<Vec<Expr>>())).collect()
}

/// The sums of these columns so far, one expression for each; null as soon as one of them is.
pub fn cum_sum_horizontal(exprs: impl IntoExprs) -> Vec<Expr> {
    cum_reduce(|sum, column| sum + column, exprs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{col, lit};

    #[test]
    fn steps_keep_the_names_of_columns() {
        let texts = |exprs: Vec<Expr>| exprs.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        assert_eq!(texts(cum_sum_horizontal(["a", "b", "c"])), "a; a + b as b; a + b + c as c");
        assert_eq!(texts(cum_sum_horizontal(())), "");
        assert_eq!(reduce(|left, right| left - right, ["a", "b", "c"]).to_string(), "a - b - c");
        assert_eq!(reduce(|left, _| left, ()).to_string(), "null");
        assert_eq!(fold(lit(0), |left, right| left + right, ()).to_string(), "0");
        assert_eq!(fold(col("x"), |left, _| left, ("a", "b")).to_string(), "x");
    }
}
