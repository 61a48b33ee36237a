//! Joins by nested loops.

use lazuli_array::{Name, Scalar};
use lazuli_plan::{Join, JoinColumn, JoinSide, JoinType, LogicalPlan};

use super::expression::Bound;
use super::operator::{Part, bind, values};
use super::{Cell, Failure};

/// Pairs of rows with equal keys: null equals nothing, not even null; NaN equals NaN.
///
/// Rows of one side come one after the other, those of the other side are all known before: the right side's, but for a
/// right join the left side's.
pub(super) fn join(node: &Join, left: Part, right: Part) -> Result<Part, Failure> {
    let output = Output::new(&node.left, &node.right, &node.output);
    let left_keys = bind(&node.left_keys, node.left.schema());
    let right_keys = bind(&node.right_keys, node.right.schema());
    if node.join_type == JoinType::Right {
        let known = Known::new(left, &left_keys)?;
        return Ok(right.each(|row| {
            let key = values(&right_keys, &row)?;
            let found: Vec<usize> = known.matches(&key).collect();
            if found.is_empty() {
                return Ok(vec![output.row(None, Some(&row))]);
            }
            Ok(found.iter().map(|&other| output.row(Some(&known.rows[other]), Some(&row))).collect())
        }));
    }
    let known = Known::new(right, &right_keys)?;
    let mut is_matched = vec![false; known.rows.len()];
    let mut part = left.each(|row| {
        let key = values(&left_keys, &row)?;
        let found: Vec<usize> = known.matches(&key).collect();
        found.iter().for_each(|&other| is_matched[other] = true);
        let alone = || vec![output.row(Some(&row), None)];
        Ok(match node.join_type {
            JoinType::Semi => {
                if found.is_empty() {
                    Vec::new()
                } else {
                    alone()
                }
            }
            JoinType::Anti => {
                if found.is_empty() {
                    alone()
                } else {
                    Vec::new()
                }
            }
            JoinType::Left | JoinType::Full if found.is_empty() => alone(),
            _ => found.iter().map(|&other| output.row(Some(&row), Some(&known.rows[other]))).collect(),
        })
    });
    if node.join_type == JoinType::Full && part.rest.is_none() {
        let unmatched = known.rows.iter().zip(&is_matched).filter(|(_, is_matched)| !**is_matched);
        part.rows.extend(unmatched.map(|(other, _)| output.row(None, Some(other))));
    }
    Ok(part)
}

/// The side that is known before the other one's rows come.
struct Known {
    rows: Vec<Vec<Cell>>,
    keys: Vec<Vec<Scalar>>,
}

impl Known {
    fn new(part: Part, key_exprs: &[Bound]) -> Result<Self, Failure> {
        let rows = part.known()?;
        let keys = rows.iter().map(|row| values(key_exprs, row)).collect::<Result<_, _>>()?;
        Ok(Self { rows, keys })
    }

    /// Rows with these keys.
    fn matches<'a>(&'a self, key: &'a [Scalar]) -> impl Iterator<Item = usize> + 'a {
        let is_known = !key.iter().any(Scalar::is_null);
        self.keys
            .iter()
            .enumerate()
            .filter(move |(_, other)| is_known && *other == key)
            .map(|(index, _)| index)
    }
}

/// Where the columns of the result come from, by position.
pub(super) struct Output(Vec<(Option<usize>, Option<usize>)>);

impl Output {
    pub(super) fn new(left: &LogicalPlan, right: &LogicalPlan, output: &[JoinColumn]) -> Self {
        let left = |name: &Name| Some(left.schema().position(name).expect("resolving found the column"));
        let right = |name: &Name| Some(right.schema().position(name).expect("resolving found the column"));
        let column = |source: &JoinSide| match source {
            JoinSide::Left(name) => (left(name), None),
            JoinSide::Right(name) => (None, right(name)),
            JoinSide::Coalesced(name, other) => (left(name), right(other)),
        };
        Self(output.iter().map(|output| column(&output.source)).collect())
    }

    /// A pair of rows, one of which may be absent.
    pub(super) fn row(&self, left: Option<&Vec<Cell>>, right: Option<&Vec<Cell>>) -> Vec<Cell> {
        let cell = |(left_at, right_at): &(Option<usize>, Option<usize>)| {
            let from_left = left.zip(*left_at).map(|(row, at)| row[at].clone());
            let from_right = right.zip(*right_at).map(|(row, at)| row[at].clone());
            from_left.or(from_right).unwrap_or(Ok(Scalar::Null))
        };
        self.0.iter().map(cell).collect()
    }
}
