//! Windows taken out of expressions: each different one is a column of a `Window` node below, in which all of them see
//! the same rows.
//!
//! ```text
//! Project [a - mean(a) over (partition by k) as d]   =>   Project [a - _window1 as d]
//!   input                                                   Window -> [mean(a) over (partition by k) as _window1]
//!                                                             input
//! ```

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
    let schema = input.schema().clone();
    let mut lifted = Lifted::windows();
    let exprs = exprs.iter().map(|expr| lifted.lift(expr, &|name| schema.contains(name))).collect();
    (verb.node(Node::Window(Window { input, windows: lifted.into_exprs() })), exprs)
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
        let windows = columns.into_iter().filter_map(|column| column.typed).map(|typed| typed.expr).collect();
        verb.node(Node::Window(Window { input, windows }))
    })
}
