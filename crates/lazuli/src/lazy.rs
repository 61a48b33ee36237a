//! The lazy frame: verbs build a plan, `collect` runs it.

use std::sync::Arc;

use lazuli_array::{Batch, DataFrame, Name, SchemaRef};
use lazuli_exec::{Engine, ExecOptions};
use lazuli_expr::{Expr, IntoExprs, IntoSortKeys, Selector, col};
use lazuli_plan::{
    Caller, DataSink, DataSource, Distinct, Explode, Filter, JoinWhere, Keep, LogicalPlan, Node,
    OptimizerOptions, Project, Scan, Sink, Slice, Sort, Unpivot, explain,
};

use crate::{AsofArgs, AsofKey, JoinArgs, LazyGroupBy, LazyPivot, Result};

/// A query that has not run yet. Every verb gives a new one; cloning is cheap.
///
/// Verbs never fail and touch no data: mistakes are found by [`LazyFrame::collect`], [`LazyFrame::collect_schema`] and
/// [`LazyFrame::explain`], all at once.
#[derive(Debug, Clone)]
#[must_use = "a lazy frame does nothing until it is collected"]
pub struct LazyFrame {
    plan: LogicalPlan,
    options: ExecOptions,
}

/// A query over a source of your own.
#[track_caller]
pub fn scan(source: Arc<dyn DataSource>) -> LazyFrame {
    scan_as(source, Caller::here())
}

/// As [`scan`], for a program whose user wrote no code: mistakes name `caller` instead of a line.
pub fn scan_as(source: Arc<dyn DataSource>, caller: Caller) -> LazyFrame {
    LazyFrame::from_plan(LogicalPlan::new(Node::Scan(Scan::new(source)), caller))
}

impl LazyFrame {
    /// The query of a plan.
    pub fn from_plan(plan: LogicalPlan) -> Self {
        Self { plan, options: ExecOptions::default() }
    }

    /// The plan so far, as the verbs built it.
    pub fn plan(&self) -> &LogicalPlan {
        &self.plan
    }

    /// How the query is going to run.
    pub fn options(&self) -> &ExecOptions {
        &self.options
    }

    /// The same query, run with these options.
    pub fn with_options(self, options: ExecOptions) -> Self {
        Self { options, ..self }
    }

    #[track_caller]
    pub(crate) fn then(self, node: impl FnOnce(LogicalPlan) -> Node) -> Self {
        let plan = LogicalPlan::new(node(self.plan), Caller::here());
        Self { plan, options: self.options }
    }

    /// The columns that these expressions make. Values that stand for all rows, such as literals and aggregates, are
    /// repeated; aggregates alone give one row.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "a" => [1, 2, 3] }?;
    /// let out = frame.lazy().select([col("a") * 2, col("a").sum().alias("total")]).collect()?;
    /// assert_eq!(out, df! { "a" => [2, 4, 6], "total" => [6i64, 6, 6] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn select(self, exprs: impl IntoExprs) -> Self {
        let exprs = exprs.into_exprs();
        self.then(|input| Node::Project(Project { input, exprs, keep_input: false }))
    }

    /// All columns, and those that these expressions make: added at the end, or in place of a column of the same name.
    /// Every expression sees the columns as they were before.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let sales = df! { "shop" => ["x", "y", "x"], "amount" => [3i64, 5, 1] }?;
    /// let out = sales.lazy().with_columns([
    ///     col("amount").sum().over("shop").alias("of_shop"),
    ///     col("amount").rank_descending("min").alias("place"),
    ///     col("amount").cum_sum().over_sorted("shop", "amount").alias("so_far"),
    /// ]);
    /// assert_eq!(out.collect()?, df! {
    ///     "shop" => ["x", "y", "x"], "amount" => [3i64, 5, 1],
    ///     "of_shop" => [4i64, 5, 4], "place" => [2i64, 1, 3], "so_far" => [4i64, 5, 1],
    /// }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn with_columns(self, exprs: impl IntoExprs) -> Self {
        let exprs = exprs.into_exprs();
        self.then(|input| Node::Project(Project { input, exprs, keep_input: true }))
    }

    /// The rows for which the condition is true; rows for which it is false or null are left out. Row order stays.
    #[track_caller]
    pub fn filter(self, predicate: impl Into<Expr>) -> Self {
        let predicates = vec![predicate.into()];
        self.then(|input| Node::Filter(Filter { input, predicates }))
    }

    /// Groups of rows with equal keys; null is a key like any other. Follow with [`LazyGroupBy::agg`].
    ///
    /// Groups come in order of their first rows.
    #[track_caller]
    pub fn group_by(self, keys: impl IntoExprs) -> LazyGroupBy {
        LazyGroupBy::new(self, keys.into_exprs(), Caller::here())
    }

    /// Another name for [`LazyFrame::group_by`].
    #[track_caller]
    pub fn groupby(self, keys: impl IntoExprs) -> LazyGroupBy {
        self.group_by(keys)
    }

    /// Pairs of rows with equal keys, as [`lazuli_plan::JoinType`] says. A null key equals nothing.
    ///
    /// The key columns of the right side are left out where they repeat the left ones; other names that both sides have
    /// get a suffix on the right (`_right`, or [`JoinArgs::suffix`]).
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let orders = df! { "id" => [1, 2, 3], "customer" => ["b", "a", "c"] }?;
    /// let customers = df! { "customer" => ["a", "b"], "city" => ["Rome", "Oslo"] }?;
    /// let out = orders
    ///     .lazy()
    ///     .join(customers.lazy(), "customer", "customer", JoinType::Left)
    ///     .collect()?;
    /// assert_eq!(out, df! {
    ///     "id" => [1, 2, 3], "customer" => ["b", "a", "c"], "city" => [Some("Oslo"), Some("Rome"), None],
    /// }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn join(
        self,
        right: LazyFrame,
        left_on: impl IntoExprs,
        right_on: impl IntoExprs,
        args: impl Into<JoinArgs>,
    ) -> Self {
        let (left_keys, right_keys) = (left_on.into_exprs(), right_on.into_exprs());
        let args = args.into();
        self.then(|left| args.into_node(left, right.plan, left_keys, right_keys))
    }

    /// Every row, with the row of the other frame whose key is nearest: the last one before, say
    /// ([`lazuli_plan::AsofStrategy::Backward`]), the next one after, or the nearer of both.
    ///
    /// Keys are numbers, dates or times. Neither frame need be sorted; rows stay in order. [`AsofArgs`] can ask for other
    /// columns to be equal, and bound the distance. A null key has no partner; rows without one get nulls.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let trades = df! { "time" => [12, 25, 31], "symbol" => ["a", "b", "a"] }?;
    /// let quotes = df! { "time" => [10, 20, 30], "symbol" => ["a", "b", "b"], "price" => [1.5, 2.5, 3.5] }?;
    /// let out = trades
    ///     .lazy()
    ///     .join_asof(quotes.lazy(), "time", "time", AsofArgs::new(AsofStrategy::Backward).by("symbol").tolerance(10))
    ///     .collect()?;
    /// assert_eq!(out, df! {
    ///     "time" => [12, 25, 31], "symbol" => ["a", "b", "a"], "price" => [Some(1.5), Some(2.5), None],
    /// }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn join_asof(
        self,
        right: LazyFrame,
        left_on: impl Into<AsofKey>,
        right_on: impl Into<AsofKey>,
        args: impl Into<AsofArgs>,
    ) -> Self {
        let (AsofKey(left_on), AsofKey(right_on), args) = (left_on.into(), right_on.into(), args.into());
        self.then(|left| args.into_node(left, right.plan, left_on, right_on))
    }

    /// Pairs of a row of this and a row of the other frame for which all predicates are true. They come in the order of
    /// this frame, those of one row in the order of the other.
    ///
    /// Predicates see the columns of both frames; where both have a name, `_right` is put behind it for the right one, in
    /// predicates as in the result. All columns of both frames are in the result. A comparison with null is not true; NaN
    /// equals NaN and is above all numbers. Predicates are asked in order: one that may fail is not asked for pairs that an
    /// earlier one left out.
    ///
    /// Comparisons between a value of the left row and one of the right row (`==`, `<`, `<=`, `>`, `>=`; not of an integer
    /// with a float) are found by hashing or by searching, so the time depends on the number of rows and of matches, not on the number of pairs; any
    /// number of comparisons with one right value count as one, and of inequalities with others the first one does. What
    /// else is asked, is asked of each pair that those leave.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let shifts = df! { "name" => ["Ann", "Bo"], "start" => [8, 12], "end" => [16, 20] }?;
    /// let calls = df! { "call" => [1, 2, 3], "at" => [18, 9, 13] }?;
    /// let out = shifts
    ///     .lazy()
    ///     .join_where(calls.lazy(), col("at").gt_eq(col("start")) & col("at").lt(col("end")))
    ///     .select(["name", "call"]);
    /// assert_eq!(out.collect()?, df! { "name" => ["Ann", "Ann", "Bo", "Bo"], "call" => [2, 3, 1, 3] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn join_where(self, right: LazyFrame, predicates: impl IntoExprs) -> Self {
        let predicates = predicates.into_exprs();
        self.then(|left| {
            let (right, suffix, output) = (right.plan, "_right".into(), Vec::new());
            Node::JoinWhere(JoinWhere { left, right, predicates, suffix, output })
        })
    }

    /// Every pair of a row of this and a row of the other frame.
    #[track_caller]
    pub fn cross_join(self, right: LazyFrame) -> Self {
        self.join(right, Vec::<Expr>::new(), Vec::<Expr>::new(), lazuli_plan::JoinType::Cross)
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

    /// Columns under other names, all at once, so that names can be swapped: `rename([("old", "new")])`.
    #[track_caller]
    pub fn rename<O: Into<Name>, N: Into<Name>>(self, names: impl IntoIterator<Item = (O, N)>) -> Self {
        let names = names.into_iter().map(|(old, new)| (old.into(), new.into())).collect();
        self.select(Expr::Selector(Selector::Renamed(names)))
    }

    /// All columns but these.
    #[track_caller]
    pub fn drop<N: Into<Name>>(self, names: impl IntoIterator<Item = N>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        self.select(Expr::Selector(Selector::Except(names)))
    }

    /// The values of the `on` columns become columns; follow with [`LazyPivot::agg`] or [`LazyPivot::values`].
    #[track_caller]
    pub fn pivot<N: Into<Name>>(self, on: impl IntoIterator<Item = N>) -> LazyPivot {
        LazyPivot::new(self, on.into_iter().map(Into::into).collect(), Caller::here())
    }

    /// Columns become rows: for each of the `on` columns in turn, all rows with its name in `variable` and its value in
    /// `value`, beside the `index` columns. No `on`: all columns that are not `index`.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let wide = df! { "id" => ["x", "y"], "q1" => [1, 2], "q2" => [3, 4] }?;
    /// let long = wide.lazy().unpivot(["q1", "q2"], ["id"]).collect()?;
    /// assert_eq!(long, df! {
    ///     "id" => ["x", "y", "x", "y"], "variable" => ["q1", "q1", "q2", "q2"], "value" => [1, 2, 3, 4],
    /// }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn unpivot<O: Into<Name>, I: Into<Name>>(
        self,
        on: impl IntoIterator<Item = O>,
        index: impl IntoIterator<Item = I>,
    ) -> Self {
        self.unpivot_as(on, index, "variable", "value")
    }

    /// As [`LazyFrame::unpivot`], with names for the column of names and the column of values.
    #[track_caller]
    pub fn unpivot_as<O: Into<Name>, I: Into<Name>>(
        self,
        on: impl IntoIterator<Item = O>,
        index: impl IntoIterator<Item = I>,
        variable_name: impl Into<Name>,
        value_name: impl Into<Name>,
    ) -> Self {
        let on = on.into_iter().map(Into::into).collect();
        let index = index.into_iter().map(Into::into).collect();
        let (variable_name, value_name) = (variable_name.into(), value_name.into());
        self.then(|input| {
            Node::Unpivot(Unpivot { input, on, index, variable_name, value_name, value_type: None })
        })
    }

    /// Another name for [`LazyFrame::unpivot`].
    #[track_caller]
    pub fn melt<O: Into<Name>, I: Into<Name>>(
        self,
        on: impl IntoIterator<Item = O>,
        index: impl IntoIterator<Item = I>,
    ) -> Self {
        self.unpivot(on, index)
    }

    /// Items of lists become rows: one row for each item of these columns, with the row's other values beside it. A null
    /// or empty list gives one row with null. Several columns are exploded side by side; in each row their lists have the
    /// same number of items. Row order stays.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let sales = df! { "shop" => ["x", "y", "x", "x"], "price" => [3, 9, 5, 4] }?;
    /// let best = sales
    ///     .lazy()
    ///     .group_by("shop")
    ///     .agg(col("price").top_k(2))
    ///     .explode(["price"])
    ///     .collect()?;
    /// assert_eq!(best, df! { "shop" => ["x", "x", "y"], "price" => [5, 4, 9] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn explode<N: Into<Name>>(self, columns: impl IntoIterator<Item = N>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        self.then(|input| Node::Explode(Explode { input, columns, drop_empty: false }))
    }

    /// The fields of these struct columns as columns, in their place; null where a struct is.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let points = df! { "x" => [1, 2], "y" => [3, 4] }?.lazy().select([as_struct(["x", "y"]).alias("point")]);
    /// assert_eq!(points.unnest(["point"]).collect()?, df! { "x" => [1, 2], "y" => [3, 4] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn unnest<N: Into<Name>>(self, columns: impl IntoIterator<Item = N>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        self.select(Expr::Selector(Selector::Unnested(columns)))
    }

    /// As [`LazyFrame::explode`], but an empty list gives no row.
    #[track_caller]
    pub fn explode_non_empty<N: Into<Name>>(self, columns: impl IntoIterator<Item = N>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        self.then(|input| Node::Explode(Explode { input, columns, drop_empty: true }))
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

    /// The number of rows that are not null, mean, standard deviation, least, quartiles and greatest value of every
    /// column, one column each, as far as its type has them.
    ///
    /// # Errors
    /// What the query fails with; it runs now, since the result's columns depend on its types.
    pub fn describe(self) -> Result<DataFrame> {
        crate::describe::describe(self)
    }

    /// Runs the query.
    ///
    /// # Errors
    /// Mistakes in the query, all at once, before anything runs; then the first failure by place in the data.
    pub fn collect(self) -> Result<DataFrame> {
        Ok(Engine::global().execute(&self.plan, &self.options)?)
    }

    /// Runs the query and gives its rows bit by bit, `rows` at a time, in order, in bounded memory. Dropping the
    /// iterator stops the query.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "n" => (0..10i64).collect::<Vec<_>>() }?;
    /// let mut sizes = Vec::new();
    /// for batch in frame.lazy().filter(col("n").gt_eq(3)).collect_batches(4)? {
    ///     sizes.push(batch?.num_rows());
    /// }
    /// assert_eq!(sizes, [4, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Mistakes in the query; failures while it runs come out of the iterator.
    pub fn collect_batches(self, rows: usize) -> Result<impl Iterator<Item = Result<Batch>>> {
        let batches = Engine::global().execute_batches(&self.plan, &self.options, Some(rows))?;
        Ok(batches.map(|batch| Ok(batch?)))
    }

    /// Runs the query and writes its rows to a sink of your own, in order, in bounded memory.
    ///
    /// # Errors
    /// As [`LazyFrame::collect`], and whatever the sink says.
    #[track_caller]
    pub fn sink(self, sink: Arc<dyn DataSink>) -> Result<()> {
        let query = self.then(|input| Node::Sink(Sink { input, sink }));
        Ok(Engine::global().execute_sink(&query.plan, &query.options)?)
    }

    /// Names and types of the result, without running the query. A pivot whose columns were not named needs its first
    /// pass.
    ///
    /// # Errors
    /// Mistakes in the query, all at once.
    pub fn collect_schema(&self) -> Result<SchemaRef> {
        Ok(Engine::global().schema(&self.plan, &self.options)?)
    }

    /// The plan as text: as it runs if `optimized`, as the verbs built it (types checked) if not.
    ///
    /// # Errors
    /// Mistakes in the query, all at once.
    pub fn explain(&self, optimized: bool) -> Result<String> {
        let mut options = self.options.clone();
        if !optimized {
            options.optimizer = OptimizerOptions::none();
        }
        Ok(explain(&Engine::global().optimized(&self.plan, &options)?))
    }

    /// Every column with nulls replaced by `value`, where the type of the column can become one that holds it.
    #[track_caller]
    pub fn fill_null(self, value: impl Into<Expr>) -> Self {
        let value = value.into();
        self.with_columns(lazuli_expr::all().fill_null(value))
    }

    /// One column, alone.
    #[track_caller]
    pub fn column(self, name: impl Into<Name>) -> Self {
        self.select(col(name))
    }
}
