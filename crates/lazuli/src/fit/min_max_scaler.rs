//! Columns from their least and greatest values to 0 and 1.

use lazuli_array::Name;

use super::FittedScaler;
use super::scaler::Scale;
use crate::verb::invalid;
use crate::{LazyFrame, Result};

/// Columns whose least value becomes 0 and whose greatest becomes 1, as [`MinMaxScaler::fit`] finds them. Nulls are passed
/// over. Values of other rows may lie outside; [`crate::Expr::clip`] keeps them in.
///
/// A column whose values are all equal is only moved: they become the lower end.
///
/// ```
/// use lazuli::MinMaxScaler;
/// use lazuli::prelude::*;
///
/// let train = df! { "a" => [10, 20, 30], "same" => [5, 5, 5] }?;
/// let scaler = MinMaxScaler::new(["a", "same"]).range(-1.0, 1.0).fit(train.lazy())?;
/// let test = df! { "a" => [10, 25, 40], "same" => [5, 6, 4] }?;
/// assert_eq!(scaler.transform(test.lazy()).collect()?, df! {
///     "a" => [-1.0, 0.5, 2.0], "same" => [-1.0, 0.0, -2.0],
/// }?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MinMaxScaler {
    columns: Vec<Name>,
    range: (f64, f64),
}

impl MinMaxScaler {
    /// For these columns; for all columns of numbers if there are none.
    pub fn new<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), range: (0.0, 1.0) }
    }

    /// What the least and the greatest value become; 0 and 1 if not said.
    pub fn range(self, low: f64, high: f64) -> Self {
        Self { range: (low, high), ..self }
    }

    /// Finds the least and the greatest value of each column, by one query over these rows.
    ///
    /// # Errors
    /// Mistakes in the query, a column that is missing or holds no numbers, one without values, one with NaN or infinity; a
    /// range that does not ascend.
    #[track_caller]
    pub fn fit(&self, frame: LazyFrame) -> Result<FittedScaler> {
        let (low, high) = self.range;
        FittedScaler::fit(
            "MinMaxScaler.fit",
            &self.columns,
            frame,
            |x| [x.clone().min(), x.max()],
            move |column, [min, max]| {
                if !(low < high && (high - low).is_finite()) {
                    return Err(invalid(format!("a range from {low} to {high}: it must ascend")));
                }
                let scale = if min == max { 1.0 } else { (max - min) / (high - low) };
                if scale == 0.0 || !scale.is_finite() {
                    return Err(invalid(format!("column {column} has no finite scale, from {min} to {max}")));
                }
                Ok(Scale { column, center: min, scale, base: low })
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IntoLazy, df};

    #[test]
    fn the_ends_become_the_ends() -> Result<()> {
        let frame = df! { "a" => [Some(-3.0), None, Some(7.0), Some(2.0)] }?;
        let scaler = MinMaxScaler::new(["a"]).fit(frame.lazy())?;
        let wanted = df! { "a" => [Some(0.0), None, Some(1.0), Some(0.5)] }?;
        assert_eq!(scaler.transform(frame.lazy()).collect()?, wanted);
        assert_eq!(scaler.inverse_transform(wanted.lazy()).collect()?, frame);
        Ok(())
    }

    #[test]
    fn ranges_and_columns_that_have_no_scale() -> Result<()> {
        let said = |scaler: MinMaxScaler, values: [f64; 2]| {
            let frame = df! { "a" => values }?;
            Ok::<_, crate::Error>(scaler.fit(frame.lazy()).expect_err("no scale").to_string())
        };
        let scaler = || MinMaxScaler::new(["a"]);
        assert!(said(scaler().range(1.0, 1.0), [0.0, 1.0])?.contains("a range from 1 to 1"));
        assert!(said(scaler().range(0.0, f64::NAN), [0.0, 1.0])?.contains("it must ascend"));
        assert!(said(scaler(), [f64::MIN, f64::MAX])?.contains("no finite scale"));
        assert!(said(scaler(), [0.0, f64::INFINITY])?.contains("no finite scale"));
        Ok(())
    }
}
