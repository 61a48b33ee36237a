//! The shared handle of a plan: cheap to clone, immutable, remembers its schema.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, OnceLock};

use lazuli_array::SchemaRef;

use crate::{Caller, Node};

/// A plan: a node over its inputs, shared by reference count.
#[derive(Debug, Clone)]
pub struct LogicalPlan(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    node: Node,
    caller: Caller,
    schema: OnceLock<SchemaRef>,
}

/// Plans can be thousands of steps deep, and a drop of one in the other would need a stack as deep.
impl Drop for Inner {
    fn drop(&mut self) {
        let mut open = take_inputs(&mut self.node);
        while let Some(plan) = open.pop() {
            if let Ok(mut inner) = Arc::try_unwrap(plan.0) {
                open.append(&mut take_inputs(&mut inner.node));
            }
        }
    }
}

/// The inputs of a node that is about to be dropped, an empty plan in their place.
fn take_inputs(node: &mut Node) -> Vec<LogicalPlan> {
    static NOTHING: LazyLock<LogicalPlan> = LazyLock::new(|| {
        let nothing = crate::Union { inputs: Vec::new(), mode: crate::UnionMode::Vertical };
        LogicalPlan::new(Node::Union(nothing), Caller::Engine)
    });
    let take = |input: &mut LogicalPlan| std::mem::replace(input, NOTHING.clone());
    match node {
        Node::Scan(_) => Vec::new(),
        Node::Filter(node) => vec![take(&mut node.input)],
        Node::Project(node) => vec![take(&mut node.input)],
        Node::Aggregate(node) => vec![take(&mut node.input)],
        Node::Join(node) => vec![take(&mut node.left), take(&mut node.right)],
        Node::AsofJoin(node) => vec![take(&mut node.left), take(&mut node.right)],
        Node::JoinWhere(node) => vec![take(&mut node.left), take(&mut node.right)],
        Node::Sort(node) => vec![take(&mut node.input)],
        Node::Slice(node) => vec![take(&mut node.input)],
        Node::Distinct(node) => vec![take(&mut node.input)],
        Node::Union(node) => std::mem::take(&mut node.inputs),
        Node::HorizontalConcat(node) => std::mem::take(&mut node.inputs),
        Node::Pivot(node) => vec![take(&mut node.input)],
        Node::Unpivot(node) => vec![take(&mut node.input)],
        Node::Explode(node) => vec![take(&mut node.input)],
        Node::Window(node) => vec![take(&mut node.input)],
        Node::RowIndex(node) => vec![take(&mut node.input)],
        Node::Derived(node) => std::mem::take(&mut node.inputs),
        Node::Sink(node) => vec![take(&mut node.input)],
    }
}

impl LogicalPlan {
    /// A plan with this node at its top.
    pub fn new(node: Node, caller: Caller) -> Self {
        Self(Arc::new(Inner { node, caller, schema: OnceLock::new() }))
    }

    /// The node at the top.
    pub fn node(&self) -> &Node {
        &self.0.node
    }

    /// Who called the verb that made the top node.
    pub fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// The same caller over another node.
    pub fn with_node(&self, node: Node) -> Self {
        Self::new(node, self.0.caller.clone())
    }

    /// Whether both are the same plan in memory.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The plan's address: the same for plans that are the same in memory. Only good as long as the plan is held.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Names and types of the columns of a resolved plan, computed once.
    ///
    /// Panics for a plan that was not resolved: its expressions may be wrong.
    pub fn schema(&self) -> &SchemaRef {
        self.0.schema.get_or_init(|| crate::schema::of_resolved(&self.0.node))
    }

    /// The plans that the top node reads from, in order.
    pub fn inputs(&self) -> Vec<&LogicalPlan> {
        match self.node() {
            Node::Scan(_) => Vec::new(),
            Node::Filter(node) => vec![&node.input],
            Node::Project(node) => vec![&node.input],
            Node::Aggregate(node) => vec![&node.input],
            Node::Join(node) => vec![&node.left, &node.right],
            Node::AsofJoin(node) => vec![&node.left, &node.right],
            Node::JoinWhere(node) => vec![&node.left, &node.right],
            Node::Sort(node) => vec![&node.input],
            Node::Slice(node) => vec![&node.input],
            Node::Distinct(node) => vec![&node.input],
            Node::Union(node) => node.inputs.iter().collect(),
            Node::HorizontalConcat(node) => node.inputs.iter().collect(),
            Node::Pivot(node) => vec![&node.input],
            Node::Unpivot(node) => vec![&node.input],
            Node::Explode(node) => vec![&node.input],
            Node::Window(node) => vec![&node.input],
            Node::RowIndex(node) => vec![&node.input],
            Node::Derived(node) => node.inputs.iter().collect(),
            Node::Sink(node) => vec![&node.input],
        }
    }

    /// The same node over other inputs, as many as [`LogicalPlan::inputs`] gives. Panics otherwise.
    pub fn with_inputs(&self, inputs: Vec<LogicalPlan>) -> Self {
        let mut rest = inputs.into_iter();
        let mut next = || rest.next().expect("as many inputs as the node has");
        let node = match self.node() {
            Node::Scan(scan) => Node::Scan(scan.clone()),
            Node::Filter(node) => Node::Filter(crate::Filter { input: next(), ..node.clone() }),
            Node::Project(node) => Node::Project(crate::Project { input: next(), ..node.clone() }),
            Node::Aggregate(node) => Node::Aggregate(crate::Aggregate { input: next(), ..node.clone() }),
            Node::Join(node) => {
                let left = next();
                Node::Join(crate::Join { left, right: next(), ..node.clone() })
            }
            Node::AsofJoin(node) => {
                let left = next();
                Node::AsofJoin(crate::AsofJoin { left, right: next(), ..node.clone() })
            }
            Node::JoinWhere(node) => {
                let left = next();
                Node::JoinWhere(crate::JoinWhere { left, right: next(), ..node.clone() })
            }
            Node::Sort(node) => Node::Sort(crate::Sort { input: next(), ..node.clone() }),
            Node::Slice(node) => Node::Slice(crate::Slice { input: next(), ..node.clone() }),
            Node::Distinct(node) => Node::Distinct(crate::Distinct { input: next(), ..node.clone() }),
            Node::Union(node) => {
                let inputs = node.inputs.iter().map(|_| next()).collect();
                Node::Union(crate::Union { inputs, ..node.clone() })
            }
            Node::HorizontalConcat(node) => Node::HorizontalConcat(crate::HorizontalConcat {
                inputs: node.inputs.iter().map(|_| next()).collect(),
            }),
            Node::Pivot(node) => Node::Pivot(crate::Pivot { input: next(), ..node.clone() }),
            Node::Unpivot(node) => Node::Unpivot(crate::Unpivot { input: next(), ..node.clone() }),
            Node::Explode(node) => Node::Explode(crate::Explode { input: next(), ..node.clone() }),
            Node::Window(node) => Node::Window(crate::Window { input: next(), ..node.clone() }),
            Node::RowIndex(node) => Node::RowIndex(crate::RowIndex { input: next(), ..node.clone() }),
            Node::Derived(node) => {
                let inputs = node.inputs.iter().map(|_| next()).collect();
                Node::Derived(crate::Derived { inputs, ..node.clone() })
            }
            Node::Sink(node) => Node::Sink(crate::Sink { input: next(), ..node.clone() }),
        };
        self.with_node(node)
    }

    /// The same plan over these inputs; this very plan if they are the inputs it has.
    pub(crate) fn over(&self, inputs: Vec<LogicalPlan>) -> Self {
        let same = self.inputs().iter().zip(&inputs).all(|(old, new)| old.ptr_eq(new));
        if same { self.clone() } else { self.with_inputs(inputs) }
    }

    /// Replaces every plan of the tree, inputs first: `replace` gives the new plan, or `None` to keep it. What is shared
    /// is visited once and stays shared; a tree in which nothing changed stays the same in memory.
    pub(crate) fn rewrite(
        &self,
        replace: &mut impl FnMut(&LogicalPlan) -> Option<LogicalPlan>,
    ) -> LogicalPlan {
        self.rewrite_from(&mut |_, over| replace(over))
    }

    /// As [`LogicalPlan::rewrite`]; `replace` is also given the plan as it was, before its inputs changed.
    pub(crate) fn rewrite_from(
        &self,
        replace: &mut impl FnMut(&LogicalPlan, &LogicalPlan) -> Option<LogicalPlan>,
    ) -> LogicalPlan {
        let mut done: HashMap<usize, LogicalPlan> = HashMap::new();
        for plan in self.inputs_first() {
            let inputs = plan.inputs().iter().map(|input| done[&input.address()].clone()).collect();
            let over = plan.over(inputs);
            done.insert(plan.address(), replace(plan, &over).unwrap_or(over));
        }
        done.remove(&self.address()).expect("the plan itself comes last")
    }

    /// Replaces every plan of the tree, those that read before their inputs, each as often as `replace` gives a new one.
    /// What is shared is visited once and stays shared; a tree in which nothing changed stays the same in memory.
    pub(crate) fn rewrite_down(
        &self,
        replace: &mut impl FnMut(&LogicalPlan) -> Option<LogicalPlan>,
    ) -> LogicalPlan {
        fn visit(
            plan: &LogicalPlan,
            replace: &mut impl FnMut(&LogicalPlan) -> Option<LogicalPlan>,
            done: &mut Memo<usize>,
        ) -> LogicalPlan {
            if let Some(done) = done.get(&plan.address()) {
                return done;
            }
            let mut new = plan.clone();
            while let Some(next) = replace(&new) {
                new = next;
            }
            let inputs = new.inputs().into_iter().map(|input| visit(input, replace, done)).collect();
            let new = new.over(inputs);
            done.insert(plan.address(), plan, &new);
            new
        }
        visit(self, replace, &mut Memo::default())
    }

    /// How many steps lie on the longest way from the top to a source.
    pub(crate) fn depth(&self) -> usize {
        let mut depths: HashMap<usize, usize> = HashMap::new();
        for plan in self.inputs_first() {
            let below = plan.inputs().iter().map(|input| depths[&input.address()]).max().unwrap_or(0);
            depths.insert(plan.address(), below + 1);
        }
        depths[&self.address()]
    }

    /// Every plan of the tree, each once, inputs before those that read them. Does not recurse: plans can be deep.
    pub(crate) fn inputs_first(&self) -> Vec<&LogicalPlan> {
        self.inputs_first_above(HashSet::new())
    }

    /// As [`LogicalPlan::inputs_first`], without the plans of these addresses and what only they read.
    pub(crate) fn inputs_first_above(&self, known: HashSet<usize>) -> Vec<&LogicalPlan> {
        let mut order = Vec::new();
        let mut seen = known;
        let mut open = vec![(self, false)];
        while let Some((plan, inputs_done)) = open.pop() {
            if inputs_done {
                order.push(plan);
            } else if seen.insert(plan.address()) {
                open.push((plan, true));
                open.extend(plan.inputs().into_iter().rev().map(|input| (input, false)));
            }
        }
        order
    }
}

/// What became of plans that were rewritten, by address and maybe more. Holds the plans: an address means something only
/// as long as what lies there lives.
#[derive(Debug)]
pub(crate) struct Memo<K>(HashMap<K, (LogicalPlan, LogicalPlan)>);

impl<K> Default for Memo<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: std::hash::Hash + Eq> Memo<K> {
    /// What became of the plan.
    pub fn get(&self, key: &K) -> Option<LogicalPlan> {
        self.0.get(key).map(|(_, new)| new.clone())
    }

    /// Notes what became of `old`.
    pub fn insert(&mut self, key: K, old: &LogicalPlan, new: &LogicalPlan) {
        self.0.insert(key, (old.clone(), new.clone()));
    }
}
