//! Joins by nested loops.

use lazuli_array::{Name, Scalar};
use lazuli_plan::{Join, JoinSide, JoinType};

use super::operator::{Part, bind, values};
use super::{Cell, Failure};

/// Pairs of rows with equal keys: null equals nothing, not even null; NaN equals NaN.
pub(super) fn join(node: &Join, left: Part, right: Vec<Vec<Cell>>) -> Result<Part, Failure> {
    let left_keys = bind(&node.left_keys, node.left.schema());
    let right_keys = bind(&node.right_keys, node.right.schema());
    let keys_of_right = right.iter().map(|row| values(&right_keys, row)).collect::<Result<Vec<_>, _>>()?;
    let matches = |left: &[Scalar], right: &[Scalar]| left == right && !left.iter().any(Scalar::is_null);
    let output = Output::new(node);
    match node.join_type {
        JoinType::Inner | JoinType::Cross => Ok(left.each(|row| {
            let key = values(&left_keys, &row)?;
            let found = right.iter().zip(&keys_of_right).filter(|(_, other)| matches(&key, other));
            Ok(found.map(|(other, _)| output.row(Some(&row), Some(other))).collect())
        })),
        JoinType::Left => Ok(left.each(|row| {
            let key = values(&left_keys, &row)?;
            let found = right.iter().zip(&keys_of_right).filter(|(_, other)| matches(&key, other));
            let mut pairs: Vec<_> = found.map(|(other, _)| output.row(Some(&row), Some(other))).collect();
            if pairs.is_empty() {
                pairs.push(output.row(Some(&row), None));
            }
            Ok(pairs)
        })),
        JoinType::Semi | JoinType::Anti => Ok(left.each(|row| {
            let key = values(&left_keys, &row)?;
            let is_found = keys_of_right.iter().any(|other| matches(&key, other));
            let stays = is_found == (node.join_type == JoinType::Semi);
            Ok(if stays { vec![output.row(Some(&row), None)] } else { Vec::new() })
        })),
        JoinType::Right | JoinType::Full => {
            let left = left.known()?;
            let keys_of_left =
                left.iter().map(|row| values(&left_keys, row)).collect::<Result<Vec<_>, _>>()?;
            let mut pairs = Vec::new();
            if node.join_type == JoinType::Full {
                for (row, key) in left.iter().zip(&keys_of_left) {
                    let before = pairs.len();
                    for (other, other_key) in right.iter().zip(&keys_of_right) {
                        if matches(key, other_key) {
                            pairs.push(output.row(Some(row), Some(other)));
                        }
                    }
                    if pairs.len() == before {
                        pairs.push(output.row(Some(row), None));
                    }
                }
            }
            for (other, other_key) in right.iter().zip(&keys_of_right) {
                let mut is_alone = true;
                for (row, key) in left.iter().zip(&keys_of_left) {
                    if matches(key, other_key) {
                        is_alone = false;
                        if node.join_type == JoinType::Right {
                            pairs.push(output.row(Some(row), Some(other)));
                        }
                    }
                }
                if is_alone {
                    pairs.push(output.row(None, Some(other)));
                }
            }
            Ok(Part::whole(pairs))
        }
    }
}

/// Where the columns of the result come from, by position.
struct Output(Vec<(Option<usize>, Option<usize>)>);

impl Output {
    fn new(node: &Join) -> Self {
        let left = |name: &Name| Some(node.left.schema().position(name).expect("resolving found the column"));
        let right =
            |name: &Name| Some(node.right.schema().position(name).expect("resolving found the column"));
        let column = |source: &JoinSide| match source {
            JoinSide::Left(name) => (left(name), None),
            JoinSide::Right(name) => (None, right(name)),
            JoinSide::Coalesced(name, other) => (left(name), right(other)),
        };
        Self(node.output.iter().map(|output| column(&output.source)).collect())
    }

    /// A pair of rows, one of which may be absent.
    fn row(&self, left: Option<&Vec<Cell>>, right: Option<&Vec<Cell>>) -> Vec<Cell> {
        let cell = |(left_at, right_at): &(Option<usize>, Option<usize>)| {
            let from_left = left.zip(*left_at).map(|(row, at)| row[at].clone());
            let from_right = right.zip(*right_at).map(|(row, at)| row[at].clone());
            from_left.or(from_right).unwrap_or(Ok(Scalar::Null))
        };
        self.0.iter().map(cell).collect()
    }
}
