//! Groups of rows.

use lazuli_expr::IntoExprs;
use lazuli_plan::Caller;

use super::LazyFrame;
use crate::LazyGroupBy;

impl LazyFrame {
    /// Groups of rows with equal keys; null is a key like any other. Follow with [`LazyGroupBy::agg`].
    ///
    /// Groups come in order of their first rows.
    #[track_caller]
    pub fn group_by(self, keys: impl IntoExprs) -> LazyGroupBy {
        LazyGroupBy::new(self, keys.into_exprs(), Caller::here())
    }

    /// Another name for [`LazyFrame::group_by`].
    #[track_caller]
    pub fn groupby(self, keys: impl IntoExprs) -> LazyGroupBy {
        self.group_by(keys)
    }
}
