//! Columns in memory: what expressions make of them.

use lazuli_array::{DataFrame, DataType, Name, Scalar, Series};
use lazuli_expr::{Expr, IntoExpr, col, repeat_as, when};

use crate::{DummiesArgs, IntoLazy, Result};

/// What the column of a one-column frame is called while an expression reads it.
const OTHER: &str = "_other";

/// Methods that are those of expressions, over the one column.
macro_rules! of_column {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) -> Scalar;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// If the type of the column has no such thing, or the result does not fit.
        fn $name(&self, $($argument: $type),*) -> Result<Scalar> {
            self.aggregate(|column| column.$name($($argument),*))
        }
    )*};
}

/// The methods of expressions on a column in memory.
///
/// ```
/// use lazuli::prelude::*;
///
/// let prices = Series::from_iter("price", [Some(2.0), None, Some(4.0)]);
/// assert_eq!(prices.mean()?, Scalar::Float64(3.0));
/// assert_eq!(prices.apply(|price| price * 2.0)?, Series::from_iter("price", [Some(4.0), None, Some(8.0)]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait EagerSeries {
    /// What an expression makes of the column; its name is that of the expression.
    ///
    /// # Errors
    /// Mistakes in the expression, and failures of its rows.
    fn apply(&self, expr: impl FnOnce(Expr) -> Expr) -> Result<Series>;

    /// A constant `n` times, as values of a type.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// assert_eq!(Series::repeat("a", 7, 2, DataType::Int8)?, Series::from_iter("a", [7i8, 7]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A constant that the type does not hold; more than 2^28 rows.
    #[track_caller]
    fn repeat(name: impl Into<Name>, value: impl Into<Expr>, n: u32, data_type: DataType) -> Result<Series>
    where
        Self: Sized,
    {
        Ok(crate::select(repeat_as(value, n, data_type).alias(name)).collect()?.column_at(0))
    }

    /// `n` rows of 0, as values of a type.
    ///
    /// # Errors
    /// As [`EagerSeries::repeat`].
    #[track_caller]
    fn zeros(name: impl Into<Name>, n: u32, data_type: DataType) -> Result<Series>
    where
        Self: Sized,
    {
        Self::repeat(name, 0, n, data_type)
    }

    /// `n` rows of 1, as values of a type.
    ///
    /// # Errors
    /// As [`EagerSeries::repeat`].
    #[track_caller]
    fn ones(name: impl Into<Name>, n: u32, data_type: DataType) -> Result<Series>
    where
        Self: Sized,
    {
        Self::repeat(name, 1, n, data_type)
    }

    /// The one value that an expression makes of the column.
    ///
    /// # Errors
    /// Mistakes in the expression, and more or less than one value.
    fn aggregate(&self, expr: impl FnOnce(Expr) -> Expr) -> Result<Scalar> {
        Ok(self.apply(expr)?.to_frame().only_item()?)
    }

    of_column! {
        /// See [`Expr::sum`].
        sum() -> Scalar;
        /// See [`Expr::mean`].
        mean() -> Scalar;
        /// See [`Expr::median`].
        median() -> Scalar;
        /// See [`Expr::min`].
        min() -> Scalar;
        /// See [`Expr::max`].
        max() -> Scalar;
        /// See [`Expr::std`].
        std() -> Scalar;
        /// See [`Expr::var`].
        var() -> Scalar;
        /// See [`Expr::n_unique`].
        n_unique() -> Scalar;
        /// See [`Expr::quantile`].
        quantile(q: f64) -> Scalar;
    }

    /// The rows in ascending order, nulls last.
    ///
    /// # Errors
    /// If the type has no order.
    fn sorted(&self, descending: bool) -> Result<Series>;

    /// One of each value, in order of first appearance.
    ///
    /// # Errors
    /// If there is too much of it.
    fn unique(&self) -> Result<Series>;

    /// Each value and the number of its rows, as column `count`, the most frequent first.
    ///
    /// # Errors
    /// If there is too much of it.
    fn value_counts(&self) -> Result<DataFrame>;

    /// The rows for which the mask, of as many rows, is true.
    ///
    /// # Errors
    /// If the mask is of another type or length.
    fn filter(&self, mask: &Series) -> Result<Series>;

    /// The values of this column where the mask is true, those of the other elsewhere; the type widens to hold both.
    ///
    /// # Errors
    /// If lengths differ or no type holds both.
    fn zip_with(&self, mask: &Series, other: &Series) -> Result<Series>;

    /// The column with this value where the mask is true; the type widens to hold it.
    ///
    /// # Errors
    /// If lengths differ or no type holds both.
    fn set(&self, mask: &Series, value: impl Into<Expr>) -> Result<Series>;

    /// The values as another type; a value that does not fit is an error.
    ///
    /// # Errors
    /// A value that does not fit.
    fn cast(&self, to: DataType) -> Result<Series> {
        self.apply(|column| column.cast(to))
    }

    /// The values as the narrowest integer type that holds all of them, signed ones if one is negative or the type was
    /// signed; other columns as they are.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// assert_eq!(*Series::from_iter("a", [1i64, 200]).shrink_dtype()?.data_type(), DataType::Int16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// None that is known.
    fn shrink_dtype(&self) -> Result<Series>;

    /// See [`crate::LazyFrame::describe`].
    ///
    /// # Errors
    /// As [`crate::LazyFrame::collect`].
    fn describe(&self) -> Result<DataFrame>;

    /// See [`crate::LazyFrame::to_dummies`].
    ///
    /// # Errors
    /// As [`crate::LazyFrame::collect`].
    fn to_dummies(&self) -> Result<DataFrame>;
}

impl EagerSeries for Series {
    fn apply(&self, expr: impl FnOnce(Expr) -> Expr) -> Result<Series> {
        let made = self.to_frame().lazy().select(expr(col(self.name().clone()))).collect()?;
        Ok(made.column_at(0))
    }

    fn sorted(&self, descending: bool) -> Result<Series> {
        let column = col(self.name().clone());
        let key = if descending { column.desc() } else { column.asc() };
        Ok(self.to_frame().lazy().sort(key).collect()?.column_at(0))
    }

    fn unique(&self) -> Result<Series> {
        Ok(self.to_frame().lazy().unique().collect()?.column_at(0))
    }

    fn value_counts(&self) -> Result<DataFrame> {
        self.to_frame().lazy().value_counts([self.name().clone()]).collect()
    }

    fn filter(&self, mask: &Series) -> Result<Series> {
        let both = beside(self, [mask.clone().with_name(OTHER)])?;
        Ok(both.lazy().filter(col(OTHER)).collect()?.column_at(0))
    }

    fn zip_with(&self, mask: &Series, other: &Series) -> Result<Series> {
        let all = beside(self, [mask.clone().with_name(OTHER), other.clone().with_name("_third")])?;
        chosen(self.name(), &all, col("_third"))
    }

    fn set(&self, mask: &Series, value: impl Into<Expr>) -> Result<Series> {
        let all = beside(self, [mask.clone().with_name(OTHER)])?;
        let value: Expr = value.into();
        let column = when(col(OTHER)).then(value).otherwise(col(self.name().clone()));
        Ok(all.lazy().select(column.alias(self.name().clone())).collect()?.column_at(0))
    }

    fn shrink_dtype(&self) -> Result<Series> {
        if !self.data_type().is_integer() {
            return Ok(self.clone());
        }
        let whole = |value: Scalar| value.to_string().parse::<i128>().unwrap_or(0);
        let (least, greatest) = (whole(EagerSeries::min(self)?), whole(EagerSeries::max(self)?));
        let types: [(DataType, i128, i128); 4] = if self.data_type().is_unsigned_integer() {
            [
                (DataType::UInt8, 0, u8::MAX.into()),
                (DataType::UInt16, 0, u16::MAX.into()),
                (DataType::UInt32, 0, u32::MAX.into()),
                (DataType::UInt64, 0, u64::MAX.into()),
            ]
        } else {
            [
                (DataType::Int8, i8::MIN.into(), i8::MAX.into()),
                (DataType::Int16, i16::MIN.into(), i16::MAX.into()),
                (DataType::Int32, i32::MIN.into(), i32::MAX.into()),
                (DataType::Int64, i64::MIN.into(), i64::MAX.into()),
            ]
        };
        match types.into_iter().find(|(_, low, high)| *low <= least && greatest <= *high) {
            Some((to, ..)) => EagerSeries::cast(self, to),
            None => Ok(self.clone()),
        }
    }

    fn describe(&self) -> Result<DataFrame> {
        self.to_frame().lazy().describe().collect()
    }

    fn to_dummies(&self) -> Result<DataFrame> {
        let none: [Name; 0] = [];
        self.to_frame().lazy().to_dummies(DummiesArgs::new(none)).collect()
    }
}

/// The column beside others, whose names it must not have.
fn beside(series: &Series, others: impl IntoIterator<Item = Series>) -> Result<DataFrame> {
    Ok(series.to_frame().hstack(others)?)
}

/// The first column where the second is true, else the other.
fn chosen(name: &Name, columns: &DataFrame, otherwise: impl IntoExpr) -> Result<Series> {
    let column = when(col(OTHER)).then(col(name.clone())).otherwise(otherwise.into_expr());
    Ok(columns.lazy().select(column.alias(name.clone())).collect()?.column_at(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::df;

    #[test]
    fn values_are_chosen_by_masks() -> Result<()> {
        let series = Series::from_iter("a", [Some(1), None, Some(3)]);
        let mask = Series::from_iter("a", [Some(true), Some(false), None]);
        let other = Series::from_iter("b", [10i64, 20, 30]);
        assert_eq!(series.filter(&mask)?, Series::from_iter("a", [1]));
        assert_eq!(series.zip_with(&mask, &other)?, Series::from_iter("a", [1i64, 20, 30]));
        assert_eq!(series.set(&mask, 7)?, Series::from_iter("a", [Some(7), None, Some(3)]));
        assert!(series.filter(&mask.sliced(0, 2)).is_err());
        Ok(())
    }

    #[test]
    fn order_and_counts() -> Result<()> {
        let series = Series::from_iter("a", [Some(2), None, Some(1), Some(2)]);
        assert_eq!(series.sorted(true)?, Series::from_iter("a", [Some(2), Some(2), Some(1), None]));
        assert_eq!(series.unique()?, Series::from_iter("a", [Some(2), None, Some(1)]));
        let counts = series.value_counts()?;
        assert_eq!(counts, df! { "a" => [Some(2), None, Some(1)], "count" => [2i64, 1, 1] }?);
        assert_eq!(series.sum()?, Scalar::Int64(5));
        assert_eq!(EagerSeries::to_dummies(&series)?.column_names(), ["a_1", "a_2", "a_null"]);
        assert!(Series::from_iter("t", ["x"]).sum().is_err());
        Ok(())
    }

    #[test]
    fn constants_of_a_type() -> Result<()> {
        assert_eq!(Series::zeros("a", 2, DataType::Float64)?, Series::from_iter("a", [0.0, 0.0]));
        assert_eq!(Series::ones("a", 1, DataType::Boolean)?, Series::from_iter("a", [true]));
        assert_eq!(Series::repeat("a", "x", 0, DataType::String)?.len(), 0);
        let error = Series::repeat("a", 300, 1, DataType::Int8).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.contains("300 of type Int32 is no Int8")));
        Ok(())
    }

    #[test]
    fn integers_shrink_to_what_holds_them() -> Result<()> {
        let shrunk = |series: Series| series.shrink_dtype().map(|series| series.data_type().clone());
        assert_eq!(shrunk(Series::from_iter("a", [-1i64, 127]))?, DataType::Int8);
        assert_eq!(shrunk(Series::from_iter("a", [Some(70_000u64), None]))?, DataType::UInt32);
        assert_eq!(shrunk(Series::from_iter("a", [i64::MIN]))?, DataType::Int64);
        assert_eq!(shrunk(Series::from_iter("a", [None::<i64>]))?, DataType::Int8);
        assert_eq!(shrunk(Series::from_iter("a", [0.5]))?, DataType::Float64);
        Ok(())
    }
}
