//! Columns to single values, or to a small table about them.

use lazuli_array::{DataType, Field, Name, Schema};
use lazuli_expr::{Expr, col, corr, cov, len, lit, spearman_rank_corr};

use super::LazyFrame;
use super::columns::null_of;
use crate::concat;

/// The aggregate of a column, or none if its type has no such thing.
type OfColumn = dyn Fn(&DataType, Expr) -> Option<Expr> + Send + Sync;

macro_rules! aggregates {
    ($($(#[$doc:meta])* $name:ident($has:ident);)*) => {$(
        $(#[$doc])*
        #[track_caller]
        pub fn $name(self) -> Self {
            self.of_columns(stringify!($name), Box::new(|data_type, column| {
                $has(data_type).then(|| column.$name())
            }))
        }
    )*};
}

/// One row with a value for each column. Columns of types that have no such value, as texts have no mean, are null.
impl LazyFrame {
    aggregates! {
        /// The sum of each column of numbers, booleans or durations; null for the others.
        ///
        /// ```
        /// use lazuli::prelude::*;
        ///
        /// let frame = df! { "a" => [1, 2], "k" => ["x", "y"] }?;
        /// assert_eq!(frame.lazy().sum().collect()?, df! { "a" => [3i64], "k" => [None::<&str>] }?);
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        sum(has_sum);
        /// The product of each column of numbers; null for the others.
        product(is_number);
        /// The mean of each column of numbers or booleans; null for the others.
        mean(has_mean);
        /// The middle value of each column of numbers; null for the others.
        median(is_number);
        /// The least value of each column, NaN ignored.
        min(is_ordered);
        /// The greatest value of each column, NaN ignored.
        max(is_ordered);
        /// The sample standard deviation of each column of numbers; null for the others.
        std(is_number);
        /// The sample variance of each column of numbers; null for the others.
        var(is_number);
        /// The number of rows of each column that are not null.
        count(is_any);
        /// The number of null rows of each column.
        null_count(is_any);
    }

    /// The value below which the share `q` of the values lies, of each column of numbers; null for the others.
    #[track_caller]
    pub fn quantile(self, q: f64) -> Self {
        self.of_columns(
            "quantile",
            Box::new(move |data_type, column| is_number(data_type).then(|| column.quantile(q))),
        )
    }

    #[track_caller]
    fn of_columns(self, name: &'static str, of_column: Box<OfColumn>) -> Self {
        self.written(name, move |frame, schema| {
            let value = |field: &Field| {
                let (name, data_type) = (field.name(), field.data_type());
                of_column(data_type, col(name.clone()))
                    .unwrap_or_else(|| null_of(data_type))
                    .alias(name.clone())
            };
            Ok(frame.select(schema.fields().iter().map(value).collect::<Vec<_>>()))
        })
    }

    /// The sum of each row over its columns of numbers, nulls passed over, as the one column `sum`.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => [Some(1), None], "k" => ["x", "y"], "b" => [2, 3] }?;
    /// assert_eq!(frame.lazy().sum_horizontal().collect()?, df! { "sum" => [3i64, 3] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn sum_horizontal(self) -> Self {
        self.of_rows("sum", lazuli_expr::function::sum_horizontal)
    }

    /// The mean of each row over its columns of numbers, nulls passed over, as the one column `mean`.
    #[track_caller]
    pub fn mean_horizontal(self) -> Self {
        self.of_rows("mean", lazuli_expr::function::mean_horizontal)
    }

    /// The least value of each row over its columns of numbers, nulls passed over, as the one column `min`.
    #[track_caller]
    pub fn min_horizontal(self) -> Self {
        self.of_rows("min", lazuli_expr::function::min_horizontal)
    }

    /// The greatest value of each row over its columns of numbers, nulls passed over, as the one column `max`.
    #[track_caller]
    pub fn max_horizontal(self) -> Self {
        self.of_rows("max", lazuli_expr::function::max_horizontal)
    }

    #[track_caller]
    fn of_rows(self, name: &'static str, of_row: fn(Vec<Expr>) -> Expr) -> Self {
        self.written(name, move |frame, schema| {
            let numbers: Vec<Expr> = numbers_of(schema).map(|name| col(name.clone())).collect();
            if numbers.is_empty() {
                return Err(crate::verb::invalid("there is no column of numbers"));
            }
            Ok(frame.select(of_row(numbers).alias(name)))
        })
    }

    /// For each column its name, the number of its nulls and their share in percent: `column`, `null_count`, `percent`.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => [Some(1), None], "b" => [1, 2] }?;
    /// assert_eq!(frame.lazy().missing_table().collect()?, df! {
    ///     "column" => ["a", "b"], "null_count" => [1i64, 0], "percent" => [50.0, 0.0],
    /// }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn missing_table(self) -> Self {
        self.written("missing_table", |frame, schema| {
            let cells = schema.names().enumerate();
            let nulls = cells.map(|(place, name)| col(name.clone()).null_count().alias(cell(place, 0)));
            let total = std::iter::once(len().alias("rows"));
            let counts = frame.select(nulls.chain(total).collect::<Vec<_>>());
            let row = |(place, name): (usize, &Name)| {
                let nulls = col(cell(place, 0));
                counts.clone().select([
                    lit(name.as_str()).alias("column"),
                    nulls.clone().alias("null_count"),
                    (nulls * 100 / col("rows")).alias("percent"),
                ])
            };
            Ok(concat(schema.names().enumerate().map(row)))
        })
    }

    /// Pearson's correlation of each pair of columns of numbers, over the rows where neither is null: a column `column` of
    /// their names, and one for each.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => [1, 2, 3], "b" => [3, 2, 1], "k" => ["x", "y", "z"] }?;
    /// assert_eq!(frame.lazy().corr().collect()?, df! {
    ///     "column" => ["a", "b"], "a" => [1.0, -1.0], "b" => [-1.0, 1.0],
    /// }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn corr(self) -> Self {
        self.matrix("corr", corr)
    }

    /// Spearman's rank correlation of each pair of columns of numbers, in the form of [`LazyFrame::corr`]; see
    /// [`lazuli_expr::spearman_rank_corr`].
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => [1, 2, 30], "b" => [0.5, 0.1, 0.0] }?;
    /// assert_eq!(frame.lazy().spearman_rank_corr().collect()?, df! {
    ///     "column" => ["a", "b"], "a" => [1.0, -1.0], "b" => [-1.0, 1.0],
    /// }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn spearman_rank_corr(self) -> Self {
        self.matrix("spearman_rank_corr", spearman_rank_corr)
    }

    /// The sample covariance of each pair of columns of numbers, in the form of [`LazyFrame::corr`].
    #[track_caller]
    pub fn cov(self) -> Self {
        self.matrix("cov", |left, right| cov(left, right, 1))
    }

    #[track_caller]
    fn matrix(self, verb: &'static str, of_pair: fn(Expr, Expr) -> Expr) -> Self {
        self.written(verb, move |frame, schema| {
            let numbers: Vec<&Name> = numbers_of(schema).collect();
            let Some(last) = numbers.len().checked_sub(1) else {
                return Err(crate::verb::invalid("there is no column of numbers"));
            };
            let pairs = (0..=last).flat_map(|row| (row..=last).map(move |column| (row, column)));
            let of_pair = |(row, column): (usize, usize)| {
                let value = of_pair(col(numbers[row].clone()), col(numbers[column].clone()));
                value.alias(cell(row, column))
            };
            let cells = frame.select(pairs.map(of_pair).collect::<Vec<_>>());
            let value = |row: usize, column: usize| {
                col(cell(row.min(column), row.max(column))).alias(numbers[column].clone())
            };
            let label = if numbers.iter().any(|name| *name == "column") { "column_of" } else { "column" };
            let row = |row: usize| {
                let name = lit(numbers[row].as_str()).alias(label);
                let values = (0..=last).map(|column| value(row, column));
                cells.clone().select(std::iter::once(name).chain(values).collect::<Vec<_>>())
            };
            Ok(concat((0..=last).map(row)))
        })
    }

    /// The number of rows that are not null, of null ones, mean, standard deviation, least, quartiles and greatest value of
    /// every column, one column each, as far as its type has them. Numbers and booleans come as Float64, others as text.
    #[track_caller]
    pub fn describe(self) -> Self {
        self.written("describe", |frame, schema| Ok(crate::describe::describe(frame, schema)))
    }
}

/// What a value that goes into a table is called until it is there.
fn cell(row: usize, column: usize) -> String {
    format!("{row}:{column}")
}

fn numbers_of(schema: &Schema) -> impl Iterator<Item = &Name> {
    schema.fields().iter().filter(|field| field.data_type().is_numeric()).map(Field::name)
}

fn is_any(_: &DataType) -> bool {
    true
}

fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric()
}

fn has_mean(data_type: &DataType) -> bool {
    data_type.is_numeric() || matches!(data_type, DataType::Boolean)
}

fn has_sum(data_type: &DataType) -> bool {
    has_mean(data_type) || matches!(data_type, DataType::Duration(_))
}

fn is_ordered(data_type: &DataType) -> bool {
    !data_type.is_nested() && !matches!(data_type, DataType::Null | DataType::Binary)
}
