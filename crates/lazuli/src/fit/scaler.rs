//! Columns of numbers moved and stretched: `(x - center) / scale + base`.

use lazuli_array::{ArrayError, DataFrame, DataType, Name, Scalar, Schema, Series};
use lazuli_expr::{Expr, col, lit};
use lazuli_plan::PlanMistake;

use crate::verb::{invalid, require};
use crate::{IntoLazy, LazyFrame, Result};

/// How one column is moved and stretched.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub(super) column: Name,
    pub(super) center: f64,
    pub(super) scale: f64,
    pub(super) base: f64,
}

/// A scaler that knows its columns: see [`crate::StandardScaler`] and [`crate::MinMaxScaler`].
///
/// Each value `x` becomes `(x - center) / scale + base`, as Float64; null stays null, NaN stays NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedScaler {
    scales: Vec<Scale>,
}

impl FittedScaler {
    /// The scaled columns, in the order of the fit, under their names.
    pub fn exprs(&self) -> Vec<Expr> {
        let scaled = |scale: &Scale| {
            let x = col(scale.column.clone()).cast(DataType::Float64);
            ((x - lit(scale.center)) / lit(scale.scale) + lit(scale.base)).alias(scale.column.clone())
        };
        self.scales.iter().map(scaled).collect()
    }

    /// What [`FittedScaler::exprs`] undoes.
    pub fn inverse_exprs(&self) -> Vec<Expr> {
        let scaled = |scale: &Scale| {
            let x = col(scale.column.clone()).cast(DataType::Float64);
            ((x - lit(scale.base)) * lit(scale.scale) + lit(scale.center)).alias(scale.column.clone())
        };
        self.scales.iter().map(scaled).collect()
    }

    /// The frame with its columns scaled, the others as they are. A column that is missing is a mistake in the query.
    #[track_caller]
    pub fn transform(&self, frame: LazyFrame) -> LazyFrame {
        frame.with_columns(self.exprs())
    }

    /// The frame with scaled columns as they were before, as Float64 and up to rounding.
    ///
    /// ```
    /// use lazuli::MinMaxScaler;
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => [1.0, 3.0, 2.0], "k" => ["x", "y", "z"] }?;
    /// let scaler = MinMaxScaler::new(["a"]).fit(frame.lazy())?;
    /// let scaled = scaler.transform(frame.lazy());
    /// assert_eq!(scaler.inverse_transform(scaled).collect()?, frame);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn inverse_transform(&self, frame: LazyFrame) -> LazyFrame {
        frame.with_columns(self.inverse_exprs())
    }

    /// What was found, a row for each column: `column`, `center`, `scale`, `base`. To keep it, write it to a file.
    pub fn to_frame(&self) -> DataFrame {
        let numbers =
            |name: &str, part: fn(&Scale) -> f64| Series::from_iter(name, self.scales.iter().map(part));
        let columns = vec![
            Series::from_iter("column", self.scales.iter().map(|scale| scale.column.as_str())),
            numbers("center", |scale| scale.center),
            numbers("scale", |scale| scale.scale),
            numbers("base", |scale| scale.base),
        ];
        DataFrame::try_new(columns).expect("four names, a row for each column")
    }

    /// The scaler of what [`FittedScaler::to_frame`] gave.
    ///
    /// # Errors
    /// A frame that lacks one of these columns, or holds null, NaN, infinity or a scale of 0 there.
    ///
    /// ```
    /// use lazuli::prelude::*;
    /// use lazuli::{FittedScaler, StandardScaler};
    ///
    /// let scaler = StandardScaler::new(["a"]).fit(df! { "a" => [1, 2, 4] }?.lazy())?;
    /// assert_eq!(FittedScaler::from_frame(&scaler.to_frame())?, scaler);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_frame(parameters: &DataFrame) -> Result<Self> {
        let mut scales = Vec::with_capacity(parameters.height());
        for row in 0..parameters.height() {
            let column = match parameters.item(row, "column")? {
                Scalar::String(column) => Name::from(&*column),
                found => return Err(mismatch(row, "column", "a name", &found).into()),
            };
            let number = |name: &str| match parameters.item(row, name)? {
                Scalar::Float64(number) if number.is_finite() => Ok(number),
                Scalar::Int64(number) => Ok(number as f64),
                found => Err(mismatch(row, name, "a finite number", &found)),
            };
            let (center, scale, base) = (number("center")?, number("scale")?, number("base")?);
            if scale == 0.0 {
                return Err(mismatch(row, "scale", "a number other than 0", &Scalar::Float64(scale)).into());
            }
            scales.push(Scale { column, center, scale, base });
        }
        Ok(Self { scales })
    }

    /// Runs the query of the statistics `of_column` of each column, and makes a scale of each.
    #[track_caller]
    pub(super) fn fit<const K: usize>(
        verb: &'static str,
        columns: &[Name],
        frame: LazyFrame,
        of_column: impl Fn(Expr) -> [Expr; K] + Send + Sync + 'static,
        scale: impl Fn(Name, [f64; K]) -> std::result::Result<Scale, PlanMistake> + Send + Sync + 'static,
    ) -> Result<Self> {
        let (first, then) = (columns.to_vec(), columns.to_vec());
        let parameters = frame.written_after(
            verb,
            move |frame, schema| {
                let mut statistics = Vec::new();
                for (place, name) in numbers_of(schema, &first)?.into_iter().enumerate() {
                    for (index, statistic) in of_column(col(name)).into_iter().enumerate() {
                        statistics.push(statistic.cast(DataType::Float64).alias(format!("{place}:{index}")));
                    }
                }
                Ok(vec![frame.select(statistics)])
            },
            move |_, schema, answers| {
                let mut scales = Vec::new();
                for (place, name) in numbers_of(schema, &then)?.into_iter().enumerate() {
                    let mut found = [0.0; K];
                    for (index, number) in found.iter_mut().enumerate() {
                        *number = match answers[0].get(0, place * K + index) {
                            Scalar::Float64(number) if number.is_finite() => number,
                            Scalar::Float64(number) => {
                                return Err(invalid(format!(
                                    "column {name} has no finite scale, a statistic of it is {number}; drop NaN and infinity"
                                )));
                            }
                            _ => {
                                return Err(invalid(format!("column {name} has too few values to be fitted to")));
                            }
                        };
                    }
                    scales.push(scale(name, found)?);
                }
                Ok(Self { scales }.to_frame().lazy())
            },
        );
        Self::from_frame(&parameters.collect()?)
    }
}

/// These columns, or all that hold numbers.
fn numbers_of(schema: &Schema, names: &[Name]) -> std::result::Result<Vec<Name>, PlanMistake> {
    require(schema, names)?;
    if !names.is_empty() {
        return Ok(names.to_vec());
    }
    let numbers = schema.fields().iter().filter(|field| field.data_type().is_numeric());
    let names: Vec<Name> = numbers.map(|field| field.name().clone()).collect();
    match names.is_empty() {
        true => Err(invalid("there is no column of numbers")),
        false => Ok(names),
    }
}

fn mismatch(row: usize, column: &str, expected: &str, found: &Scalar) -> ArrayError {
    ArrayError::SchemaMismatch {
        what: format!("column {column}, row {row} of the parameters of a scaler"),
        expected: expected.into(),
        found: found.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::df;

    #[test]
    fn parameters_that_are_none() -> Result<()> {
        let said =
            |frame: DataFrame| FittedScaler::from_frame(&frame).expect_err("no parameters").to_string();
        let of =
            |scale: f64| df! { "column" => ["a"], "center" => [0.0], "scale" => [scale], "base" => [0.0] };
        assert!(said(of(0.0)?).contains("scale"));
        assert!(said(of(f64::NAN)?).contains("a finite number"));
        assert!(said(df! { "column" => ["a"], "center" => [0.0] }?).contains("scale"));
        assert!(said(df! { "column" => [None::<&str>] }?).contains("a name"));
        assert_eq!(
            FittedScaler::from_frame(&of(2.0)?)?.to_frame().column_names(),
            ["column", "center", "scale", "base"]
        );
        Ok(())
    }
}
