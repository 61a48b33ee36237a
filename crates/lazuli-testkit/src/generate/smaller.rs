//! Less of a query, as long as it still shows what is wrong.

use lazuli_array::DataFrame;
use lazuli_plan::{Aggregate, Filter, LogicalPlan, Node, Project, Scan, Sort, resolve};

use super::MemorySource;

/// How many plans are tried at most.
const TRIES: usize = 2_000;

/// A smaller plan for which `is_wrong` still holds: nodes left out, expressions left out, rows left out. Each plan that
/// is tried resolves.
pub fn smaller(plan: &LogicalPlan, is_wrong: &mut dyn FnMut(&LogicalPlan) -> bool) -> LogicalPlan {
    let mut smallest = plan.clone();
    let mut tries = 0;
    'again: loop {
        for candidate in candidates(&smallest) {
            tries += 1;
            if tries > TRIES {
                return smallest;
            }
            if resolve(&candidate).is_ok() && is_wrong(&candidate) {
                smallest = candidate;
                continue 'again;
            }
        }
        return smallest;
    }
}

/// Plans with one thing less, those with much less first.
fn candidates(plan: &LogicalPlan) -> Vec<LogicalPlan> {
    let inputs = plan.inputs();
    let mut all: Vec<LogicalPlan> = inputs.iter().map(|input| (*input).clone()).collect();
    all.extend(less_of(plan));
    for (position, input) in inputs.iter().enumerate() {
        for candidate in candidates(input) {
            let mut changed: Vec<LogicalPlan> = inputs.iter().map(|input| (*input).clone()).collect();
            changed[position] = candidate;
            all.push(plan.with_inputs(changed));
        }
    }
    all
}

/// The top node with one expression less, or a source with fewer rows.
fn less_of(plan: &LogicalPlan) -> Vec<LogicalPlan> {
    fn without_one<T: Clone>(items: &[T], least: usize) -> Vec<Vec<T>> {
        if items.len() <= least {
            return Vec::new();
        }
        (0..items.len()).map(|gone| [&items[..gone], &items[gone + 1..]].concat()).collect()
    }
    let nodes: Vec<Node> = match plan.node() {
        Node::Scan(scan) => {
            let memory = scan.source.as_any().downcast_ref::<MemorySource>();
            let frame = memory.expect("generated plans read memory").frame();
            let scan_of = |frame: DataFrame| Node::Scan(Scan::new(MemorySource::new(frame).into()));
            fewer_rows(frame).into_iter().map(scan_of).collect()
        }
        Node::Filter(filter) => without_one(&filter.predicates, 1)
            .into_iter()
            .map(|predicates| Node::Filter(Filter { predicates, ..filter.clone() }))
            .collect(),
        Node::Project(project) => without_one(&project.exprs, 1)
            .into_iter()
            .map(|exprs| Node::Project(Project { exprs, ..project.clone() }))
            .collect(),
        Node::Aggregate(aggregate) => {
            let keys = without_one(&aggregate.keys, 0).into_iter();
            let keys = keys.map(|keys| Node::Aggregate(Aggregate { keys, ..aggregate.clone() }));
            let calls = without_one(&aggregate.aggregates, 0).into_iter();
            let calls =
                calls.map(|aggregates| Node::Aggregate(Aggregate { aggregates, ..aggregate.clone() }));
            keys.chain(calls).collect()
        }
        Node::Sort(sort) => without_one(&sort.keys, 1)
            .into_iter()
            .map(|keys| Node::Sort(Sort { keys, ..sort.clone() }))
            .collect(),
        _ => Vec::new(),
    };
    nodes.into_iter().map(|node| plan.with_node(node)).collect()
}

/// The frame without a half, a quarter, or one of its rows.
fn fewer_rows(frame: &DataFrame) -> Vec<DataFrame> {
    let height = frame.height();
    let mut frames = Vec::new();
    let mut length = height.div_ceil(2);
    while length > 0 {
        for start in (0..height).step_by(length) {
            frames.push(without_rows(frame, start, (start + length).min(height)));
        }
        length /= 2;
    }
    frames
}

fn without_rows(frame: &DataFrame, start: usize, end: usize) -> DataFrame {
    let mut batches = Vec::new();
    let mut first = 0;
    for batch in frame.batches() {
        let past = first + batch.num_rows();
        let (from, to) = (start.clamp(first, past) - first, end.clamp(first, past) - first);
        for (offset, length) in [(0, from), (to, batch.num_rows() - to)] {
            if length > 0 {
                batches.push(batch.sliced(offset, length));
            }
        }
        first = past;
    }
    DataFrame::from_batches(frame.schema().clone(), batches).expect("batches of the frame")
}
