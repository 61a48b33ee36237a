//! Semi-join filters: rows that a join further up will not keep leave right behind the scan.
//!
//! ```text
//! Join a = x                          Join a = x
//!   Join b = y                 =>       Join b = y
//!     Scan t                              rows of t whose a is among the x
//!     Scan u                              Scan u
//!   Filter v                            Filter v
//! ```
//! Valid: the upper join keeps a probing row only if it has a match (inner and semi joins), its keys come unchanged from
//! the scan, and what stands between works row by row and multiplies or removes rows whatever the others are: filters,
//! projections, joins that probe with these rows. So the rows that leave early are those that would have left later.
//!
//! If the built side is in files all rows may stay: the join above finds out. Unless something between can fail: then these
//! rows wait in files as well, and those that stay are one more lane that begins behind the filter.
//! Never across limits (other rows would take their place), full joins (the built side's rows would lose their matches)
//! and what needs all rows. Whether a filter is there is decided by the plan alone: what an early row is spared may also be
//! an error, and that must not depend on the run.
//!
//! A scan that reads less for it leaves the rows out itself, also where the join is right above: Parquet reads the keys, and
//! of the other columns only the values of rows that are left.
//!
//! Sideways information passing; DuckDB and Polars call it join filter pushdown and runtime filters.

use std::sync::Arc;

use lazuli_array::{Name, SchemaRef};
use lazuli_expr::Expr;
use lazuli_plan::{Join, JoinColumn, JoinSide, JoinType, LogicalPlan, Node};

use super::columns::unaliased;
use super::join::unfiltered_rows;
use crate::operator::join::{JoinProbe, JoinTable, Matching, late_rows};
use crate::operator::project::Choose;
use crate::pipeline::{Lane, Operator, ScanLane, push_operator};

/// There must be at least so many probing rows for each built one, unless the built side was filtered itself.
const PROBING_ROWS_A_BUILT_ROW: usize = 2;

/// Puts a filter behind the scan that the probing rows come from, or into it, where that saves others work.
pub(super) fn push_to_probing(node: &Join, lanes: &mut Vec<Lane>, table: &Arc<JoinTable>) {
    if !matches!(node.join_type, JoinType::Inner | JoinType::Semi) || !is_selective(node) {
        return;
    }
    if let Some(origin) = columns(&node.left_keys).and_then(|keys| Origin::of(&node.left, keys)) {
        // Right above the scan the join's own lookup is the filter.
        let _ = origin.push_into(lanes, table) || origin.num_joins > 0 && origin.push_behind(lanes, table);
    }
}

/// Puts a filter before the rows of the side that is to be built, behind their scan if they come from one; `keys` are
/// columns of `plan`, whose rows the lanes give.
pub(super) fn push_to_built(
    plan: &LogicalPlan,
    keys: Vec<Name>,
    lanes: &mut Vec<Lane>,
    table: &Arc<JoinTable>,
) {
    let push = |origin: Origin<'_>| origin.push_into(lanes, table) || origin.push_behind(lanes, table);
    if Origin::of(plan, keys.clone()).is_some_and(push) {
        return;
    }
    let keys: Option<Vec<usize>> = keys.iter().map(|key| plan.schema().position(key)).collect();
    if let Some(keys) = keys {
        push_operator(lanes, Arc::new(filter(keys, table, plan.schema()).hint()));
    }
}

/// The columns that all of these keys are.
pub(super) fn columns(keys: &[Expr]) -> Option<Vec<Name>> {
    keys.iter().map(column).collect()
}

/// Keeps the rows whose keys a built table has, with all of their columns. The join itself looks again: nothing depends on
/// this but time, and errors of rows that are not kept.
fn filter(keys: Vec<usize>, table: &Arc<JoinTable>, schema: &SchemaRef) -> JoinProbe {
    let output = Choose::with_schema((0..schema.len()).collect(), schema.clone());
    JoinProbe::new(keys, Matching::Exists { anti: false, output }, table.clone())
}

/// Puts a filter at this place of the first lane. If the built side is in files, rows that it keeps come by a lane of their
/// own.
fn insert(lanes: &mut Vec<Lane>, place: usize, filter: JoinProbe) {
    let filter = Arc::new(filter);
    let operators = &mut lanes[0].operators;
    let behind = operators[place..].to_vec();
    operators.insert(place, filter.clone());
    lanes.insert(1, Lane { operators: behind, ..Lane::new(late_rows(filter, None)) });
}

/// Whether some row may be an error of one of these.
fn can_fail(operators: &[Arc<dyn Operator>]) -> bool {
    operators.iter().any(|operator| operator.is_fallible())
}

/// Whether many probing rows are likely to have no match.
fn is_selective(node: &Join) -> bool {
    let fewer = unfiltered_rows(&node.left).zip(unfiltered_rows(&node.right));
    is_filtered(&node.right)
        || fewer.is_some_and(|(left, right)| right.saturating_mul(PROBING_ROWS_A_BUILT_ROW) <= left)
}

/// Whether rows of the plan's sources may be missing from it.
fn is_filtered(plan: &LogicalPlan) -> bool {
    let mut open = vec![plan];
    while let Some(plan) = open.pop() {
        match plan.node() {
            Node::Filter(_) => return true,
            Node::Scan(scan) if !scan.predicates.is_empty() => return true,
            Node::Slice(_) => return true,
            _ => open.extend(plan.inputs()),
        }
    }
    false
}

/// Where columns of a plan come from, unchanged.
struct Origin<'a> {
    scan: &'a LogicalPlan,
    /// Their names there.
    names: Vec<Name>,
    /// Joins on the way.
    num_joins: usize,
}

impl<'a> Origin<'a> {
    /// Has the scan itself leave out rows; false if it does not, or the lanes do not begin with it.
    fn push_into(&self, lanes: &mut Vec<Lane>, table: &Arc<JoinTable>) -> bool {
        let Some(Lane { source, operators, scan: Some(scan) }) = lanes.first_mut() else { return false };
        let Some(keys) = self.keys_of(scan) else { return false };
        if !Arc::get_mut(source).is_some_and(|source| source.filter_by_keys(&keys, table)) {
            return false;
        }
        let place = scan.num_filters;
        if can_fail(&operators[place..]) {
            let filter = filter(keys, table, &scan.schema).behind_scan();
            insert(lanes, place, filter);
        }
        true
    }

    /// Puts a filter behind the scan; false if the lanes do not begin with it.
    fn push_behind(&self, lanes: &mut Vec<Lane>, table: &Arc<JoinTable>) -> bool {
        let Some(Lane { operators, scan: Some(scan), .. }) = lanes.first_mut() else { return false };
        let Some(keys) = self.keys_of(scan) else { return false };
        let (place, filter) = (scan.num_filters, filter(keys, table, &scan.schema));
        match can_fail(&operators[place..]) {
            true => insert(lanes, place, filter),
            false => operators.insert(place, Arc::new(filter.hint())),
        }
        true
    }

    /// Where the columns are among those that leave a scan; `None` if it is another one.
    fn keys_of(&self, scan: &ScanLane) -> Option<Vec<usize>> {
        let position = |name: &Name| scan.schema.position(name);
        self.names.iter().map(position).collect::<Option<_>>().filter(|_| self.scan.ptr_eq(&scan.plan))
    }

    fn of(mut plan: &'a LogicalPlan, mut names: Vec<Name>) -> Option<Self> {
        let mut num_joins = 0;
        loop {
            let (input, before) = match plan.node() {
                Node::Scan(_) => return Some(Self { scan: plan, names, num_joins }),
                Node::Filter(node) => (&node.input, names),
                Node::Project(node) => {
                    let source = |name: &Name| {
                        let expr = node.exprs.iter().find(|expr| expr.output_name() == *name)?;
                        column(expr)
                    };
                    (&node.input, names.iter().map(source).collect::<Option<_>>()?)
                }
                Node::Join(node) if node.join_type != JoinType::Full => {
                    num_joins += 1;
                    let probes_right = node.join_type == JoinType::Right;
                    let input = if probes_right { &node.right } else { &node.left };
                    (input, probing(&node.output, &names, probes_right)?)
                }
                Node::AsofJoin(node) => {
                    num_joins += 1;
                    (&node.left, probing(&node.output, &names, false)?)
                }
                _ => return None,
            };
            (plan, names) = (input, before);
        }
    }
}

/// The names that columns of a join's result have on its probing side.
fn probing(output: &[JoinColumn], names: &[Name], probes_right: bool) -> Option<Vec<Name>> {
    let source = |name: &Name| match &output.iter().find(|column| column.name == *name)?.source {
        JoinSide::Left(name) if !probes_right => Some(name.clone()),
        JoinSide::Right(name) if probes_right => Some(name.clone()),
        _ => None,
    };
    names.iter().map(source).collect()
}

/// The column that an expression is, whatever it is called.
fn column(expr: &Expr) -> Option<Name> {
    match unaliased(expr) {
        Expr::Column(name) => Some(name.clone()),
        _ => None,
    }
}
