//! Shorthands: `sum("amount")` for `col("amount").sum()`, and so on for what is asked of one column most often.
//!
//! Not in the prelude, for the names are short: `use lazuli::functions as f`, then `f::sum("amount")`.

use crate::{Expr, IntoExpr};

macro_rules! shorthands {
    ($($(#[$doc:meta])+ $name:ident)+) => {$(
        $(#[$doc])+
        pub fn $name(column: impl IntoExpr) -> Expr {
            column.into_expr().$name()
        }
    )+};
}

shorthands! {
    /// The sum; see [`Expr::sum`].
    ///
    /// ```
    /// use lazuli_expr::functions as f;
    ///
    /// assert_eq!(f::sum("amount").to_string(), "sum(amount)");
    /// ```
    sum
    /// The arithmetic mean; see [`Expr::mean`].
    mean
    /// The middle value; see [`Expr::median`].
    median
    /// The least value; see [`Expr::min`].
    min
    /// The greatest value; see [`Expr::max`].
    max
    /// The sample standard deviation; see [`Expr::std`].
    std
    /// The sample variance; see [`Expr::var`].
    var
    /// The number of rows that are not null; see [`Expr::count`].
    count
    /// The number of distinct values; see [`Expr::n_unique`].
    n_unique
    /// The first row's value; see [`Expr::first`].
    first
    /// The last row's value; see [`Expr::last`].
    last
    /// All values as a list; see [`Expr::implode`].
    implode
    /// The sum of the values so far; see [`Expr::cum_sum`].
    cum_sum
    /// The number of values so far; see [`Expr::cum_count`].
    cum_count
}

/// The value below which a share of the values lies; see [`Expr::quantile`].
pub fn quantile(column: impl IntoExpr, q: f64) -> Expr {
    column.into_expr().quantile(q)
}

/// The angle of the point with this y and x; see [`Expr::arctan2`].
pub fn arctan2(y: impl IntoExpr, x: impl IntoExpr) -> Expr {
    y.into_expr().arctan2(x.into_expr())
}

pub use crate::row_index;
