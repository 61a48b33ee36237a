//! Which columns a frame has, what they are called and of what types they are.

use lazuli_array::{DataType, Name, Schema};
use lazuli_expr::{Expr, IntoExpr, IntoExprs, Literal, Selector, all, col};
use lazuli_plan::{Node, PlanMistake, Project, RowIndex};

use super::LazyFrame;
use crate::verb::{Written, invalid, require};

impl LazyFrame {
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

    /// Every column with nulls replaced by `value`, where the type of the column can become one that holds it.
    #[track_caller]
    pub fn fill_null(self, value: impl Into<Expr>) -> Self {
        let value = value.into();
        self.with_columns(all().fill_null(value))
    }

    /// One column, alone.
    #[track_caller]
    pub fn column(self, name: impl Into<Name>) -> Self {
        self.select(col(name))
    }

    /// As [`LazyFrame::select`]: there is no difference, since expressions of one select never depend on one another.
    #[track_caller]
    pub fn select_seq(self, exprs: impl IntoExprs) -> Self {
        self.select(exprs)
    }

    /// As [`LazyFrame::with_columns`]: there is no difference, since expressions never see one another's results.
    #[track_caller]
    pub fn with_columns_seq(self, exprs: impl IntoExprs) -> Self {
        self.with_columns(exprs)
    }

    /// The number of each row, an Int64 from `offset` on, in front of the other columns. Rows are numbered as they are
    /// here, before any filter that follows.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let out = df! { "a" => ["x", "y"] }?.lazy().with_row_index("row", 1).collect()?;
    /// assert_eq!(out, df! { "row" => [1i64, 2], "a" => ["x", "y"] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn with_row_index(self, name: impl Into<Name>, offset: i64) -> Self {
        let name = name.into();
        self.then(|input| Node::RowIndex(RowIndex { input, name, offset }))
    }

    /// Every column under the name that `rename` gives it.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let out = df! { "Day" => [1], "Sum" => [2] }?.lazy().rename_with(str::to_lowercase).collect()?;
    /// assert_eq!(out, df! { "day" => [1], "sum" => [2] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn rename_with(self, rename: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.written("rename", move |frame, schema| {
            Ok(frame.rename(schema.names().map(|name| (name.clone(), rename(name)))))
        })
    }

    /// As [`LazyFrame::rename`]; names that there are not are passed over.
    #[track_caller]
    pub fn rename_existing<O: Into<Name>, N: Into<Name>>(
        self,
        names: impl IntoIterator<Item = (O, N)>,
    ) -> Self {
        let names: Vec<(Name, Name)> = names.into_iter().map(|(old, new)| (old.into(), new.into())).collect();
        self.written("rename", move |frame, schema| {
            Ok(frame.rename(names.iter().filter(|(old, _)| schema.contains(old)).cloned()))
        })
    }

    /// All columns under these names, one for each.
    #[track_caller]
    pub fn set_column_names<N: Into<Name>>(self, names: impl IntoIterator<Item = N>) -> Self {
        let names: Vec<Name> = names.into_iter().map(Into::into).collect();
        self.written("set_column_names", move |frame, schema| {
            if names.len() != schema.len() {
                return Err(invalid(format!("{} names for {} columns", names.len(), schema.len())));
            }
            Ok(frame.rename(schema.names().cloned().zip(names.iter().cloned())))
        })
    }

    /// As [`LazyFrame::drop`]; names that there are not are passed over.
    #[track_caller]
    pub fn drop_existing<N: Into<Name>>(self, names: impl IntoIterator<Item = N>) -> Self {
        let names: Vec<Name> = names.into_iter().map(Into::into).collect();
        self.written("drop", move |frame, schema| {
            Ok(frame.drop(names.iter().filter(|name| schema.contains(name)).cloned()))
        })
    }

    /// These columns as other types; a value that does not fit is an error.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let out = df! { "a" => ["1"], "b" => [2] }?.lazy().cast([("a", DataType::Int64)]).collect()?;
    /// assert_eq!(out, df! { "a" => [1i64], "b" => [2] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn cast<N: Into<Name>>(self, types: impl IntoIterator<Item = (N, DataType)>) -> Self {
        let casts: Vec<Expr> = types.into_iter().map(|(name, to)| col(name.into()).cast(to)).collect();
        self.with_columns(casts)
    }

    /// As [`LazyFrame::cast`]; a value that does not fit becomes null.
    #[track_caller]
    pub fn try_cast<N: Into<Name>>(self, types: impl IntoIterator<Item = (N, DataType)>) -> Self {
        let casts: Vec<Expr> = types.into_iter().map(|(name, to)| col(name.into()).try_cast(to)).collect();
        self.with_columns(casts)
    }

    /// All columns as one type; a value that does not fit is an error.
    #[track_caller]
    pub fn cast_all(self, to: DataType) -> Self {
        self.with_columns(all().cast(to))
    }

    /// The column that `expr` makes, at this place among the others; a negative one counts from the end.
    #[track_caller]
    pub fn insert_column(self, index: i64, expr: impl IntoExpr) -> Self {
        let expr = expr.into_expr();
        self.written("insert_column", move |frame, schema| {
            let place = place_of(index, schema.len(), schema.len())?;
            let mut exprs: Vec<Expr> = schema.names().map(|name| col(name.clone())).collect();
            exprs.insert(place, expr.clone());
            Ok(frame.select(exprs))
        })
    }

    /// The column that `expr` makes in place of the one that is there; a negative place counts from the end.
    #[track_caller]
    pub fn replace_column(self, index: i64, expr: impl IntoExpr) -> Self {
        let expr = expr.into_expr();
        self.written("replace_column", move |frame, schema| {
            let Some(last) = schema.len().checked_sub(1) else {
                return Err(invalid("there is no column to replace"));
            };
            let place = place_of(index, schema.len(), last)?;
            let mut exprs: Vec<Expr> = schema.names().map(|name| col(name.clone())).collect();
            exprs[place] = expr.clone();
            Ok(frame.select(exprs))
        })
    }

    /// The values `n` rows before, in all columns; `n` rows after if it is negative; null where there is no such row.
    #[track_caller]
    pub fn shift(self, n: i64) -> Self {
        self.select(all().shift(n))
    }

    /// As [`LazyFrame::shift`], with a value where there is no such row.
    #[track_caller]
    pub fn shift_and_fill(self, n: i64, fill: impl Into<Expr>) -> Self {
        self.select(all().shift_and_fill(n, fill))
    }

    /// What `verbs` makes of this query, to put verbs of your own into a chain.
    pub fn pipe<T>(self, verbs: impl FnOnce(Self) -> T) -> T {
        verbs(self)
    }

    /// What `verbs` makes of this query once the names and types of its columns are known: whenever the query is run, or
    /// asked for its schema.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let sums = |frame: LazyFrame, schema: &Schema| {
    ///     let numbers = schema.fields().iter().filter(|field| field.data_type().is_numeric());
    ///     frame.select(numbers.map(|field| col(field.name().clone()).sum()).collect::<Vec<_>>())
    /// };
    /// let out = df! { "a" => [1i64, 2], "b" => ["x", "y"] }?.lazy().pipe_with_schema(sums).collect()?;
    /// assert_eq!(out, df! { "a" => [3i64] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn pipe_with_schema(
        self,
        verbs: impl Fn(LazyFrame, &Schema) -> LazyFrame + Send + Sync + 'static,
    ) -> Self {
        self.written("pipe_with_schema", move |frame, schema| Ok(verbs(frame, schema)))
    }

    /// The columns of `schema`, in its order and of its types. `options` say what may differ; all else is an error before
    /// anything is read.
    ///
    /// ```
    /// use lazuli::prelude::*;
    /// use lazuli::{Field, MatchSchema};
    ///
    /// let wanted = Schema::try_new(vec![Field::new("a", DataType::Int64), Field::new("b", DataType::String)])?;
    /// let frame = df! { "x" => [1], "a" => [7i32] }?.lazy();
    /// let options = MatchSchema { insert_missing: true, drop_extra: true, upcast_integers: true, ..MatchSchema::default() };
    /// let out = frame.match_to_schema(wanted, options).collect()?;
    /// assert_eq!(out, df! { "a" => [7i64], "b" => [None::<&str>] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn match_to_schema(self, schema: Schema, options: MatchSchema) -> Self {
        self.written("match_to_schema", move |frame, found| matched(frame, found, &schema, options))
    }
}

/// What may differ in [`LazyFrame::match_to_schema`]; nothing by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MatchSchema {
    /// Columns that there are not become null.
    pub insert_missing: bool,
    /// Columns that are not wanted are left out.
    pub drop_extra: bool,
    /// Integers become wider ones.
    pub upcast_integers: bool,
    /// Floats become wider ones.
    pub upcast_floats: bool,
}

/// What [`LazyFrame::match_to_schema`] may find.
#[derive(Debug, Clone, PartialEq)]
pub enum SchemaMismatch {
    /// A wanted column is not there.
    Missing(Name),
    /// A column is not wanted.
    Extra(Name),
    /// A column is of another type.
    Type {
        /// The column.
        name: Name,
        /// Its type.
        found: DataType,
        /// The wanted type.
        wanted: DataType,
    },
}

impl std::fmt::Display for SchemaMismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "column {name} is missing"),
            Self::Extra(name) => write!(f, "column {name} is not wanted"),
            Self::Type { name, found, wanted } => write!(f, "column {name} is {found}, wanted is {wanted}"),
        }
    }
}

fn matched(frame: LazyFrame, found: &Schema, wanted: &Schema, options: MatchSchema) -> Written {
    let mut wrong = Vec::new();
    let mut exprs = Vec::with_capacity(wanted.len());
    for field in wanted.fields() {
        let (name, to) = (field.name(), field.data_type());
        match found.get(name).map(lazuli_array::Field::data_type) {
            None if options.insert_missing => exprs.push(null_of(to).alias(name.clone())),
            None => wrong.push(SchemaMismatch::Missing(name.clone())),
            Some(from) if from == to => exprs.push(col(name.clone())),
            Some(from) if widens(from, to, options) => exprs.push(col(name.clone()).cast(to.clone())),
            Some(from) => {
                let (name, found, wanted) = (name.clone(), from.clone(), to.clone());
                wrong.push(SchemaMismatch::Type { name, found, wanted });
            }
        }
    }
    let extra = found.names().filter(|name| !options.drop_extra && !wanted.contains(name));
    wrong.extend(extra.cloned().map(SchemaMismatch::Extra));
    if wrong.is_empty() {
        return Ok(frame.select(exprs));
    }
    let list: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    Err(invalid(format!("the schema does not match: {}", list.join("; "))))
}

/// Whether values of one type become another without loss, as far as the options allow it.
fn widens(from: &DataType, to: &DataType, options: MatchSchema) -> bool {
    let width = |data_type: &DataType| match data_type {
        DataType::Int8 | DataType::UInt8 => 8,
        DataType::Int16 | DataType::UInt16 => 16,
        DataType::Int32 | DataType::UInt32 => 32,
        _ => 64,
    };
    let integers = from.is_integer()
        && to.is_integer()
        && width(from) < width(to)
        && (from.is_unsigned_integer() || to.is_signed_integer());
    (options.upcast_integers && integers)
        || (options.upcast_floats && (from, to) == (&DataType::Float32, &DataType::Float64))
}

/// Null of a type.
pub(crate) fn null_of(data_type: &DataType) -> Expr {
    let value = lazuli_array::Scalar::Null;
    Expr::Literal(Literal { value, data_type: data_type.clone(), flexible: false })
}

/// The place that a number means, negative ones counted from the end; at most `last`.
fn place_of(index: i64, num_columns: usize, last: usize) -> std::result::Result<usize, PlanMistake> {
    let from_start = if index < 0 { index + num_columns as i64 } else { index };
    usize::try_from(from_start)
        .ok()
        .filter(|place| *place <= last)
        .ok_or_else(|| invalid(format!("there is no place {index} among {num_columns} columns")))
}

/// All names, or the columns that are missing.
pub(crate) fn names_or_all(schema: &Schema, names: &[Name]) -> std::result::Result<Vec<Name>, PlanMistake> {
    require(schema, names)?;
    Ok(if names.is_empty() { schema.names().cloned().collect() } else { names.to_vec() })
}
