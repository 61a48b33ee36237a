//! `group_by(keys).agg(aggregates)`.

use lazuli_array::{DataFrame, Name, Scalar};
use lazuli_expr::{Expr, IntoExprs, col, len, lit, row_number};
use lazuli_plan::{Aggregate, Caller, LogicalPlan, Node};

use crate::verb::fresh;
use crate::{IntoLazy, LazyFrame, Result};

/// Groups that wait for their aggregates.
#[derive(Debug, Clone)]
#[must_use = "groups do nothing until they are aggregated"]
pub struct LazyGroupBy {
    frame: LazyFrame,
    keys: Vec<Expr>,
    having: Option<Expr>,
    caller: Caller,
}

/// A verb of groups that makes the same of every other column.
macro_rules! of_each_column {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(self) -> LazyFrame {
            self.of_columns(stringify!($name), |column| column.$name())
        }
    )*};
}

impl LazyGroupBy {
    pub(crate) fn new(frame: LazyFrame, keys: Vec<Expr>, caller: Caller) -> Self {
        Self { frame, keys, having: None, caller }
    }

    /// Only groups for which the condition, made of aggregates, is true.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "k" => ["x", "y", "x"], "n" => [1, 2, 3] }?;
    /// let out = frame.lazy().group_by("k").having(len().gt(1)).agg(col("n").sum()).collect()?;
    /// assert_eq!(out, df! { "k" => ["x"], "n" => [4i64] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn having(self, condition: impl Into<Expr>) -> Self {
        let condition = condition.into();
        let having = match self.having {
            Some(having) => having.and(condition),
            None => condition,
        };
        Self { having: Some(having), ..self }
    }

    /// One row a group: the keys, then these aggregates. Each may combine aggregates, as in
    /// `col("a").sum() / col("b").sum()`.
    pub fn agg(self, aggregates: impl IntoExprs) -> LazyFrame {
        let mut aggregates = aggregates.into_exprs();
        let Self { frame, keys, having, caller } = self;
        let options = frame.options().clone();
        let is_wanted: Name = "_having".into();
        aggregates.extend(having.clone().map(|condition| condition.alias(is_wanted.clone())));
        let node = Node::Aggregate(Aggregate { input: frame.plan().clone(), keys, aggregates });
        let groups = LazyFrame::from_plan(LogicalPlan::new(node, caller)).with_options(options);
        match having {
            None => groups,
            Some(_) => groups.filter(col(is_wanted.clone())).drop([is_wanted]),
        }
    }

    /// The number of rows of each group, as column `len`.
    pub fn len(self) -> LazyFrame {
        self.agg(len().alias("len"))
    }

    of_each_column! {
        /// The first value of each other column in each group.
        ///
        /// ```
        /// use lazuli::prelude::*;
        ///
        /// let frame = df! { "k" => ["x", "y", "x"], "n" => [1, 2, 3] }?;
        /// assert_eq!(frame.lazy().group_by("k").last().collect()?, df! { "k" => ["x", "y"], "n" => [3, 2] }?);
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        first;
        /// The last value of each other column in each group.
        last;
        /// The sum of each other column in each group; a column that has none is an error.
        sum;
        /// The mean of each other column in each group; a column that has none is an error.
        mean;
        /// The middle value of each other column in each group; a column that has none is an error.
        median;
        /// The least value of each other column in each group.
        min;
        /// The greatest value of each other column in each group.
        max;
        /// The number of values of each other column in each group that are not null.
        count;
        /// The number of different values of each other column in each group.
        n_unique;
    }

    /// All values of each other column in each group, as lists.
    pub fn all(self) -> LazyFrame {
        self.of_columns("all", Expr::implode)
    }

    /// The value below which the share `q` of the values lies, of each other column in each group; a column that has none is
    /// an error.
    pub fn quantile(self, q: f64) -> LazyFrame {
        self.of_columns("quantile", move |column| column.quantile(q))
    }

    /// The first `n` rows of each group: the groups one after the other, the keys in front.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "n" => [1, 2, 3, 4], "k" => ["x", "y", "x", "x"] }?;
    /// let out = frame.lazy().group_by("k").head(2).collect()?;
    /// assert_eq!(out, df! { "k" => ["x", "x", "y"], "n" => [1, 3, 2] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn head(self, n: u32) -> LazyFrame {
        self.rows_of("head", move |keys, _| row_number().over(keys.to_vec()).lt_eq(i64::from(n)))
    }

    /// The last `n` rows of each group: the groups one after the other, the keys in front.
    pub fn tail(self, n: u32) -> LazyFrame {
        self.rows_of("tail", move |keys, _| {
            (len().over(keys.to_vec()) - row_number().over(keys.to_vec())).lt(i64::from(n))
        })
    }

    /// Runs the query and gives, for each group in order of first appearance, the values of its keys and its rows with all
    /// their columns.
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    pub fn groups(self) -> Result<Vec<(Vec<Scalar>, DataFrame)>> {
        let Self { frame, keys, having, caller } = self;
        let schema = frame.collect_schema()?;
        let (row, first) = (fresh("row", &[&schema]), fresh("first", &[&schema]));
        let is_wanted = having.map_or_else(|| lit(true), |having| having.over(keys.clone()));
        let of_group = frame
            .with_row_index(row.clone(), 0)
            .with_columns(col(row.clone()).min().over(keys.clone()).alias(first.clone()));
        let ordered = of_group.filter(is_wanted).sort(col(first.clone())).drop([row]).collect()?;
        let heads = Self::new(ordered.lazy(), vec![col(first.clone())], caller);
        let sizes =
            heads.agg(keys.iter().cloned().map(Expr::first).chain([len()]).collect::<Vec<_>>()).collect()?;
        let rows = ordered.lazy().drop([first]).collect()?;
        let mut start = 0;
        let group = |mut values: Vec<Scalar>| {
            let length = match values.pop() {
                Some(Scalar::Int64(length)) => usize::try_from(length).unwrap_or(0),
                _ => 0,
            };
            start += length;
            (values.split_off(1), rows.sliced(start - length, length))
        };
        Ok(sizes.rows().map(group).collect())
    }

    /// What `make` makes of the rows of each group, one after the other. The frames that it gives have the same columns.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "k" => ["x", "y", "x"], "n" => [1, 2, 3] }?;
    /// let best = frame.lazy().group_by("k").map_groups(|rows| rows.top_k(1, "n"))?;
    /// assert_eq!(best, df! { "k" => ["x", "y"], "n" => [3, 2] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`LazyFrame::collect`], what `make` says, and columns that differ.
    pub fn map_groups(self, make: impl Fn(DataFrame) -> Result<DataFrame>) -> Result<DataFrame> {
        let nothing = self.frame.clone().clear();
        let mut made: Option<DataFrame> = None;
        for (_, rows) in self.groups()? {
            let next = make(rows)?;
            made = Some(match made {
                Some(made) => made.vstack(&next)?,
                None => next,
            });
        }
        match made {
            Some(made) => Ok(made),
            None => make(nothing.collect()?),
        }
    }

    /// `n` rows of each group drawn by chance, in their order, fewer where there are no more: the groups one after the other,
    /// the keys in front. The same rows on every machine and in every version.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "k" => ["x", "y", "x", "x"], "n" => [1, 2, 3, 4] }?;
    /// let out = frame.lazy().group_by("k").sample_n(2, 7).collect()?;
    /// assert_eq!(out.column("k")?, Series::from_iter("k", ["x", "x", "y"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sample_n(self, n: u32, seed: u64) -> LazyFrame {
        self.rows_of("sample_n", move |keys, row| {
            row_number().over_sorted(keys.to_vec(), row.split_mix(seed)).lt_eq(i64::from(n))
        })
    }

    /// One row a group with a value for each column that is not a key.
    fn of_columns(
        self,
        verb: &'static str,
        of_column: impl Fn(Expr) -> Expr + Send + Sync + 'static,
    ) -> LazyFrame {
        let Self { frame, keys, having, caller } = self;
        let write = move |frame: LazyFrame, schema: &lazuli_array::Schema| {
            let names: Vec<Name> = keys.iter().map(Expr::output_name).collect();
            let others = schema.names().filter(|name| !names.contains(name));
            let value = |name: &Name| of_column(col(name.clone())).alias(name.clone());
            let groups = Self { frame, keys: keys.clone(), having: having.clone(), caller: Caller::Engine };
            Ok(groups.agg(others.map(value).collect::<Vec<_>>()))
        };
        frame.written_at(verb, caller, write)
    }

    /// The rows that `is_wanted` says of keys and the number of a row, by groups.
    fn rows_of(
        self,
        verb: &'static str,
        is_wanted: impl Fn(&[Expr], Expr) -> Expr + Send + Sync + 'static,
    ) -> LazyFrame {
        let Self { frame, keys, having, caller } = self;
        let write = move |frame: LazyFrame, schema: &lazuli_array::Schema| {
            let names: Vec<Name> = keys.iter().map(Expr::output_name).collect();
            let (row, first) = (fresh("row", &[schema]), fresh("first", &[schema]));
            let others = schema.names().filter(|name| !names.contains(name)).map(|name| col(name.clone()));
            let numbered = frame.with_row_index(row.clone(), 0);
            let is_wanted = is_wanted(&keys, col(row.clone()));
            let is_wanted = match having.clone() {
                Some(having) => is_wanted & having.over(keys.clone()),
                None => is_wanted,
            };
            let of_group = numbered.with_columns([
                col(row).min().over(keys.clone()).alias(first.clone()),
                is_wanted.alias(fresh("is_wanted", &[schema])),
            ]);
            let wanted = of_group.filter(col(fresh("is_wanted", &[schema]))).sort(col(first));
            Ok(wanted.select(keys.iter().cloned().chain(others).collect::<Vec<_>>()))
        };
        frame.written_at(verb, caller, write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EagerFrame, df};

    fn frame() -> DataFrame {
        df! { "k" => [Some("x"), None, Some("x"), Some("y"), None], "n" => [1, 2, 3, 4, 5] }
            .expect("five rows")
    }

    #[test]
    fn groups_come_with_their_keys_and_rows() -> Result<()> {
        let groups = frame().partition_by("k")?;
        let keys: Vec<String> = groups.iter().map(|(key, _)| key[0].to_string()).collect();
        assert_eq!(keys, ["x", "null", "y"]);
        assert_eq!(groups[1].1, df! { "k" => [None::<&str>, None], "n" => [2, 5] }?);
        assert!(frame().sliced(0, 0).partition_by("k")?.is_empty());
        let large =
            frame().lazy().group_by((col("n") / 3).cast(lazuli_array::DataType::Int64).alias("third"));
        let sizes: Vec<usize> =
            large.having(len().gt(1)).groups()?.iter().map(|(_, rows)| rows.height()).collect();
        assert_eq!(sizes, [2, 3]);
        Ok(())
    }

    #[test]
    fn groups_are_mapped_one_by_one() -> Result<()> {
        let last = frame().lazy().group_by("k").map_groups(|rows| rows.lazy().last().collect())?;
        assert_eq!(last, df! { "k" => [Some("x"), None, Some("y")], "n" => [3, 5, 4] }?);
        let nothing =
            frame().sliced(0, 0).lazy().group_by("k").map_groups(|rows| rows.lazy().select("n").collect())?;
        assert_eq!((nothing.height(), nothing.column_names()), (0, vec!["n".into()]));
        Ok(())
    }

    #[test]
    fn heads_of_some_groups() -> Result<()> {
        let groups = frame().lazy().group_by("k").having(len().gt(1));
        assert_eq!(groups.clone().head(1).collect()?, df! { "k" => [Some("x"), None], "n" => [1, 2] }?);
        assert_eq!(groups.tail(0).collect()?.height(), 0);
        Ok(())
    }
}
