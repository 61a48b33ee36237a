//! Filling nulls by what the column itself says: its least, greatest or mean value, 0 or 1.

use crate::Expr;

/// What takes the place of null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FillStrategy {
    /// The least value of the column.
    Min,
    /// The greatest value of the column.
    Max,
    /// The mean of the column. The type widens to hold it: integers become floats.
    Mean,
    /// 0.
    Zero,
    /// 1.
    One,
}

impl FillStrategy {
    /// The strategy of this name: `min`, `max`, `mean`, `zero`, `one`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "min" => Self::Min,
            "max" => Self::Max,
            "mean" => Self::Mean,
            "zero" => Self::Zero,
            "one" => Self::One,
            _ => return None,
        })
    }
}

impl Expr {
    /// Nulls replaced by what the whole column says; over a partition if it stands inside [`Expr::over`].
    ///
    /// ```
    /// use lazuli_expr::{col, function::FillStrategy};
    ///
    /// let filled = col("age").fill_null_with_strategy(FillStrategy::Mean);
    /// assert_eq!(filled.to_string(), "coalesce(age, mean(age))");
    /// ```
    pub fn fill_null_with_strategy(self, strategy: FillStrategy) -> Self {
        let value = match strategy {
            FillStrategy::Min => self.clone().min(),
            FillStrategy::Max => self.clone().max(),
            FillStrategy::Mean => self.clone().mean(),
            FillStrategy::Zero => 0.into(),
            FillStrategy::One => 1.into(),
        };
        self.fill_null(value)
    }
}
