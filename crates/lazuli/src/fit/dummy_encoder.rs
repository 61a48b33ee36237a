//! A column of 0 and 1 for each category that was there when they were fitted.

use lazuli_array::{DataType, Name, Scalar, Schema};
use lazuli_expr::function::any_horizontal;
use lazuli_expr::{Expr, Literal, col};

use crate::verb::{Written, invalid, require};
use crate::{LazyFrame, Result, collect_all};

/// What [`FittedDummies::transform`] makes of a category that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownCategory {
    /// The query fails and says in which column.
    #[default]
    Fail,
    /// The row has 0 in all columns of its categories.
    Ignore,
    /// The row has 1 in one more column, called `{column}_other`.
    Other,
}

/// A column of 0 and 1 for each value of some columns, in place of them: as [`LazyFrame::to_dummies`], but with the values
/// that were there when it was fitted, so that all frames get the same columns.
///
/// ```
/// use lazuli::prelude::*;
/// use lazuli::{DummyEncoder, UnknownCategory};
///
/// let (train, test) = (df! { "size" => ["S", "L", "S"] }?, df! { "size" => ["L", "XL"] }?);
/// let dummies = DummyEncoder::new(["size"]).unknown(UnknownCategory::Other).fit(train.lazy())?;
/// assert_eq!(dummies.transform(test.lazy()).collect()?, df! {
///     "size_L" => [1u8, 0], "size_S" => [0u8, 0], "size_other" => [0u8, 1],
/// }?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DummyEncoder {
    columns: Vec<Name>,
    given: Vec<(Name, Vec<Scalar>)>,
    how: How,
}

#[derive(Debug, Clone, PartialEq)]
struct How {
    separator: String,
    drop_first: bool,
    drop_nulls: bool,
    unknown: UnknownCategory,
}

/// A [`DummyEncoder`] that knows its categories.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedDummies {
    columns: Vec<Categories>,
    how: How,
}

#[derive(Debug, Clone, PartialEq)]
struct Categories {
    column: Name,
    /// Of the values; `None` if they were given, and take the type of the column.
    data_type: Option<DataType>,
    values: Vec<Scalar>,
}

impl DummyEncoder {
    /// For these columns.
    pub fn new<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        let how = How {
            separator: "_".into(),
            drop_first: false,
            drop_nulls: false,
            unknown: UnknownCategory::default(),
        };
        Self { columns: columns.into_iter().map(Into::into).collect(), given: Vec::new(), how }
    }

    /// The categories of one of the columns, in this order, whatever its rows hold.
    ///
    /// ```
    /// use lazuli::DummyEncoder;
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "size" => ["S", "S"] }?;
    /// let dummies = DummyEncoder::new(["size"]).categories("size", ["S", "M"]).fit(frame.lazy())?;
    /// assert_eq!(dummies.transform(frame.lazy()).collect()?, df! { "size_S" => [1u8, 1], "size_M" => [0u8, 0] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn categories<V: Into<Scalar>>(
        mut self,
        column: impl Into<Name>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.given.push((column.into(), values.into_iter().map(Into::into).collect()));
        self
    }

    /// What stands between column and value in the new names; `_` if not said.
    pub fn separator(mut self, separator: impl Into<String>) -> Self {
        self.how.separator = separator.into();
        self
    }

    /// No column for the first category of each, which then is that of rows with 0 in all others. Not with
    /// [`UnknownCategory::Ignore`], which could not be told from it.
    pub fn drop_first(mut self) -> Self {
        self.how.drop_first = true;
        self
    }

    /// No column for null: a row with null has 0 in all columns, as in pandas. Otherwise null is a category like others, which
    /// comes last if it was there.
    pub fn drop_nulls(mut self) -> Self {
        self.how.drop_nulls = true;
        self
    }

    /// What becomes of categories that were not there; [`UnknownCategory::Fail`] if not said.
    pub fn unknown(mut self, unknown: UnknownCategory) -> Self {
        self.how.unknown = unknown;
        self
    }

    /// Finds the categories of each column, in order of value, by a query over these rows.
    ///
    /// # Errors
    /// Mistakes in the query, a column that is missing, and options that do not go together.
    #[track_caller]
    pub fn fit(&self, frame: LazyFrame) -> Result<FittedDummies> {
        let (names, ambiguous) =
            (self.columns.clone(), self.how.drop_first && self.how.unknown == UnknownCategory::Ignore);
        let given: Vec<Name> = self.given.iter().map(|(name, _)| name.clone()).collect();
        let checked = frame.written("DummyEncoder.fit", move |frame, schema| {
            require(schema, &names)?;
            if let Some(name) = given.iter().find(|name| !names.contains(name)) {
                return Err(invalid(format!("categories of {name}, which is none of the columns")));
            }
            if ambiguous {
                return Err(invalid(
                    "drop_first, and unknown categories ignored: they could not be told apart",
                ));
            }
            Ok(frame)
        });
        checked.collect_schema()?;
        let is_given = |name: &Name| self.given.iter().find(|(given, _)| given == name);
        let unknown = self.columns.iter().filter(|name| is_given(name).is_none());
        let distinct =
            |name: &Name| checked.clone().select(col(name.clone())).unique().sort(col(name.clone()));
        let mut found = collect_all(unknown.map(distinct))?.into_iter();
        let mut columns = Vec::with_capacity(self.columns.len());
        for name in &self.columns {
            let (data_type, values): (_, Vec<Scalar>) = match is_given(name) {
                Some((_, values)) => (None, values.clone()),
                None => {
                    let frame = found.next().expect("a query for each column without given categories");
                    let column = frame.column_at(0);
                    (Some(column.data_type().clone()), column.iter().collect())
                }
            };
            let kept = values.into_iter().filter(|value| !(self.how.drop_nulls && value.is_null()));
            columns.push(Categories { column: name.clone(), data_type, values: kept.collect() });
        }
        Ok(FittedDummies { columns, how: self.how.clone() })
    }
}

impl FittedDummies {
    /// The categories of a column, in the order of the new columns.
    pub fn categories(&self, column: &str) -> Option<&[Scalar]> {
        let found = self.columns.iter().find(|categories| categories.column == column);
        found.map(|categories| categories.values.as_slice())
    }

    /// The frame with a column of 0 and 1 (UInt8) for each category in place of the columns, the others as they are.
    #[track_caller]
    pub fn transform(&self, frame: LazyFrame) -> LazyFrame {
        let fitted = self.clone();
        frame.written("DummyEncoder.transform", move |frame, schema| fitted.written_out(frame, schema))
    }

    fn written_out(&self, frame: LazyFrame, schema: &Schema) -> Written {
        let names: Vec<Name> = self.columns.iter().map(|categories| categories.column.clone()).collect();
        require(schema, &names)?;
        let mut exprs = Vec::new();
        let mut frame = frame;
        for name in schema.names() {
            let Some(categories) = self.columns.iter().find(|categories| categories.column == *name) else {
                exprs.push(col(name.clone()));
                continue;
            };
            let title = |value: &str| format!("{name}{}{value}", self.how.separator);
            let dropped = usize::from(self.how.drop_first);
            for value in categories.values.iter().skip(dropped) {
                let is_it = categories.is(value).cast(DataType::UInt8);
                exprs.push(is_it.alias(title(&value.to_string())));
            }
            match self.how.unknown {
                UnknownCategory::Ignore => {}
                UnknownCategory::Other => {
                    let is_other = categories.is_known(self.how.drop_nulls).not().cast(DataType::UInt8);
                    exprs.push(is_other.alias(title("other")));
                }
                UnknownCategory::Fail => {
                    let count = categories.values.len();
                    let message =
                        format!("column {name} holds none of the {count} categories that were fitted");
                    frame = frame.filter(categories.is_known(self.how.drop_nulls).check(&message));
                }
            }
        }
        Ok(frame.select(exprs))
    }
}

impl Categories {
    /// Whether a row holds this value.
    fn is(&self, value: &Scalar) -> Expr {
        let column = col(self.column.clone());
        match value {
            Scalar::Null => column.is_null(),
            value => {
                let value = value.clone();
                let literal = match self.data_type.clone() {
                    Some(data_type) => Expr::Literal(Literal { value, data_type, flexible: false }),
                    None => Expr::from(value),
                };
                column.eq(literal).fill_null(false)
            }
        }
    }

    /// Whether a row holds one of the values, or null where that has no column.
    fn is_known(&self, drop_nulls: bool) -> Expr {
        let null = drop_nulls.then_some(&Scalar::Null);
        let each: Vec<Expr> = self.values.iter().chain(null).map(|value| self.is(value)).collect();
        match each.is_empty() {
            true => Expr::from(false),
            false => any_horizontal(each),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DummiesArgs, EagerFrame, IntoLazy, df};

    #[test]
    fn the_frame_of_the_fit_gets_its_own_dummies() -> Result<()> {
        let frame = df! { "id" => [1, 2, 3], "n" => [Some(10), Some(9), None], "t" => ["b", "a", "b"] }?;
        for how in 0..4 {
            let (first, nulls) = (how % 2 == 1, how / 2 == 1);
            let mut args = DummiesArgs::new(["n", "t"]).separator("=");
            let mut encoder = DummyEncoder::new(["n", "t"]).separator("=");
            if first {
                (args, encoder) = (args.drop_first(), encoder.drop_first());
            }
            if nulls {
                (args, encoder) = (args.drop_nulls(), encoder.drop_nulls());
            }
            let fitted = encoder.fit(frame.lazy())?;
            let wanted = frame.lazy().to_dummies(args).collect()?;
            assert_eq!(fitted.transform(frame.lazy()).collect()?, wanted);
            // The columns are there without rows too.
            assert_eq!(fitted.transform(frame.lazy().limit(0)).collect_schema()?, *wanted.schema());
        }
        Ok(())
    }

    #[test]
    fn what_was_not_there() -> Result<()> {
        let train = df! { "t" => ["b", "a"] }?;
        let test = df! { "t" => [Some("c"), None, Some("b")], "n" => [1, 2, 3] }?;
        let with = |unknown| DummyEncoder::new(["t"]).unknown(unknown).fit(train.lazy());
        let ignored = with(UnknownCategory::Ignore)?.transform(test.lazy()).collect()?;
        assert_eq!(ignored, df! { "t_a" => [0u8, 0, 0], "t_b" => [0u8, 0, 1], "n" => [1, 2, 3] }?);
        let other = with(UnknownCategory::Other)?.transform(test.lazy()).collect()?;
        assert_eq!(other.column("t_other")?, crate::Series::from_iter("t_other", [1u8, 1, 0]));
        let failed = with(UnknownCategory::Fail)?.transform(test.lazy());
        let said = failed.clone().collect().expect_err("c was not there").to_string();
        assert!(said.contains("column t holds none of the 2 categories that were fitted"), "{said}");
        // Nobody has to look at the columns for it to fail.
        assert!(failed.select(col("n")).collect().is_err());
        // A null that has no column is not unknown.
        let nulls = DummyEncoder::new(["t"]).drop_nulls().fit(train.lazy())?;
        assert_eq!(nulls.transform(test.filter(col("n").gt(1))?.lazy()).collect()?.column("t_b")?.len(), 2);
        assert_eq!(nulls.categories("t"), Some([Scalar::from("a"), Scalar::from("b")].as_slice()));
        Ok(())
    }

    #[test]
    fn columns_and_options_that_do_not_go_together() -> Result<()> {
        let frame = df! { "town" => ["x"] }?;
        let said = |encoder: DummyEncoder| encoder.fit(frame.lazy()).expect_err("a mistake").to_string();
        assert!(said(DummyEncoder::new(["tow"])).contains("did you mean town"));
        assert!(said(DummyEncoder::new(["town"]).categories("city", ["x"])).contains("categories of city"));
        let both = DummyEncoder::new(["town"]).drop_first().unknown(UnknownCategory::Ignore);
        assert!(said(both).contains("could not be told apart"));
        let fitted = DummyEncoder::new(["town"]).fit(frame.lazy())?;
        let missing = fitted.transform(df! { "a" => [1] }?.lazy()).collect();
        assert!(missing.expect_err("no town").to_string().contains("town"));
        let numbers = fitted.transform(df! { "town" => [1] }?.lazy()).collect();
        assert!(numbers.expect_err("no text").to_string().contains("String"));
        Ok(())
    }
}
