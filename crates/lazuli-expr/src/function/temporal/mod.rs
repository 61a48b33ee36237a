//! Functions of `dt.`: dates, times, durations, time zones.

use super::FunctionRef;
use crate::Expr;

/// The functions of dates, times and durations: [`Expr::dt`].
#[derive(Debug, Clone)]
pub struct TemporalNamespace(pub(crate) Expr);

impl Expr {
    /// The functions of dates, times and durations.
    pub fn dt(self) -> TemporalNamespace {
        TemporalNamespace(self)
    }
}

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[];
