//! Which rows a frame has, and in which order.

use lazuli_array::{DataType, Name};
use lazuli_expr::{Expr, IntoExprs, IntoSortKeys, SortKey, col, len, lit};
use lazuli_plan::{Distinct, Filter, Keep, Node, Slice, Sort};

use super::LazyFrame;
use super::columns::names_or_all;
use crate::IntoLazy;
use crate::verb::{fresh, invalid, require};

impl LazyFrame {
    /// The rows for which the condition is true; rows for which it is false or null are left out. Row order stays.
    #[track_caller]
    pub fn filter(self, predicate: impl Into<Expr>) -> Self {
        let predicates = vec![predicate.into()];
        self.then(|input| Node::Filter(Filter { input, predicates }))
    }

    /// Rows in the order of these keys: `sort("a")`, `sort([col("a").desc(), col("b").asc().nulls_first()])`.
    ///
    /// Stable: rows with equal keys stay in order. Nulls come last in both directions unless asked otherwise, NaN is
    /// above all numbers.
    #[track_caller]
    pub fn sort(self, keys: impl IntoSortKeys) -> Self {
        let keys = keys.into_sort_keys();
        self.then(|input| Node::Sort(Sort { input, keys, limit: None }))
    }

    /// The first `n` rows.
    #[track_caller]
    pub fn limit(self, n: usize) -> Self {
        self.slice(0, Some(n))
    }

    /// The first `n` rows.
    #[track_caller]
    pub fn head(self, n: usize) -> Self {
        self.slice(0, Some(n))
    }

    /// The last `n` rows.
    #[track_caller]
    pub fn tail(self, n: usize) -> Self {
        let offset = i64::try_from(n).unwrap_or(i64::MAX);
        self.slice(-offset, Some(n))
    }

    /// `length` rows from `offset` on, or all from there; a negative offset counts from the end.
    #[track_caller]
    pub fn slice(self, offset: i64, length: Option<usize>) -> Self {
        self.then(|input| Node::Slice(Slice { input, offset, length }))
    }

    /// One of each kind of row, the first, in order of first appearance. Null equals null, NaN equals NaN.
    #[track_caller]
    pub fn unique(self) -> Self {
        self.then(|input| Node::Distinct(Distinct { input, subset: None, keep: Keep::First }))
    }

    /// One row for each combination of these expressions' values.
    #[track_caller]
    pub fn unique_by(self, subset: impl IntoExprs, keep: Keep) -> Self {
        let subset = Some(subset.into_exprs());
        self.then(|input| Node::Distinct(Distinct { input, subset, keep }))
    }

    /// Rows without a null in any column.
    #[track_caller]
    pub fn drop_nulls(self, subset: impl IntoExprs) -> Self {
        let mut conditions = subset.into_exprs().into_iter().map(Expr::is_not_null);
        match conditions.next() {
            Some(first) => self.filter(conditions.fold(first, Expr::and)),
            None => self,
        }
    }

    /// The rows for which the condition is not true; rows for which it is null stay.
    #[track_caller]
    pub fn remove(self, predicate: impl Into<Expr>) -> Self {
        self.filter(predicate.into().fill_null(false).not())
    }

    /// The first row.
    #[track_caller]
    pub fn first(self) -> Self {
        self.slice(0, Some(1))
    }

    /// The last row.
    #[track_caller]
    pub fn last(self) -> Self {
        self.slice(-1, Some(1))
    }

    /// The `k` rows that come first when sorted by these keys downwards, in that order; rows with equal keys stay in the
    /// order they have. Nulls come last.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "name" => ["a", "b", "c"], "points" => [Some(3), None, Some(7)] }?;
    /// assert_eq!(frame.lazy().top_k(1, "points").collect()?, df! { "name" => ["c"], "points" => [Some(7)] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn top_k(self, k: usize, by: impl IntoSortKeys) -> Self {
        let keys: Vec<SortKey> = by.into_sort_keys();
        let keys: Vec<SortKey> =
            keys.into_iter().map(|key| SortKey { descending: !key.descending, ..key }).collect();
        self.sort(keys).head(k)
    }

    /// The `k` rows that come first when sorted by these keys, in that order; rows with equal keys stay in the order they
    /// have. Nulls come last.
    #[track_caller]
    pub fn bottom_k(self, k: usize, by: impl IntoSortKeys) -> Self {
        self.sort(by).head(k)
    }

    /// The rows from the last to the first.
    #[track_caller]
    pub fn reverse(self) -> Self {
        self.written("reverse", |frame, schema| {
            let row = fresh("row", &[schema]);
            Ok(frame.with_row_index(row.clone(), 0).sort(col(row.clone()).desc()).drop([row]))
        })
    }

    /// Every `n`-th row from row `offset` on.
    #[track_caller]
    pub fn gather_every(self, n: u32, offset: u32) -> Self {
        self.written("gather_every", move |frame, schema| {
            if n == 0 {
                return Err(invalid("every 0th row"));
            }
            let row = fresh("row", &[schema]);
            let place = col(row.clone()) - i64::from(offset);
            let wanted = place.clone().gt_eq(0) & (place % i64::from(n)).eq(0);
            Ok(frame.with_row_index(row.clone(), 0).filter(wanted).drop([row]))
        })
    }

    /// The rows of these numbers, in their order, as often as they are named; negative ones count from the end.
    ///
    /// A number beyond the rows is an error.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => ["x", "y", "z"] }?;
    /// assert_eq!(frame.lazy().gather([2, 0, -1]).collect()?, df! { "a" => ["z", "x", "z"] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn gather(self, rows: impl IntoIterator<Item = i64>) -> Self {
        let rows: Vec<i64> = rows.into_iter().collect();
        self.written("gather", move |frame, schema| {
            let (row, total) = (fresh("row", &[schema]), fresh("rows", &[schema]));
            let names: Vec<Name> = schema.names().cloned().collect();
            let numbers = lazuli_array::DataFrame::from_columns(vec![(
                row.clone(),
                lazuli_array::Column::new(
                    DataType::Int64,
                    rows.iter().copied().map(Some).collect::<lazuli_array::PrimitiveArray<i64>>(),
                ),
            )]);
            let numbers = numbers.map_err(|error| invalid(error.to_string()))?.lazy();
            let from_start = lazuli_expr::when(col(row.clone()).lt(0))
                .then(col(row.clone()) + col(total.clone()))
                .otherwise(col(row.clone()));
            let is_there = col(row.clone()).gt_eq(0) & col(row.clone()).lt(col(total.clone()));
            Ok(numbers
                .cross_join(frame.clone().select(len().alias(total)))
                .with_columns(from_start)
                .filter(is_there.check("gather asks for a row that there is not"))
                .join(
                    frame.with_row_index(row.clone(), 0),
                    col(row.clone()),
                    col(row),
                    lazuli_plan::JoinType::Inner,
                )
                .select(names))
        })
    }

    /// Rows without NaN in these columns; `()` for all columns of floats. Null is not NaN.
    #[track_caller]
    pub fn drop_nans(self, subset: impl IntoExprs) -> Self {
        let subset = subset.into_exprs();
        self.written("drop_nans", move |frame, schema| {
            let floats = schema.fields().iter().filter(|field| field.data_type().is_float());
            let columns: Vec<Expr> = if subset.is_empty() {
                floats.map(|field| col(field.name().clone())).collect()
            } else {
                subset.clone()
            };
            let conditions = columns.into_iter().map(|column| column.is_nan().fill_null(false).not());
            Ok(match conditions.reduce(Expr::and) {
                Some(condition) => frame.filter(condition),
                None => frame,
            })
        })
    }

    /// Whether there is another row like it, for each row, as the one column `is_duplicated`. Null equals null, NaN equals
    /// NaN.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => [1, 2, 1] }?;
    /// assert_eq!(frame.lazy().is_duplicated().collect()?, df! { "is_duplicated" => [true, false, true] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn is_duplicated(self) -> Self {
        self.written("is_duplicated", |frame, schema| {
            Ok(frame.select(copies(schema).gt(1).alias("is_duplicated")))
        })
    }

    /// Whether there is no other row like it, for each row, as the one column `is_unique`.
    #[track_caller]
    pub fn is_unique(self) -> Self {
        self.written("is_unique", |frame, schema| Ok(frame.select(copies(schema).eq(1).alias("is_unique"))))
    }

    /// The number of different rows, as the one row `n_unique`. `subset`: the columns that count; all if it is empty.
    #[track_caller]
    pub fn n_unique<N: Into<Name>>(self, subset: impl IntoIterator<Item = N>) -> Self {
        let subset: Vec<Name> = subset.into_iter().map(Into::into).collect();
        self.written("n_unique", move |frame, schema| {
            let names = names_or_all(schema, &subset)?;
            Ok(frame.select(names).unique().select(len().alias("n_unique")))
        })
    }

    /// Each combination of values of these columns and the number of its rows, as column `count`, the most frequent first;
    /// equally frequent ones in order of first appearance. Null is a value.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "k" => [Some("x"), None, Some("x")] }?;
    /// let counts = frame.lazy().value_counts(["k"]).collect()?;
    /// assert_eq!(counts, df! { "k" => [Some("x"), None], "count" => [2i64, 1] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn value_counts<N: Into<Name>>(self, columns: impl IntoIterator<Item = N>) -> Self {
        let columns: Vec<Name> = columns.into_iter().map(Into::into).collect();
        self.written("value_counts", move |frame, schema| {
            require(schema, &columns)?;
            if columns.is_empty() {
                return Err(invalid("value_counts needs a column"));
            }
            let count = if columns.iter().any(|name| name == "count") { "count_of_rows" } else { "count" };
            Ok(frame.group_by(columns.clone()).agg(len().alias(count)).sort(col(count).desc()))
        })
    }

    /// No rows, and the same columns.
    #[track_caller]
    pub fn clear(self) -> Self {
        self.filter(lit(false))
    }
}

/// How many rows there are like each row.
fn copies(schema: &lazuli_array::Schema) -> Expr {
    len().over(schema.names().cloned().collect::<Vec<_>>())
}
