//! Plans for tests: sources that have a name and a schema but no rows, and the verbs as short methods.

use std::any::Any;
use std::sync::Arc;

use lazuli_array::{Batch, DataType, Field, Scalar, Schema, SchemaRef};

use lazuli_expr::{Expr, IntoExprs, IntoSortKeys, col};

use crate::{
    Aggregate, AsofJoin, AsofStrategy, BatchReader, Caller, DataSource, Distinct, Explode, Filter,
    HorizontalConcat, Join, JoinType, JoinWhere, Keep, LogicalPlan, Node, Pivot, Project, RowIndex, Scan,
    ScanRequest, Slice, Sort, SourceError, Union, UnionMode, Unpivot,
};

#[derive(Debug)]
struct TestSource {
    name: String,
    schema: SchemaRef,
    filters: bool,
    /// For plans that run; see [`crate::test_run`].
    rows: Option<Batch>,
    /// What it says about the number of its rows.
    num_rows: Option<usize>,
}

/// The rows of a scan's source. Panics for a source without.
pub(crate) fn rows_of(scan: &Scan) -> &Batch {
    let source = scan.source.as_any().downcast_ref::<TestSource>().expect("a test source");
    source.rows.as_ref().expect("a source made with rows")
}

/// A scan of these rows.
pub(crate) fn table_of(name: &str, rows: Batch, filters: bool) -> LogicalPlan {
    let (schema, num_rows) = (rows.schema().clone(), Some(rows.num_rows()));
    let source = TestSource { name: name.into(), schema, filters, rows: Some(rows), num_rows };
    LogicalPlan::new(Node::Scan(Scan::new(Arc::new(source))), at("the scan"))
}

impl DataSource for TestSource {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn schema(&self) -> Result<SchemaRef, SourceError> {
        if self.schema.is_empty() { Err("no such file".into()) } else { Ok(self.schema.clone()) }
    }

    fn applies_predicates(&self) -> bool {
        self.filters
    }

    fn estimated_rows(&self) -> Option<usize> {
        self.num_rows
    }

    fn open(&self, _request: ScanRequest) -> Result<Box<dyn BatchReader>, SourceError> {
        Err("a test source has no rows".into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A scan of columns written as `name type`, separated by commas; of a source that filters itself.
pub(crate) fn table(name: &str, columns: &str) -> LogicalPlan {
    scan(name, columns, true, None)
}

/// As [`table`], of a source that says that it has so many rows.
pub(crate) fn counted_table(name: &str, columns: &str, num_rows: usize) -> LogicalPlan {
    scan(name, columns, true, Some(num_rows))
}

/// As [`table`], of a source that doesn't filter.
pub(crate) fn dumb_table(name: &str, columns: &str) -> LogicalPlan {
    scan(name, columns, false, None)
}

fn scan(name: &str, columns: &str, filters: bool, num_rows: Option<usize>) -> LogicalPlan {
    let fields = columns.split(',').map(str::trim).filter(|column| !column.is_empty()).map(|column| {
        let (name, data_type) = column.split_once(' ').expect("a name and a type");
        Field::new(name, data_type_named(data_type))
    });
    let schema = Arc::new(Schema::try_new(fields.collect()).expect("names are unique"));
    let source = TestSource { name: name.into(), schema, filters, rows: None, num_rows };
    LogicalPlan::new(Node::Scan(Scan::new(Arc::new(source))), at("the scan"))
}

fn data_type_named(name: &str) -> DataType {
    match name {
        "bool" => DataType::Boolean,
        "i8" => DataType::Int8,
        "i32" => DataType::Int32,
        "i64" => DataType::Int64,
        "f64" => DataType::Float64,
        "str" => DataType::String,
        "f32" => DataType::Float32,
        "date" => DataType::Date,
        other => panic!("no type {other} in tests"),
    }
}

/// The place of a verb.
pub(crate) fn at(place: &str) -> Caller {
    Caller::Text(place.into())
}

/// One input after the other.
pub(crate) fn concat(inputs: impl IntoIterator<Item = LogicalPlan>, mode: UnionMode) -> LogicalPlan {
    LogicalPlan::new(Node::Union(Union { inputs: inputs.into_iter().collect(), mode }), at("the concat"))
}

/// Inputs side by side.
pub(crate) fn side_by_side(inputs: impl IntoIterator<Item = LogicalPlan>) -> LogicalPlan {
    let node = HorizontalConcat { inputs: inputs.into_iter().collect() };
    LogicalPlan::new(Node::HorizontalConcat(node), at("the concat"))
}

fn names(names: &[&str]) -> Vec<lazuli_array::Name> {
    names.iter().map(|name| (*name).into()).collect()
}

impl LogicalPlan {
    pub(crate) fn filter(&self, predicate: Expr) -> Self {
        let node = Filter { input: self.clone(), predicates: vec![predicate] };
        Self::new(Node::Filter(node), at("the filter"))
    }

    pub(crate) fn row_index(&self, name: &str, offset: i64) -> Self {
        let node = RowIndex { input: self.clone(), name: name.into(), offset };
        Self::new(Node::RowIndex(node), at("the row index"))
    }

    pub(crate) fn select(&self, exprs: impl IntoExprs) -> Self {
        let node = Project { input: self.clone(), exprs: exprs.into_exprs(), keep_input: false };
        Self::new(Node::Project(node), at("the select"))
    }

    pub(crate) fn with_columns(&self, exprs: impl IntoExprs) -> Self {
        let node = Project { input: self.clone(), exprs: exprs.into_exprs(), keep_input: true };
        Self::new(Node::Project(node), at("the with_columns"))
    }

    pub(crate) fn group_by(&self, keys: impl IntoExprs, aggregates: impl IntoExprs) -> Self {
        let node =
            Aggregate { input: self.clone(), keys: keys.into_exprs(), aggregates: aggregates.into_exprs() };
        Self::new(Node::Aggregate(node), at("the group_by"))
    }

    pub(crate) fn join(
        &self,
        right: &Self,
        join_type: JoinType,
        left_keys: impl IntoExprs,
        right_keys: impl IntoExprs,
    ) -> Self {
        let node = Join {
            left: self.clone(),
            right: right.clone(),
            left_keys: left_keys.into_exprs(),
            right_keys: right_keys.into_exprs(),
            join_type,
            suffix: "_right".into(),
            coalesce: false,
            nulls_equal: false,
            output: Vec::new(),
        };
        Self::new(Node::Join(node), at("the join"))
    }

    pub(crate) fn full_join(&self, right: &Self, keys: impl IntoExprs) -> Self {
        let keys = keys.into_exprs();
        let plan = self.join(right, JoinType::Full, keys.clone(), keys);
        let Node::Join(join) = plan.node() else { unreachable!("made as a join") };
        plan.with_node(Node::Join(Join { coalesce: true, ..join.clone() }))
    }

    pub(crate) fn asof(&self, right: &Self, on: &str, by: &str, tolerance: Option<Scalar>) -> Self {
        let node = AsofJoin {
            left: self.clone(),
            right: right.clone(),
            left_on: col(on),
            right_on: col(on),
            left_by: vec![col(by)],
            right_by: vec![col(by)],
            strategy: AsofStrategy::Backward,
            tolerance,
            allow_exact_matches: true,
            coalesce: true,
            suffix: "_right".into(),
            output: Vec::new(),
        };
        Self::new(Node::AsofJoin(node), at("the as-of join"))
    }

    pub(crate) fn cross(&self, right: &Self) -> Self {
        self.join(right, JoinType::Cross, Vec::<Expr>::new(), Vec::<Expr>::new())
    }

    pub(crate) fn join_where(&self, right: &Self, predicates: impl IntoExprs) -> Self {
        let node = JoinWhere {
            left: self.clone(),
            right: right.clone(),
            predicates: predicates.into_exprs(),
            suffix: "_right".into(),
            output: Vec::new(),
        };
        Self::new(Node::JoinWhere(node), at("the join_where"))
    }

    pub(crate) fn sort(&self, keys: impl IntoSortKeys) -> Self {
        let node = Sort { input: self.clone(), keys: keys.into_sort_keys(), limit: None };
        Self::new(Node::Sort(node), at("the sort"))
    }

    pub(crate) fn slice(&self, offset: i64, length: impl Into<Option<usize>>) -> Self {
        let node = Slice { input: self.clone(), offset, length: length.into() };
        Self::new(Node::Slice(node), at("the slice"))
    }

    pub(crate) fn unique(&self, subset: &[&str], keep: Keep) -> Self {
        let subset = (!subset.is_empty()).then(|| subset.into_exprs());
        let node = Distinct { input: self.clone(), subset, keep };
        Self::new(Node::Distinct(node), at("the unique"))
    }

    pub(crate) fn pivot(
        &self,
        on: &[&str],
        index: &[&str],
        values: &[&str],
        aggregate: Option<Expr>,
    ) -> Self {
        let node = Pivot {
            input: self.clone(),
            on: names(on),
            index: names(index),
            values: names(values),
            aggregate,
            columns: None,
            fill: None,
        };
        Self::new(Node::Pivot(node), at("the pivot"))
    }

    pub(crate) fn unpivot(&self, on: &[&str], index: &[&str]) -> Self {
        let node = Unpivot {
            input: self.clone(),
            on: names(on),
            index: names(index),
            variable_name: "variable".into(),
            value_name: "value".into(),
            value_type: None,
        };
        Self::new(Node::Unpivot(node), at("the unpivot"))
    }

    pub(crate) fn explode(&self, columns: &[&str], drop_empty: bool) -> Self {
        let node = Explode { input: self.clone(), columns: names(columns), drop_empty };
        Self::new(Node::Explode(node), at("the explode"))
    }
}
