//! `is_between` with ends that may be open: two comparisons, which the optimiser can push down.

use crate::{Closed, Expr};

impl Expr {
    /// Whether the row lies between `low` and `high`, with the ends that `closed` says; null if it can't be known.
    ///
    /// ```
    /// use lazuli_expr::{Closed, col};
    ///
    /// let teens = col("age").is_between_closed(13, 20, Closed::Left);
    /// assert_eq!(teens.to_string(), "age >= 13 and age < 20");
    /// ```
    pub fn is_between_closed(self, low: impl Into<Expr>, high: impl Into<Expr>, closed: Closed) -> Self {
        let above = match closed {
            Closed::Both | Closed::Left => self.clone().gt_eq(low),
            Closed::Right | Closed::Neither => self.clone().gt(low),
        };
        above.and(match closed {
            Closed::Both | Closed::Right => self.lt_eq(high),
            Closed::Left | Closed::Neither => self.lt(high),
        })
    }
}
