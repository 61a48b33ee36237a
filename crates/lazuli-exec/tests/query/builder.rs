//! Plans by verbs, as the facade makes them, and small frames.

use std::sync::Arc;

use lazuli_array::{Column, DataFrame, FromValues, Name, Scalar};
use lazuli_exec::FrameSource;
use lazuli_expr::{Expr, SortKey, col};
use lazuli_plan::{
    Aggregate, AsofJoin, AsofStrategy, Caller, DataSink, DataSource, Distinct, Filter, HorizontalConcat,
    Join, JoinType, JoinWhere, Keep, LogicalPlan, Node, Pivot, Project, Scan, Sink, Slice, Sort, Union,
    UnionMode, Unpivot,
};

/// A plan that grows by verbs.
#[derive(Debug, Clone)]
pub struct Query(pub LogicalPlan);

/// All rows of a frame.
pub fn query(frame: &DataFrame) -> Query {
    scan(Arc::new(FrameSource::new(frame.clone())))
}

/// All rows of a source.
pub fn scan(source: Arc<dyn DataSource>) -> Query {
    Query(LogicalPlan::new(Node::Scan(Scan::new(source)), Caller::Engine))
}

/// The rows of several plans, one after the other.
pub fn union(inputs: Vec<Query>) -> Query {
    let inputs = inputs.into_iter().map(|query| query.0).collect();
    Query(LogicalPlan::new(Node::Union(Union { inputs, mode: UnionMode::Vertical }), Caller::Engine))
}

/// The columns of several plans side by side.
pub fn side_by_side(inputs: Vec<Query>) -> Query {
    let inputs = inputs.into_iter().map(|query| query.0).collect();
    Query(LogicalPlan::new(Node::HorizontalConcat(HorizontalConcat { inputs }), Caller::Engine))
}

impl Query {
    fn on_top(self, node: impl FnOnce(LogicalPlan) -> Node) -> Self {
        Self(LogicalPlan::new(node(self.0), Caller::Engine))
    }

    pub fn filter(self, predicate: Expr) -> Self {
        self.on_top(|input| Node::Filter(Filter { input, predicates: vec![predicate] }))
    }

    pub fn select(self, exprs: impl Into<Vec<Expr>>) -> Self {
        self.on_top(|input| Node::Project(Project { input, exprs: exprs.into(), keep_input: false }))
    }

    pub fn with_columns(self, exprs: impl Into<Vec<Expr>>) -> Self {
        self.on_top(|input| Node::Project(Project { input, exprs: exprs.into(), keep_input: true }))
    }

    pub fn group_by(self, keys: impl Into<Vec<Expr>>, aggregates: impl Into<Vec<Expr>>) -> Self {
        self.on_top(|input| {
            Node::Aggregate(Aggregate { input, keys: keys.into(), aggregates: aggregates.into() })
        })
    }

    pub fn join(self, right: Self, keys: impl Into<Vec<Expr>>, join_type: JoinType) -> Self {
        let keys = keys.into();
        self.on_top(|left| {
            Node::Join(Join {
                left,
                right: right.0,
                left_keys: keys.clone(),
                right_keys: keys,
                join_type,
                suffix: "_right".into(),
                coalesce: true,
                nulls_equal: false,
                output: Vec::new(),
            })
        })
    }

    /// Each row beside the row of `right` with equal `by` whose `on` is nearest.
    pub fn join_asof(self, right: Self, on: &str, by: &[&str], strategy: AsofStrategy) -> Self {
        let by: Vec<Expr> = by.iter().map(|name| col(*name)).collect();
        self.on_top(|left| {
            Node::AsofJoin(AsofJoin {
                left,
                right: right.0,
                left_on: col(on),
                right_on: col(on),
                left_by: by.clone(),
                right_by: by,
                strategy,
                tolerance: None,
                allow_exact_matches: true,
                coalesce: true,
                suffix: "_right".into(),
                output: Vec::new(),
            })
        })
    }

    pub fn join_where(self, right: Self, predicates: impl Into<Vec<Expr>>) -> Self {
        let predicates = predicates.into();
        self.on_top(|left| {
            let (right, suffix, output) = (right.0, "_right".into(), Vec::new());
            Node::JoinWhere(JoinWhere { left, right, predicates, suffix, output })
        })
    }

    pub fn sort(self, keys: impl Into<Vec<SortKey>>) -> Self {
        self.on_top(|input| Node::Sort(Sort { input, keys: keys.into(), limit: None }))
    }

    pub fn slice(self, offset: i64, length: Option<usize>) -> Self {
        self.on_top(|input| Node::Slice(Slice { input, offset, length }))
    }

    pub fn unique(self, subset: Option<Vec<Expr>>, keep: Keep) -> Self {
        self.on_top(|input| Node::Distinct(Distinct { input, subset, keep }))
    }

    pub fn pivot(self, on: &[&str], index: &[&str], values: &[&str], aggregate: Option<Expr>) -> Self {
        self.on_top(|input| {
            Node::Pivot(Pivot {
                input,
                on: names(on),
                index: names(index),
                values: names(values),
                aggregate,
                columns: None,
                fill: None,
            })
        })
    }

    pub fn unpivot(self, on: &[&str], index: &[&str]) -> Self {
        self.on_top(|input| {
            Node::Unpivot(Unpivot {
                input,
                on: names(on),
                index: names(index),
                variable_name: "variable".into(),
                value_name: "value".into(),
                value_type: None,
            })
        })
    }

    pub fn sink(self, sink: Arc<dyn DataSink>) -> Self {
        self.on_top(|input| Node::Sink(Sink { input, sink }))
    }
}

fn names(names: &[&str]) -> Vec<Name> {
    names.iter().map(|&name| name.into()).collect()
}

/// A frame of these columns.
pub fn frame(columns: Vec<(&str, Column)>) -> DataFrame {
    let columns = columns.into_iter().map(|(name, column)| (name.into(), column)).collect();
    DataFrame::from_columns(columns).expect("columns of equal length")
}

/// A column of these values.
pub fn column<T>(values: impl IntoIterator<Item = T>) -> Column
where
    Column: FromValues<T>,
{
    Column::from_values(values.into_iter())
}

/// The rows of a frame as text, `null` for null: one string a row.
pub fn texts(frame: &DataFrame) -> Vec<String> {
    frame.rows().map(|row| row.iter().map(Scalar::to_string).collect::<Vec<_>>().join(" ")).collect()
}

/// A number for each row that looks random and is the same in every run.
pub fn scattered(rows: u64, bound: u64) -> impl Iterator<Item = i64> + Clone {
    (0..rows).map(move |row| {
        let mut hash = (row + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        hash = (hash ^ (hash >> 31)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        ((hash ^ (hash >> 32)) % bound) as i64
    })
}
