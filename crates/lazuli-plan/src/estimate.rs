//! About how many rows a plan has: from what its sources say, and guesses about the steps above them.
//!
//! Nothing but time may depend on these numbers: which join comes first, which table is made smaller before it is built.
//! They are shown by [`crate::explain`].
//!
//! | step | guess |
//! |---|---|
//! | scan | what the source says it has ([`crate::DataSource::estimated_rows`]), no more than its limit |
//! | filter | a share of the rows: a tenth for an equality, a third for a comparison, see `share` |
//! | groups, distinct | as many as the keys' types allow, no more than rows^(3/4) |
//! | join with keys | all pairs, divided by the number of keys: that is the rows of the smaller side before any filter |
//! | semi, anti join | as many left rows as have a match by that guess; half of them |
//! | slice, union, unpivot | counted |
//! | lists to rows | four a list |
//!
//! The larger side of a join mostly refers to the smaller one; if the right side is known to have no key twice, that is the
//! one referred to.
//!
//! Not here: reading anything. What no source knows stays unknown.

use std::collections::HashMap;

use lazuli_array::{DataType, Scalar, Schema};
use lazuli_expr::{BinaryOperator, Expr, Literal, UnaryOperator, typing};

use crate::unique::is_unique_by;
use crate::{Aggregate, Join, JoinType, LogicalPlan, Node, Scan};

/// About how many rows a plan has.
///
/// The optimizer's rule `join_order` and the executor's choice of tables to make smaller go by it; no answer does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowEstimate {
    /// The best guess. Below 1 if a row is unlikely.
    pub rows: f64,
    /// The guess as if no filter had left a row out.
    pub unfiltered: f64,
    /// About the most that there can be, whatever filters and keys are like. `None` after steps that make any number of
    /// rows of one, such as joins whose right keys may repeat.
    pub most: Option<f64>,
}

impl RowEstimate {
    fn known(rows: f64) -> Self {
        Self { rows, unfiltered: rows, most: Some(rows) }
    }

    /// Both guesses changed, under the same bound.
    fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self { rows: change(self.rows), unfiltered: change(self.unfiltered), ..self }.within_bound()
    }

    /// The same after a filter that leaves this share.
    fn filtered(self, share: f64) -> Self {
        Self { rows: self.rows * share, ..self }
    }

    /// The same, no more than so many.
    fn limited(self, rows: f64) -> Self {
        Self { most: Some(self.most.map_or(rows, |most| most.min(rows))), ..self }.within_bound()
    }

    fn within_bound(self) -> Self {
        let most = self.most.unwrap_or(f64::INFINITY);
        Self { rows: self.rows.min(most), unfiltered: self.unfiltered.min(most), ..self }
    }
}

/// About how many rows a resolved plan has; `None` if a source that matters does not know, or if the plan is not resolved.
///
/// ```
/// use lazuli_plan::{Caller, LogicalPlan, Node, Union, UnionMode, estimate_rows};
///
/// let nothing = Node::Union(Union { inputs: Vec::new(), mode: UnionMode::Vertical });
/// let estimate = estimate_rows(&LogicalPlan::new(nothing, Caller::Engine)).expect("no source has to know");
/// assert_eq!((estimate.rows, estimate.most), (0.0, Some(0.0)));
/// ```
pub fn estimate_rows(plan: &LogicalPlan) -> Option<RowEstimate> {
    Estimates::default().of(plan)
}

/// The estimates of plans that were asked for, each made once.
#[derive(Debug, Default)]
pub(crate) struct Estimates(HashMap<usize, Estimated>);

#[derive(Debug)]
struct Estimated {
    /// Held, so that its address stays its own.
    _plan: LogicalPlan,
    rows: Option<RowEstimate>,
    /// Whether all sources below know their rows.
    is_counted: bool,
}

impl Estimates {
    /// The estimate for a plan. Does not recurse: plans can be deep.
    pub(crate) fn of(&mut self, plan: &LogicalPlan) -> Option<RowEstimate> {
        let mut open = vec![plan];
        while let Some(next) = open.last().copied() {
            if self.0.contains_key(&next.address()) {
                open.pop();
                continue;
            }
            let inputs = next.inputs();
            let missing = inputs.iter().filter(|input| !self.0.contains_key(&input.address()));
            let num_open = open.len();
            open.extend(missing.copied());
            if open.len() == num_open {
                let of_inputs: Vec<&Estimated> =
                    inputs.iter().map(|input| &self.0[&input.address()]).collect();
                let rows = of_node(next, &of_inputs.iter().map(|input| input.rows).collect::<Vec<_>>());
                let is_counted = of_inputs.iter().all(|input| input.is_counted) && rows.is_some();
                let knows = match next.node() {
                    Node::Scan(scan) => scan.source.estimated_rows().is_some(),
                    _ => true,
                };
                let estimated = Estimated { _plan: next.clone(), rows, is_counted: is_counted && knows };
                self.0.insert(next.address(), estimated);
            }
        }
        self.0.get(&plan.address()).and_then(|estimated| estimated.rows)
    }

    /// The estimate for a plan whose sources all know their rows. Others have one where a limit or groups say something,
    /// which is worth little beside the limit itself.
    pub(crate) fn counted(&mut self, plan: &LogicalPlan) -> Option<RowEstimate> {
        let rows = self.of(plan);
        rows.filter(|_| self.0.get(&plan.address()).is_some_and(|estimated| estimated.is_counted))
    }
}

/// Rows that one list gives.
const ROWS_A_LIST: f64 = 4.0;

fn of_node(plan: &LogicalPlan, inputs: &[Option<RowEstimate>]) -> Option<RowEstimate> {
    let input = inputs.first().copied().flatten();
    match plan.node() {
        Node::Scan(scan) => of_scan(scan),
        Node::Filter(node) => input.map(|input| input.filtered(share_of_all(&node.predicates))),
        Node::Project(_) | Node::Window(_) | Node::RowIndex(_) => input,
        // Each left row has one partner or none, and stays either way.
        Node::AsofJoin(_) => input,
        Node::Sort(node) => match node.limit {
            Some(limit) => Some(limited(input, limit)),
            None => input,
        },
        Node::Slice(node) => {
            let skipped = match node.offset {
                0.. => node.offset as f64,
                _ => 0.0,
            };
            let rest = input.map(|input| {
                let most = input.most.map(|most| (most - skipped).max(0.0));
                RowEstimate { most, ..input }.map(|rows| (rows - skipped).max(0.0))
            });
            match node.length {
                Some(length) => Some(limited(rest, length)),
                None => rest,
            }
        }
        Node::Aggregate(node) => of_groups(node, input),
        Node::Distinct(node) => {
            let all: Vec<Expr>;
            let keys = match &node.subset {
                Some(subset) => subset,
                None => {
                    all = node.input.schema().names().cloned().map(Expr::Column).collect();
                    &all
                }
            };
            input.map(|input| input.map(|rows| num_kinds(keys, node.input.schema(), rows)))
        }
        Node::Join(node) => of_join(node, input?, inputs.get(1).copied().flatten()?),
        Node::JoinWhere(node) => {
            let (left, right) = (input?, inputs.get(1).copied().flatten()?);
            let share = share_of_all(&node.predicates);
            let unfiltered = left.unfiltered * right.unfiltered * share;
            Some(RowEstimate { rows: left.rows * right.rows * share, unfiltered, most: None })
        }
        Node::Union(_) => inputs.iter().copied().try_fold(RowEstimate::known(0.0), |sum, input| {
            let input = input?;
            let most = sum.most.zip(input.most).map(|(sum, most)| sum + most);
            let unfiltered = sum.unfiltered + input.unfiltered;
            Some(RowEstimate { rows: sum.rows + input.rows, unfiltered, most })
        }),
        // All are of one height, or there is no answer.
        Node::HorizontalConcat(_) => inputs.iter().copied().flatten().next(),
        Node::Pivot(node) => {
            let index: Vec<Expr> = node.index.iter().cloned().map(Expr::Column).collect();
            input.map(|input| input.map(|rows| num_kinds(&index, node.input.schema(), rows)))
        }
        Node::Unpivot(node) => {
            let times = node.on.len() as f64;
            input.map(|input| {
                let most = input.most.map(|most| most * times);
                RowEstimate { most, ..input }.map(|rows| rows * times)
            })
        }
        Node::Explode(_) => {
            input.map(|input| RowEstimate { most: None, ..input }.map(|rows| rows * ROWS_A_LIST))
        }
        Node::Derived(_) => None,
        Node::Sink(_) => Some(RowEstimate::known(0.0)),
    }
}

/// A limit says something even about rows that nobody has counted.
fn limited(input: Option<RowEstimate>, limit: usize) -> RowEstimate {
    let limit = limit as f64;
    input.map_or(RowEstimate::known(limit), |input| input.limited(limit))
}

fn of_scan(scan: &Scan) -> Option<RowEstimate> {
    // Whoever shows a plan that was not resolved should not make its sources look at their files.
    scan.schema.as_ref()?;
    let source = scan.source.estimated_rows().map(|rows| RowEstimate::known(rows as f64));
    let filtered = source.map(|rows| rows.filtered(share_of_all(&scan.predicates)));
    match scan.limit {
        Some(limit) => Some(limited(filtered, limit)),
        None => filtered,
    }
}

fn of_groups(node: &Aggregate, input: Option<RowEstimate>) -> Option<RowEstimate> {
    if node.keys.is_empty() {
        return Some(RowEstimate::known(1.0));
    }
    input.map(|input| input.map(|rows| num_kinds(&node.keys, node.input.schema(), rows)))
}

/// How many different values these expressions have in so many rows. With a key for each row, grouping would be of little
/// use; so fewer are likely, the more so the more rows there are.
fn num_kinds(keys: &[Expr], schema: &Schema, rows: f64) -> f64 {
    let by_types = keys
        .iter()
        .map(|key| match typing::data_type(key, schema) {
            DataType::Null => 1.0,
            DataType::Boolean => 3.0,
            DataType::Int8 | DataType::UInt8 => 257.0,
            DataType::Enum(categories) => categories.len() as f64 + 1.0,
            _ => f64::INFINITY,
        })
        .product::<f64>();
    rows.powf(0.75).max(rows.min(1.0)).min(by_types)
}

fn of_join(node: &Join, left: RowEstimate, right: RowEstimate) -> Option<RowEstimate> {
    // What is unique on a side leaves each row of the other one match at most.
    let left_is_unique = || is_unique_by(&node.left, &node.left_keys);
    let most = match node.join_type {
        JoinType::Semi | JoinType::Anti => left.most,
        JoinType::Inner | JoinType::Left if is_unique_by(&node.right, &node.right_keys) => left.most,
        JoinType::Inner | JoinType::Right if left_is_unique() => right.most,
        _ => None,
    };
    let num_keys = num_keys(node, left, right);
    let rows = |left: f64, right: f64| {
        let pairs = left * right / num_keys;
        match node.join_type {
            JoinType::Inner | JoinType::Cross => pairs,
            JoinType::Left => pairs.max(left),
            JoinType::Right => pairs.max(right),
            JoinType::Full => pairs.max(left).max(right),
            JoinType::Semi => pairs.min(left),
            JoinType::Anti => left / 2.0,
        }
    };
    let unfiltered = match node.join_type {
        JoinType::Semi | JoinType::Anti => left.unfiltered,
        _ => rows(left.unfiltered, right.unfiltered),
    };
    Some(RowEstimate { rows: rows(left.rows, right.rows), unfiltered, most }.within_bound())
}

/// How many right rows a left row matches, on average.
pub(crate) fn matches_a_row(node: &Join, left: RowEstimate, right: RowEstimate) -> f64 {
    right.rows / num_keys(node, left, right)
}

/// How many different keys the sides of a join have.
fn num_keys(node: &Join, left: RowEstimate, right: RowEstimate) -> f64 {
    let num_keys = if node.right_keys.is_empty() {
        1.0
    } else if is_unique_by(&node.right, &node.right_keys) {
        right.unfiltered
    } else {
        right.unfiltered.min(left.unfiltered)
    };
    num_keys.max(1.0)
}

/// The share of rows for which all of these are true.
fn share_of_all(predicates: &[Expr]) -> f64 {
    predicates.iter().map(share).product()
}

/// The share of rows for which a predicate is true, by its form alone: the usual guesses, after Selinger et al. 1979.
fn share(predicate: &Expr) -> f64 {
    const EQUAL: f64 = 0.1;
    const COMPARED: f64 = 1.0 / 3.0;
    const NULL: f64 = 0.1;
    const UNKNOWN: f64 = 0.5;
    match predicate.without_alias() {
        Expr::Literal(Literal { value: Scalar::Boolean(value), .. }) => f64::from(u8::from(*value)),
        Expr::Literal(_) => 0.0,
        Expr::Unary { operator: UnaryOperator::Not, input } => 1.0 - share(input),
        Expr::Binary { left, operator, right } => match operator {
            BinaryOperator::And => share(left) * share(right),
            BinaryOperator::Or => (share(left) + share(right)).min(1.0),
            BinaryOperator::Equal | BinaryOperator::EqualMissing => EQUAL,
            BinaryOperator::NotEqual | BinaryOperator::NotEqualMissing => 1.0 - EQUAL,
            operator if operator.is_comparison() => COMPARED,
            _ => UNKNOWN,
        },
        Expr::Function { function, inputs } => match function.name() {
            "is_null" => NULL,
            "is_not_null" => 1.0 - NULL,
            "is_nan" => NULL,
            "is_in" => (EQUAL * inputs.len().saturating_sub(1) as f64).min(UNKNOWN),
            "is_between" => COMPARED * COMPARED,
            _ => UNKNOWN,
        },
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_expr::{col, lit};

    use super::*;
    use crate::test_plan::{concat, counted_table, table};
    use crate::{Keep, UnionMode, explain, resolve};

    fn shown(plan: &LogicalPlan) -> String {
        explain(&resolve(plan).expect("no mistakes"))
    }

    fn estimate(plan: &LogicalPlan) -> Option<(f64, Option<f64>)> {
        let estimate = estimate_rows(&resolve(plan).expect("no mistakes"))?;
        Some((estimate.rows, estimate.most))
    }

    fn fact() -> LogicalPlan {
        counted_table("fact", "k i64, x i64, p bool", 1_000_000)
    }

    fn dimension() -> LogicalPlan {
        counted_table("dimension", "k i64, y i64", 1_000)
    }

    #[test]
    fn plans_show_what_is_known() {
        let plan = fact()
            .filter(col("x").gt(1))
            .join(&dimension().filter(col("y").eq(1)), JoinType::Inner, "k", "k")
            .group_by("y", col("x").sum())
            .sort("y")
            .slice(0, 10);
        assert_snapshot!(shown(&plan), @r"
            Slice first 10  ~10 rows
              Sort [y]  ~2500 rows
                Aggregate [y] -> [sum(x) as x]  ~2500 rows
                  Join inner on [k == k] -> [k, x, p, y]  ~33000 rows
                    Filter [x > 1]  ~330000 rows
                      Scan fact  columns: all 3  ~1000000 rows
                    Filter [y == 1]  ~100 rows
                      Scan dimension  columns: all 2  ~1000 rows
        ");
        let unknown = table("t", "k i64").join(&fact(), JoinType::Inner, "k", "k");
        assert_snapshot!(shown(&unknown), @r"
            Join inner on [k == k] -> [k, x, p]
              Scan t  columns: all 1
              Scan fact  columns: all 3  ~1000000 rows
        ");
        // Sources of plans that are not resolved are not asked.
        assert!(!explain(&fact()).contains('~'));
    }

    #[test]
    fn filters_leave_a_bound_and_limits_set_one() {
        assert_eq!(estimate(&fact().filter(lit(false))), Some((0.0, Some(1e6))));
        assert_eq!(estimate(&fact().filter(col("x").is_null())), Some((1e5, Some(1e6))));
        assert_eq!(estimate(&table("t", "a i64").slice(2, 5)), Some((5.0, Some(5.0))));
        assert_eq!(estimate(&fact().slice(999_999, 5)), Some((1.0, Some(1.0))));
        assert_eq!(estimate(&fact().slice(-3, None)), Some((1e6, Some(1e6))));
        assert_eq!(estimate(&table("t", "a i64").filter(col("a").gt(1))), None);
        assert_eq!(estimate(&table("t", "a i64").select(col("a").sum())), Some((1.0, Some(1.0))));
    }

    #[test]
    fn few_groups_of_few_values() {
        assert_eq!(estimate(&fact().group_by("p", col("x").sum())), Some((3.0, Some(1e6))));
        let (rows, most) = estimate(&fact().unique(&["k"], Keep::Any)).expect("the source knows");
        assert!(rows > 1_000.0 && rows < 100_000.0 && most == Some(1e6), "{rows}");
    }

    #[test]
    fn joins_count_pairs() {
        let inner = fact().join(&dimension(), JoinType::Inner, "k", "k");
        assert_eq!(estimate(&inner), Some((1e6, None)));
        let unique = dimension().unique(&["k"], Keep::Any);
        let (rows, most) =
            estimate(&fact().join(&unique, JoinType::Left, "k", "k")).expect("both sources know");
        assert_eq!((rows, most), (1e6, Some(1e6)));
        let few = dimension().filter(col("y").eq(1));
        assert_eq!(estimate(&fact().join(&few, JoinType::Semi, "k", "k")), Some((1e5, Some(1e6))));
        assert_eq!(estimate(&fact().cross(&few)), Some((1e8, None)));
        let both = concat([dimension(), dimension()], UnionMode::Vertical);
        assert_eq!(estimate(&both), Some((2e3, Some(2e3))));
        assert_eq!(estimate(&dimension().unpivot(&["k", "y"], &[])), Some((2e3, Some(2e3))));
    }
}
