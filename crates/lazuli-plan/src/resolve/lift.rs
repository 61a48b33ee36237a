//! Aggregates taken out of expressions: each different one gets a name, and the expressions read it by that name.
//!
//! ```text
//! sum(a) / count(a), sum(a) + 1   =>   _agg1 / _agg2, _agg1 + 1   with   _agg1 = sum(a), _agg2 = count(a)
//! ```

use lazuli_array::Name;
use lazuli_expr::Expr;

use super::names;
use crate::identical::is_identical;

/// Aggregates under names, equal ones once.
#[derive(Debug, Default)]
pub(super) struct Lifted {
    aggregates: Vec<(Name, Expr)>,
    next_number: usize,
}

impl Lifted {
    pub fn new() -> Self {
        Self { aggregates: Vec::new(), next_number: 1 }
    }

    /// The name under which an aggregate is computed: that of an equal one, else `wanted`, else one that `is_taken` says
    /// no to.
    pub fn name_of(
        &mut self,
        aggregate: &Expr,
        wanted: Option<&Name>,
        is_taken: &impl Fn(&str) -> bool,
    ) -> Name {
        if let Some((name, _)) = self.aggregates.iter().find(|(_, other)| is_identical(other, aggregate)) {
            return name.clone();
        }
        let name = match wanted {
            Some(name) => name.clone(),
            None => names::fresh("agg", &mut self.next_number, is_taken),
        };
        self.aggregates.push((name.clone(), aggregate.clone()));
        name
    }

    /// The expression with its aggregates replaced by columns.
    pub fn lift(&mut self, expr: &Expr, is_taken: &impl Fn(&str) -> bool) -> Expr {
        match expr {
            Expr::Aggregate { .. } => Expr::Column(self.name_of(expr, None, is_taken)),
            other => other.map_children(&mut |child| self.lift(child, is_taken)),
        }
    }

    /// The names in order.
    pub fn names(&self) -> impl Iterator<Item = &Name> + '_ {
        self.aggregates.iter().map(|(name, _)| name)
    }

    /// The aggregates under their names, for an `Aggregate` node.
    pub fn into_exprs(self) -> Vec<Expr> {
        self.aggregates.into_iter().map(|(name, aggregate)| aggregate.alias(name)).collect()
    }
}
