//! Columns of mean 0 and deviation 1.

use lazuli_array::Name;

use super::FittedScaler;
use super::scaler::Scale;
use crate::{LazyFrame, Result};

/// Columns of mean 0 and standard deviation 1, as [`StandardScaler::fit`] finds them. Nulls are passed over.
///
/// The deviation divides by the number of values, as in scikit-learn and NumPy; see [`StandardScaler::ddof`]. A column whose
/// values are all equal is only moved: they become 0.
///
/// ```
/// use lazuli::StandardScaler;
/// use lazuli::prelude::*;
///
/// let train = df! { "a" => [Some(1), Some(3), None], "same" => [5, 5, 5], "k" => ["x", "y", "z"] }?;
/// let scaled = StandardScaler::new(["a", "same"]).fit(train.lazy())?.transform(train.lazy());
/// assert_eq!(scaled.collect()?, df! {
///     "a" => [Some(-1.0), Some(1.0), None], "same" => [0.0, 0.0, 0.0], "k" => ["x", "y", "z"],
/// }?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct StandardScaler {
    columns: Vec<Name>,
    ddof: u8,
}

impl StandardScaler {
    /// For these columns; for all columns of numbers if there are none.
    pub fn new<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), ddof: 0 }
    }

    /// What is taken from the number of values before the squares are divided by it; 0 if not said. [`crate::Expr::std`]
    /// takes 1.
    pub fn ddof(self, ddof: u8) -> Self {
        Self { ddof, ..self }
    }

    /// Finds mean and deviation of each column, by one query over these rows.
    ///
    /// # Errors
    /// Mistakes in the query, a column that is missing or holds no numbers, one without values (or not more than `ddof`),
    /// and one with NaN or infinity.
    #[track_caller]
    pub fn fit(&self, frame: LazyFrame) -> Result<FittedScaler> {
        let ddof = self.ddof;
        FittedScaler::fit(
            "StandardScaler.fit",
            &self.columns,
            frame,
            move |x| [x.clone().mean(), x.clone().std_with(ddof), x.clone().min(), x.max()],
            |column, [mean, std, min, max]| {
                // Rounding may leave a deviation to values that are all equal; least and greatest tell for certain.
                let scale = if min == max || std == 0.0 { 1.0 } else { std };
                Ok(Scale { column, center: mean, scale, base: 0.0 })
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::Scalar;

    use super::*;
    use crate::{IntoLazy, df};

    #[test]
    fn test_rows_are_scaled_by_the_train_rows() -> Result<()> {
        let train = df! { "a" => [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0] }?;
        // Mean 5, squares 9 1 1 1 0 0 4 16 sum to 32: deviation 2 of all, sqrt(32/7) of a sample.
        let scaler = StandardScaler::new(["a"]).fit(train.lazy())?;
        assert_eq!(
            scaler.transform(df! { "a" => [5, 9, 0] }?.lazy()).collect()?,
            df! { "a" => [0.0, 2.0, -2.5] }?
        );
        let scaler = StandardScaler::new(["a"]).ddof(1).fit(train.lazy())?;
        assert_eq!(scaler.to_frame().item(0, "scale")?, Scalar::Float64((32.0f64 / 7.0).sqrt()));
        // Scaled rows have mean 0 and deviation 1.
        let again = StandardScaler::new(["a"]).ddof(1).fit(scaler.transform(train.lazy()))?.to_frame();
        let (Scalar::Float64(center), Scalar::Float64(scale)) =
            (again.item(0, "center")?, again.item(0, "scale")?)
        else {
            panic!("two numbers");
        };
        assert!(center.abs() < 1e-15 && (scale - 1.0).abs() < 1e-15);
        Ok(())
    }

    #[test]
    fn all_columns_of_numbers_if_none_is_named() -> Result<()> {
        let frame = df! { "k" => ["x", "y"], "a" => [0.1, 0.1], "b" => [-1i8, 1] }?;
        let none: [&str; 0] = [];
        let scaler = StandardScaler::new(none).fit(frame.lazy())?;
        let wanted = df! { "k" => ["x", "y"], "a" => [0.0, 0.0], "b" => [-1.0, 1.0] }?;
        assert_eq!(scaler.transform(frame.lazy()).collect()?, wanted);
        Ok(())
    }

    #[test]
    fn columns_that_have_no_scale() -> Result<()> {
        let frame = df! {
            "t" => ["x", "y"], "none" => [None::<f64>, None], "nan" => [1.0, f64::NAN], "one" => [Some(1.0), None],
        }?;
        let said = |column: &str, ddof| {
            let scaler = StandardScaler::new([column]).ddof(ddof).fit(frame.lazy());
            scaler.expect_err("no scale").to_string()
        };
        assert!(said("none", 0).contains("column none has too few values"), "{}", said("none", 0));
        assert!(said("nan", 0).contains("column nan has no finite scale"), "{}", said("nan", 0));
        assert!(said("one", 1).contains("column one has too few values"), "{}", said("one", 1));
        assert!(said("t", 0).contains("String"), "{}", said("t", 0));
        assert!(said("onee", 0).contains("did you mean one"), "{}", said("onee", 0));
        Ok(())
    }
}
