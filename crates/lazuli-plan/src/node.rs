//! The closed enum of plan nodes.
//!
//! One enum serves the plan that the user built and the resolved plan. What only the user's plan may hold is said at
//! each field; [`crate::resolve`] removes it:
//! * selectors, and expressions whose types do not fit yet (resolving writes the casts),
//! * `Project::keep_input`, several aggregates inside one expression, aggregates beside plain columns,
//! * join outputs, pivot columns and unions that are not spelled out.

use std::sync::Arc;

use lazuli_array::{DataType, Name, Scalar, Schema, SchemaRef};
use lazuli_expr::{Expr, SortKey};

use crate::{DataSink, DataSource, Derived, LogicalPlan};

/// One step of a plan.
#[derive(Debug, Clone)]
pub enum Node {
    /// Rows from a source.
    Scan(Scan),
    /// Rows for which all predicates are true.
    Filter(Filter),
    /// Columns computed row by row.
    Project(Project),
    /// One row a group.
    Aggregate(Aggregate),
    /// Pairs of rows.
    Join(Join),
    /// Rows beside the row whose key is nearest.
    AsofJoin(AsofJoin),
    /// Pairs of rows for which predicates are true.
    JoinWhere(JoinWhere),
    /// Rows in another order.
    Sort(Sort),
    /// A run of rows.
    Slice(Slice),
    /// One row of each kind.
    Distinct(Distinct),
    /// The rows of several inputs, one input after the other.
    Union(Union),
    /// The columns of several inputs, side by side.
    HorizontalConcat(HorizontalConcat),
    /// Values of a column become columns.
    Pivot(Pivot),
    /// Columns become values of a column.
    Unpivot(Unpivot),
    /// Items of lists become rows.
    Explode(Explode),
    /// Columns computed from partitions of the rows, beside the input's.
    Window(Window),
    /// The number of each row, as a column.
    RowIndex(RowIndex),
    /// A verb that is written out as others when its inputs' columns are known. Resolved: none.
    Derived(Derived),
    /// Rows into a sink; no rows come out.
    Sink(Sink),
}

/// Rows from a source, in the source's order.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The source.
    pub source: Arc<dyn DataSource>,
    /// Names and types of all columns of the source. `None` until resolved: asked once, so that a source that changes
    /// its mind can't break a plan.
    pub schema: Option<SchemaRef>,
    /// The columns to give, in this order; all of them if `None`.
    pub projection: Option<Vec<Name>>,
    /// Only rows for which all of these are true, evaluated in this order. They may read any column of the source.
    pub predicates: Vec<Expr>,
    /// At most this many rows are needed, after the predicates; a hint: more may come.
    pub limit: Option<usize>,
}

impl Scan {
    /// All rows and all columns of a source.
    pub fn new(source: Arc<dyn DataSource>) -> Self {
        Self { source, schema: None, projection: None, predicates: Vec::new(), limit: None }
    }

    /// Names and types of all columns of the source. Panics if the scan was not resolved.
    pub fn source_schema(&self) -> &SchemaRef {
        self.schema.as_ref().expect("resolving a plan asks its sources for their schemas")
    }
}

/// Rows for which all predicates are true, evaluated in this order: a later one is not asked for rows that an earlier
/// one removed. Row order stays.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The rows.
    pub input: LogicalPlan,
    /// Boolean expressions.
    pub predicates: Vec<Expr>,
}

/// Columns computed row by row; all expressions see the input's columns. Row order stays.
#[derive(Debug, Clone)]
pub struct Project {
    /// The rows.
    pub input: LogicalPlan,
    /// The columns of the result. Resolved: each is a `Column` or an `Alias`, names are unique, no aggregates.
    pub exprs: Vec<Expr>,
    /// Whether the input's columns stay, replaced in place where a name is the same. Resolved: false.
    pub keep_input: bool,
}

/// One row a group, in order of the groups' first rows.
#[derive(Debug, Clone)]
pub struct Aggregate {
    /// The rows.
    pub input: LogicalPlan,
    /// What makes rows one group; none: all rows are one group, even if there are none. Null is a key like any other.
    pub keys: Vec<Expr>,
    /// Resolved: each is an `Alias` (or nothing) around one `Expr::Aggregate` over row by row inputs.
    pub aggregates: Vec<Expr>,
}

/// How two inputs are paired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JoinType {
    /// Pairs with equal keys, in the left input's order, matches in the right input's order.
    Inner,
    /// As inner, and left rows without a match, in their place.
    Left,
    /// Pairs with equal keys and right rows without a match, in the right input's order.
    Right,
    /// As left, then the right rows without a match in their order.
    Full,
    /// Left rows that have a match, once each.
    Semi,
    /// Left rows that have no match; rows with a null key have none.
    Anti,
    /// Every pair, in the left input's order.
    Cross,
}

/// Pairs of rows with equal keys. A null key equals nothing, NaN equals NaN.
#[derive(Debug, Clone)]
pub struct Join {
    /// The left rows.
    pub left: LogicalPlan,
    /// The right rows.
    pub right: LogicalPlan,
    /// Keys of the left rows; resolved: of the same types as `right_keys`.
    pub left_keys: Vec<Expr>,
    /// Keys of the right rows, as many.
    pub right_keys: Vec<Expr>,
    /// How rows are paired.
    pub join_type: JoinType,
    /// What is put behind the name of a right column when the left input has the name too.
    pub suffix: Name,
    /// For a full join: whether a key column of both sides becomes one column. Other joins keep the key of the side
    /// whose rows all stay.
    pub coalesce: bool,
    /// Whether a null key equals a null key. Resolved: false, the keys are written so that it does.
    pub nulls_equal: bool,
    /// The columns of the result. Empty until resolved.
    pub output: Vec<JoinColumn>,
}

/// On which side of its own key a row of an as-of join looks for its partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AsofStrategy {
    /// The last right row whose key is not greater.
    Backward,
    /// The first right row whose key is not less.
    Forward,
    /// Of the next right keys on either side the nearer one, the greater if both are equally far; of several rows with
    /// that key the last.
    Nearest,
}

/// Every left row, in order, with the right row whose key is nearest, nulls if there is none. Neither side need be
/// sorted. A null key has no partner; NaN equals NaN, is above all numbers and infinitely far from them.
#[derive(Debug, Clone)]
pub struct AsofJoin {
    /// The left rows.
    pub left: LogicalPlan,
    /// The right rows.
    pub right: LogicalPlan,
    /// The left key: a number, a date or a time. Resolved: of the same type as `right_on`.
    pub left_on: Expr,
    /// The right key.
    pub right_on: Expr,
    /// What must be equal besides, as the keys of a left [`Join`].
    pub left_by: Vec<Expr>,
    /// The right side's, as many.
    pub right_by: Vec<Expr>,
    /// Where partners are looked for.
    pub strategy: AsofStrategy,
    /// How far a partner's key may be; any distance if `None`. A number, for dates and times a duration: see
    /// [`crate::asof_tolerance`].
    pub tolerance: Option<Scalar>,
    /// Whether an equal key is a partner.
    pub allow_exact_matches: bool,
    /// Whether a right key that is a column of the same name as the left one is left out of the result.
    pub coalesce: bool,
    /// What is put behind the name of a right column when the left input has the name too.
    pub suffix: Name,
    /// The columns of the result. Empty until resolved.
    pub output: Vec<JoinColumn>,
}

/// Pairs of rows for which all predicates are true, asked in this order: a later one is not asked for pairs that an
/// earlier one removed. The pairs are in the left input's order, those of one left row in the right input's order.
#[derive(Debug, Clone)]
pub struct JoinWhere {
    /// The left rows.
    pub left: LogicalPlan,
    /// The right rows. Resolved: no name of theirs is one of the left rows'.
    pub right: LogicalPlan,
    /// Boolean expressions over the columns of both sides, those of the left side first. Resolved: at least one, all of
    /// both sides' names that they read are those of the inputs.
    pub predicates: Vec<Expr>,
    /// What is put behind the name of a right column when the left input has the name too.
    pub suffix: Name,
    /// The columns of the result. Empty until resolved.
    pub output: Vec<JoinColumn>,
}

impl JoinWhere {
    /// Names and types of a pair of rows, as the predicates of a resolved join see it: the left columns, then the right
    /// ones.
    pub fn pair_schema(&self) -> Schema {
        let fields = self.left.schema().fields().iter().chain(self.right.schema().fields());
        Schema::try_new(fields.cloned().collect())
            .expect("resolving gave the right columns names of their own")
    }
}

/// Where a column of a join's result comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinSide {
    /// The left input's column of this name.
    Left(Name),
    /// The right input's column of this name.
    Right(Name),
    /// The left input's column where the left row is there, else the right input's.
    Coalesced(Name, Name),
}

/// A column of a join's result.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinColumn {
    /// Where it comes from.
    pub source: JoinSide,
    /// Its name in the result.
    pub name: Name,
}

/// Rows in the order of keys; rows with equal keys stay in the input's order.
#[derive(Debug, Clone)]
pub struct Sort {
    /// The rows.
    pub input: LogicalPlan,
    /// The keys in order of weight.
    pub keys: Vec<SortKey>,
    /// Only the first so many rows of the result are needed.
    pub limit: Option<usize>,
}

/// `length` rows from `offset` on; a negative offset counts from the end.
#[derive(Debug, Clone)]
pub struct Slice {
    /// The rows.
    pub input: LogicalPlan,
    /// Rows to leave out first; negative: start so many rows before the end.
    pub offset: i64,
    /// At most this many rows; all the rest if `None`.
    pub length: Option<usize>,
}

/// Which of several equal rows stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keep {
    /// The first.
    First,
    /// The last, in its place.
    Last,
    /// Whichever the engine likes; it is the first.
    Any,
    /// None of them: only rows that are alone stay.
    None,
}

/// One row of each kind, in the input's order.
#[derive(Debug, Clone)]
pub struct Distinct {
    /// The rows.
    pub input: LogicalPlan,
    /// What makes rows equal; all columns if `None`.
    pub subset: Option<Vec<Expr>>,
    /// Which row stays.
    pub keep: Keep,
}

/// How inputs that differ in columns are put one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnionMode {
    /// Names, order and types are the same.
    Vertical,
    /// Names and order are the same; types become a common one.
    VerticalRelaxed,
    /// Columns are matched by name; missing ones become null.
    Diagonal,
    /// As diagonal; types become a common one.
    DiagonalRelaxed,
}

/// The rows of several inputs, one input after the other.
#[derive(Debug, Clone)]
pub struct Union {
    /// The inputs, at least one. Resolved: of equal schemas.
    pub inputs: Vec<LogicalPlan>,
    /// How columns are matched. Resolved: `Vertical`.
    pub mode: UnionMode,
}

/// The columns of several inputs of equal height, side by side.
#[derive(Debug, Clone)]
pub struct HorizontalConcat {
    /// The inputs, at least one; no name occurs twice.
    pub inputs: Vec<LogicalPlan>,
}

/// Values of the `on` columns become columns, one row for each combination of `index` values, in order of first
/// appearance.
#[derive(Debug, Clone)]
pub struct Pivot {
    /// The rows.
    pub input: LogicalPlan,
    /// The columns whose values become columns.
    pub on: Vec<Name>,
    /// The columns that stay; all that are neither `on` nor `values` if empty. Resolved: spelled out.
    pub index: Vec<Name>,
    /// The columns whose values fill the cells.
    pub values: Vec<Name>,
    /// What is made of several values for one cell, written over the column `element`; `None`: there may be at most one
    /// value. Resolved: `None`, there is an [`Aggregate`] below that leaves one value for each cell.
    pub aggregate: Option<Expr>,
    /// The combinations of `on` values that become columns, in order; `None`: those there are, found by a first pass
    /// before the plan is resolved, see [`crate::PivotSearch`]. Resolved: values of the `on` columns' own types.
    pub columns: Option<Vec<PivotColumn>>,
    /// What cells without a value hold; null if `None`, but 0 for counts. Resolved: of the type of each of `values`, or
    /// `None` for null.
    pub fill: Option<Scalar>,
}

/// One combination of `on` values that becomes a column (one for each of `values`).
#[derive(Debug, Clone, PartialEq)]
pub struct PivotColumn {
    /// A value for each of `on`.
    pub values: Vec<Scalar>,
}

/// One column that a pivot makes.
#[derive(Debug, Clone, PartialEq)]
pub struct PivotOutput {
    /// Its name.
    pub name: Name,
    /// Which of [`Pivot::values`] fills it.
    pub value_index: usize,
    /// Which of [`Pivot::columns`] it is.
    pub column_index: usize,
}

impl Pivot {
    /// The columns of the result that follow the `index` columns: for each of `values` in turn, one for each of
    /// `columns`. None if `columns` is not known yet.
    ///
    /// A column is called by the text of its `on` values, joined with `_`, null as `null`; the name of its values column
    /// stands before that if there are several.
    pub fn outputs(&self) -> Vec<PivotOutput> {
        let columns = self.columns.as_deref().unwrap_or_default();
        let several_values = self.values.len() > 1;
        let mut outputs = Vec::with_capacity(columns.len() * self.values.len());
        for (value_index, value) in self.values.iter().enumerate() {
            for (column_index, column) in columns.iter().enumerate() {
                let prefix = several_values.then(|| value.to_string());
                let parts: Vec<String> =
                    prefix.into_iter().chain(column.values.iter().map(ToString::to_string)).collect();
                outputs.push(PivotOutput { name: parts.join("_").into(), value_index, column_index });
            }
        }
        outputs
    }
}

/// Columns become rows: for each of the `on` columns in turn, all rows with its name and its value.
#[derive(Debug, Clone)]
pub struct Unpivot {
    /// The rows.
    pub input: LogicalPlan,
    /// The columns that become rows; all that are not `index` if empty. Resolved: spelled out.
    pub on: Vec<Name>,
    /// The columns that stay.
    pub index: Vec<Name>,
    /// Name of the column of names.
    pub variable_name: Name,
    /// Name of the column of values.
    pub value_name: Name,
    /// Type of the column of values. `None` until resolved; then the `on` columns are of this type.
    pub value_type: Option<DataType>,
}

/// Items of lists become rows: one row for each item, with the row's other values beside it, in the input's order. A null
/// list gives one row with null; so does an empty one, unless those are dropped.
#[derive(Debug, Clone)]
pub struct Explode {
    /// The rows.
    pub input: LogicalPlan,
    /// The columns of lists, at least one; in each row they have the same number of items.
    pub columns: Vec<Name>,
    /// Whether rows whose lists are empty give no row.
    pub drop_empty: bool,
}

/// The input's columns, and behind them one for each window: a value for each row, made of all rows of its partition.
/// Row order stays.
#[derive(Debug, Clone)]
pub struct Window {
    /// The rows.
    pub input: LogicalPlan,
    /// Resolved: each is an `Alias` around one `Expr::Over`, whose parts are row by row; names are new. A user's plan has
    /// windows in its expressions, and no such node.
    pub windows: Vec<Expr>,
}

/// The input's columns behind one that numbers the rows, an Int64.
#[derive(Debug, Clone)]
pub struct RowIndex {
    /// The rows.
    pub input: LogicalPlan,
    /// The name of the numbers; the input has no column of it.
    pub name: Name,
    /// The number of the first row.
    pub offset: i64,
}

/// Rows into a sink, in order.
#[derive(Debug, Clone)]
pub struct Sink {
    /// The rows.
    pub input: LogicalPlan,
    /// Where they go.
    pub sink: Arc<dyn DataSink>,
}
