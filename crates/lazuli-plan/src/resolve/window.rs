//! Windows taken out of expressions: each different one is a column of a `Window` node below, in which all of them see
//! the same rows.
//!
//! ```text
//! Project [a - mean(a) over (partition by k) as d]   =>   Project [a - _window1 as d]
//!   input                                                   Window -> [mean(a) over (partition by k) as _window1]
//!                                                             input
//! ```

use std::sync::Arc;

use lazuli_array::{Name, SchemaRef};
use lazuli_expr::typing::Context;
use lazuli_expr::{Expr, TypeError};

use super::expression::OutputColumn;
use super::lift::Lifted;
use super::scope::Scope;
use super::{Resolved, Verb};
use crate::{LogicalPlan, Node, PlanMistake, Window};

/// The input beside its windows, and the expressions over that with the windows replaced by columns.
pub(super) fn beside(verb: &Verb<'_>, input: LogicalPlan, exprs: &[Expr]) -> (LogicalPlan, Vec<Expr>) {
    if !exprs.iter().any(Expr::has_window) {
        return (input, exprs.to_vec());
    }
    let (input, exprs) = inner_first(verb, input, exprs, Vec::new());
    let schema = input.schema().clone();
    let mut lifted = Lifted::windows();
    let exprs = exprs.iter().map(|expr| lifted.lift(expr, &|name| schema.contains(name))).collect();
    if lifted.is_empty() {
        return (input, exprs);
    }
    (verb.node(Node::Window(Window { input, windows: lifted.into_exprs() })), exprs)
}

/// The input beside the window functions that stand inside of windows, each over the partitions of the window around it,
/// and the expressions with these replaced by columns. New names are not among `taken`.
///
/// ```text
/// max(cum_sum(a)) over (partition by k)   =>   max(_window1) over (partition by k)
///                                              with _window1 = cum_sum(a) over (partition by k)
/// ```
fn inner_first(
    verb: &Verb<'_>,
    input: LogicalPlan,
    exprs: &[Expr],
    taken: Vec<Name>,
) -> (LogicalPlan, Vec<Expr>) {
    let mut functions = Functions::new(&input, taken);
    let exprs: Vec<Expr> = exprs
        .iter()
        .map(|expr| {
            expr.rewrite(&mut |part| match part {
                Expr::Over { input, window } => {
                    let input = input.map_children(&mut |child| functions.replaced(child, &window));
                    Expr::Over { input: Arc::new(input), window }
                }
                other => other,
            })
        })
        .collect();
    (functions.beside(verb, input), exprs)
}

/// The input beside the window functions that stand inside of these aggregates, over the rows of groups with equal keys,
/// and the aggregates with them replaced by columns.
pub(super) fn of_groups(
    verb: &Verb<'_>,
    input: LogicalPlan,
    aggregates: &[Expr],
    keys: &[Expr],
) -> (LogicalPlan, Vec<Expr>) {
    let keys = keys.iter().map(|key| key.without_alias().clone()).collect();
    let window = Arc::new(lazuli_expr::Window { partition_by: keys, ..Default::default() });
    let mut functions = Functions::new(&input, Vec::new());
    let aggregates = aggregates.iter().map(|aggregate| functions.replaced(aggregate, &window)).collect();
    (functions.beside(verb, input), aggregates)
}

/// Window functions taken out of what stands around them.
struct Functions {
    schema: SchemaRef,
    taken: Vec<Name>,
    lifted: Lifted,
}

impl Functions {
    fn new(input: &LogicalPlan, taken: Vec<Name>) -> Self {
        Self { schema: input.schema().clone(), taken, lifted: Lifted::windows() }
    }

    /// The expression with window functions replaced by columns of them over `window`.
    fn replaced(&mut self, expr: &Expr, window: &Arc<lazuli_expr::Window>) -> Expr {
        match expr {
            Expr::WindowFunction { .. } => {
                let over = Expr::Over { input: Arc::new(expr.clone()), window: window.clone() };
                self.column_of(&over)
            }
            // Values of a partition that become a list: typing writes them, for `WindowMapping`.
            over @ Expr::Over { .. } => self.column_of(over),
            other => other.map_children(&mut |child| self.replaced(child, window)),
        }
    }

    fn column_of(&mut self, over: &Expr) -> Expr {
        let is_taken =
            |name: &str| self.schema.contains(name) || self.taken.iter().any(|taken| taken.as_str() == name);
        Expr::Column(self.lifted.name_of(over, None, &is_taken))
    }

    /// The input beside these functions, those inside of them below.
    fn beside(self, verb: &Verb<'_>, input: LogicalPlan) -> LogicalPlan {
        if self.lifted.is_empty() {
            return input;
        }
        let taken = self.taken.into_iter().chain(self.lifted.names().cloned()).collect();
        let (input, windows) = inner_first(verb, input, &self.lifted.into_exprs(), taken);
        verb.node(Node::Window(Window { input, windows }))
    }
}

/// A node that somebody built, or that was resolved before.
pub(super) fn resolve(window: &Window, input: Resolved, verb: &mut Verb<'_>) -> Resolved {
    let scope = input.scope();
    let (columns, all_told) = verb.output_columns(&window.windows, &scope, Context::Windows);
    for column in &columns {
        if scope.schema().contains(&column.name) {
            let reason = "the input has a column of this name; use alias() to rename one".into();
            verb.report(PlanMistake::DuplicateName { name: column.name.clone(), reason });
        }
        if column.typed.as_ref().is_some_and(|typed| !matches!(typed.expr.without_alias(), Expr::Over { .. }))
        {
            verb.type_error(TypeError::InvalidArgument {
                expr: column.written.to_string(),
                reason: "a window node computes windows, each by itself".into(),
            });
        }
    }
    let known = Scope::of(
        scope.columns().chain(columns.iter().map(OutputColumn::known)),
        scope.is_open() || !all_told,
    );
    verb.finish(input, known, |verb, input| {
        let taken = columns.iter().map(|column| column.name.clone()).collect();
        let windows: Vec<Expr> =
            columns.into_iter().filter_map(|column| column.typed).map(|typed| typed.expr).collect();
        let (input, windows) = inner_first(verb, input, &windows, taken);
        verb.node(Node::Window(Window { input, windows }))
    })
}
