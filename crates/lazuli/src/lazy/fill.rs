//! Other values for null and NaN.

use lazuli_array::{DataType, Field};
use lazuli_expr::{Expr, col, when};

use super::LazyFrame;

/// What nulls become in [`LazyFrame::fill_null_with`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FillNull {
    /// The value of the last row before that is not null; null if there is none.
    Forward,
    /// The value of the next row that is not null; null if there is none.
    Backward,
    /// The column's least value.
    Min,
    /// The column's greatest value.
    Max,
    /// The column's mean, for numbers. Integers become floats, so that it is exact.
    Mean,
    /// 0, `false`, or the empty text.
    Zero,
    /// 1 or `true`.
    One,
}

impl LazyFrame {
    /// Every column with its nulls replaced as `strategy` says. Columns of types that have no such value, as texts have no
    /// mean, stay as they are.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => [Some(1), None, Some(5)], "k" => [Some("x"), None, None] }?;
    /// let out = frame.lazy().fill_null_with(FillNull::Forward).collect()?;
    /// assert_eq!(out, df! { "a" => [Some(1), Some(1), Some(5)], "k" => [Some("x"), Some("x"), Some("x")] }?);
    /// let out = frame.lazy().fill_null_with(FillNull::Mean).collect()?;
    /// assert_eq!(out, df! { "a" => [1.0, 3.0, 5.0], "k" => [Some("x"), None, None] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn fill_null_with(self, strategy: FillNull) -> Self {
        self.written("fill_null", move |frame, schema| {
            let filled = |field: &Field| {
                let column = col(field.name().clone());
                match (strategy, fill_of(strategy, field.data_type(), &column)) {
                    (FillNull::Forward, _) => column.forward_fill(None),
                    (FillNull::Backward, _) => column.backward_fill(None),
                    (_, Some(value)) => column.fill_null(value),
                    (_, None) => column,
                }
            };
            Ok(frame.select(schema.fields().iter().map(filled).collect::<Vec<_>>()))
        })
    }

    /// Every column of numbers with nulls between two values replaced by what lies on the line between them; integers become
    /// floats. Nulls at the ends stay.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => [Some(1.0), None, Some(4.0)], "k" => [Some("x"), None, Some("y")] }?;
    /// let out = frame.lazy().interpolate().collect()?;
    /// assert_eq!(out, df! { "a" => [1.0, 2.5, 4.0], "k" => [Some("x"), None, Some("y")] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn interpolate(self) -> Self {
        self.written("interpolate", |frame, schema| {
            let filled = |field: &Field| match field.data_type().is_numeric() {
                true => col(field.name().clone()).interpolate("linear"),
                false => col(field.name().clone()),
            };
            Ok(frame.select(schema.fields().iter().map(filled).collect::<Vec<_>>()))
        })
    }

    /// Every column of floats with NaN replaced by `value`, which may be null: `fill_nan(Scalar::Null)`.
    #[track_caller]
    pub fn fill_nan(self, value: impl Into<Expr>) -> Self {
        let value = value.into();
        self.written("fill_nan", move |frame, schema| {
            let filled = |field: &Field| {
                let column = col(field.name().clone());
                if field.data_type().is_float() {
                    when(column.clone().is_nan()).then(value.clone()).otherwise(column)
                } else {
                    column
                }
            };
            let exprs = schema.fields().iter().map(|field| filled(field).alias(field.name().clone()));
            Ok(frame.select(exprs.collect::<Vec<_>>()))
        })
    }
}

/// What the nulls of a column become, if its type has it.
fn fill_of(strategy: FillNull, data_type: &DataType, column: &Expr) -> Option<Expr> {
    let is_ordered = !data_type.is_nested() && !matches!(data_type, DataType::Null | DataType::Binary);
    match strategy {
        FillNull::Min if is_ordered => Some(column.clone().min()),
        FillNull::Max if is_ordered => Some(column.clone().max()),
        FillNull::Mean if data_type.is_numeric() => Some(column.clone().mean()),
        FillNull::Zero if data_type.is_numeric() => Some(0.into()),
        FillNull::Zero if *data_type == DataType::Boolean => Some(false.into()),
        FillNull::Zero if *data_type == DataType::String => Some("".into()),
        FillNull::One if data_type.is_numeric() => Some(1.into()),
        FillNull::One if *data_type == DataType::Boolean => Some(true.into()),
        _ => None,
    }
}
