//! The methods of rolling functions.

use lazuli_array::Scalar;

use super::{Rolling, RollingBy};
use crate::window as functions;
use crate::{Expr, IntoExpr, Literal};

impl Expr {
    fn rolling_by(self, by: Expr, function: functions::WindowFunctionRef, constants: Vec<Scalar>) -> Self {
        let constants = constants.into_iter().map(|value| Self::Literal(Literal::typed(value)));
        Self::WindowFunction { function, inputs: [self, by].into_iter().chain(constants).collect() }
    }

    /// The sum of a window of rows; see [`Rolling`].
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").rolling_sum(3).to_string(), "rolling_sum(a, 3, null, false)");
    /// ```
    pub fn rolling_sum(self, window: impl Into<Rolling>) -> Self {
        self.window_call(functions::ROLLING_SUM, window.into().constants())
    }

    /// The sum of the rows whose `by` is not far before the row's own; see [`RollingBy`].
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let sums = col("a").rolling_sum_by("day", "2d");
    /// assert_eq!(sums.to_string(), "rolling_sum_by(a, day, '2d', 1, 'right')");
    /// ```
    pub fn rolling_sum_by(self, by: impl IntoExpr, window: impl Into<RollingBy>) -> Self {
        self.rolling_by(by.into_expr(), functions::ROLLING_SUM_BY, window.into().constants().into())
    }

    /// The mean of a window of rows; see [`Rolling`].
    pub fn rolling_mean(self, window: impl Into<Rolling>) -> Self {
        self.window_call(functions::ROLLING_MEAN, window.into().constants())
    }

    /// The mean of the rows whose `by` is not far before the row's own; see [`RollingBy`].
    pub fn rolling_mean_by(self, by: impl IntoExpr, window: impl Into<RollingBy>) -> Self {
        self.rolling_by(by.into_expr(), functions::ROLLING_MEAN_BY, window.into().constants().into())
    }

    /// The least value of a window of rows; see [`Rolling`].
    pub fn rolling_min(self, window: impl Into<Rolling>) -> Self {
        self.window_call(functions::ROLLING_MIN, window.into().constants())
    }

    /// The least value of the rows whose `by` is not far before the row's own; see [`RollingBy`].
    pub fn rolling_min_by(self, by: impl IntoExpr, window: impl Into<RollingBy>) -> Self {
        self.rolling_by(by.into_expr(), functions::ROLLING_MIN_BY, window.into().constants().into())
    }

    /// The greatest value of a window of rows; see [`Rolling`].
    pub fn rolling_max(self, window: impl Into<Rolling>) -> Self {
        self.window_call(functions::ROLLING_MAX, window.into().constants())
    }

    /// The greatest value of the rows whose `by` is not far before the row's own; see [`RollingBy`].
    pub fn rolling_max_by(self, by: impl IntoExpr, window: impl Into<RollingBy>) -> Self {
        self.rolling_by(by.into_expr(), functions::ROLLING_MAX_BY, window.into().constants().into())
    }

    /// The median of a window of rows; see [`Rolling`].
    pub fn rolling_median(self, window: impl Into<Rolling>) -> Self {
        self.window_call(functions::ROLLING_MEDIAN, window.into().constants())
    }

    /// The median of the rows whose `by` is not far before the row's own; see [`RollingBy`].
    pub fn rolling_median_by(self, by: impl IntoExpr, window: impl Into<RollingBy>) -> Self {
        self.rolling_by(by.into_expr(), functions::ROLLING_MEDIAN_BY, window.into().constants().into())
    }

    /// The sample deviation of a window of rows; see [`Rolling`].
    pub fn rolling_std(self, window: impl Into<Rolling>) -> Self {
        self.window_call(functions::ROLLING_STD, window.into().constants())
    }

    /// The sample deviation of the rows whose `by` is not far before the row's own; see [`RollingBy`].
    pub fn rolling_std_by(self, by: impl IntoExpr, window: impl Into<RollingBy>) -> Self {
        self.rolling_by(by.into_expr(), functions::ROLLING_STD_BY, window.into().constants().into())
    }

    /// The sample variance of a window of rows; see [`Rolling`].
    pub fn rolling_var(self, window: impl Into<Rolling>) -> Self {
        self.window_call(functions::ROLLING_VAR, window.into().constants())
    }

    /// The sample variance of the rows whose `by` is not far before the row's own; see [`RollingBy`].
    pub fn rolling_var_by(self, by: impl IntoExpr, window: impl Into<RollingBy>) -> Self {
        self.rolling_by(by.into_expr(), functions::ROLLING_VAR_BY, window.into().constants().into())
    }

    /// The skewness of a window of rows, with its bias.
    pub fn rolling_skew(self, window: impl Into<Rolling>) -> Self {
        self.window_call(functions::ROLLING_SKEW, window.into().constants())
    }

    /// The excess kurtosis of a window of rows, with its bias.
    pub fn rolling_kurtosis(self, window: impl Into<Rolling>) -> Self {
        self.window_call(functions::ROLLING_KURTOSIS, window.into().constants())
    }

    /// The value at share `q` of the way from the least to the greatest value of a window of rows.
    pub fn rolling_quantile(self, q: f64, window: impl Into<Rolling>) -> Self {
        let constants = std::iter::once(Scalar::Float64(q)).chain(window.into().constants());
        self.window_call(functions::ROLLING_QUANTILE, constants)
    }

    /// The value at share `q` of the way from the least to the greatest value of the rows whose `by` is not far before.
    pub fn rolling_quantile_by(self, q: f64, by: impl IntoExpr, window: impl Into<RollingBy>) -> Self {
        let constants = std::iter::once(Scalar::Float64(q)).chain(window.into().constants());
        self.rolling_by(by.into_expr(), functions::ROLLING_QUANTILE_BY, constants.collect())
    }
}
