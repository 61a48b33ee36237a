//! The first rows, without sorting the others.

use super::order::{Input, order};
use super::piece::Rows;
use super::plan::{Plan, Step};
use crate::tasks::one_by_one;

/// Above this part of the rows, sorting all of them is faster than selecting and sorting the selected.
const SELECT_BELOW: usize = 8;

/// The numbers of the first `k` of `rows` rows, in order.
pub(super) fn first_rows(plan: &Plan<'_>, rows: usize, k: usize) -> Vec<u32> {
    let k = k.min(rows);
    if k == 0 {
        return Vec::new();
    }
    let candidates = match plan.steps.first() {
        Some(Step::Word(word)) if k < rows / SELECT_BELOW => {
            let mut words = vec![0; rows];
            word.read_all(Rows::From(0), &mut words);
            let mut selected = words.clone();
            // The rows up to the word of the last one that is wanted: all that tie with it may be wanted.
            let (_, &mut last, _) = selected.select_nth_unstable(k - 1);
            Some(
                (0..)
                    .zip(&words)
                    .filter(|(_, word)| **word <= last)
                    .map(|(row, _)| row)
                    .collect::<Vec<u32>>(),
            )
        }
        _ => None,
    };
    let input = candidates.as_ref().map_or(Input::All(rows), |rows| Input::Some(rows));
    let mut target = vec![0; candidates.as_ref().map_or(rows, Vec::len)];
    one_by_one(|tasks| order(plan, 0, input, &mut target, tasks));
    target.truncate(k);
    target
}
