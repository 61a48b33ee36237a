//! Aggregates, or windows, taken out of expressions: each different one gets a name, and the expressions read it by that
//! name.
//!
//! ```text
//! sum(a) / count(a), sum(a) + 1   =>   _agg1 / _agg2, _agg1 + 1   with   _agg1 = sum(a), _agg2 = count(a)
//! ```

use lazuli_array::Name;
use lazuli_expr::Expr;

use super::names;
use crate::identical::is_identical;

/// Parts of expressions under names, equal ones once.
#[derive(Debug)]
pub(super) struct Lifted {
    parts: Vec<(Name, Expr)>,
    /// What new names are made of.
    word: &'static str,
    is_lifted: fn(&Expr) -> bool,
    /// In which parts nothing is looked for.
    is_whole: fn(&Expr) -> bool,
    next_number: usize,
}

impl Lifted {
    /// For aggregates.
    pub fn new() -> Self {
        let is_lifted = |expr: &Expr| matches!(expr, Expr::Aggregate { .. });
        Self { parts: Vec::new(), word: "agg", is_lifted, is_whole: |_| false, next_number: 1 }
    }

    /// For windows.
    pub fn windows() -> Self {
        let is_lifted = |expr: &Expr| matches!(expr, Expr::Over { .. });
        Self { parts: Vec::new(), word: "window", is_lifted, is_whole: |_| false, next_number: 1 }
    }

    /// For what gives rows.
    pub fn rows() -> Self {
        let is_lifted = |expr: &Expr| !matches!(expr, Expr::Alias { .. }) && expr.gives_rows();
        // One value made of rows; and in a window lists stay lists.
        let is_whole = |expr: &Expr| match expr {
            Expr::Function { function, .. } => function.takes_rows(),
            Expr::Over { .. } => true,
            _ => false,
        };
        Self { parts: Vec::new(), word: "rows", is_lifted, is_whole, next_number: 1 }
    }

    /// Whether nothing was taken out.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The name under which a part is computed: that of an equal one, else `wanted`, else one that `is_taken` says
    /// no to.
    pub fn name_of(&mut self, part: &Expr, wanted: Option<&Name>, is_taken: &impl Fn(&str) -> bool) -> Name {
        if let Some((name, _)) = self.parts.iter().find(|(_, other)| is_identical(other, part)) {
            return name.clone();
        }
        let name = match wanted {
            Some(name) => name.clone(),
            None => names::fresh(self.word, &mut self.next_number, is_taken),
        };
        self.parts.push((name.clone(), part.clone()));
        name
    }

    /// The expression with what is lifted replaced by columns.
    pub fn lift(&mut self, expr: &Expr, is_taken: &impl Fn(&str) -> bool) -> Expr {
        if (self.is_lifted)(expr) {
            return Expr::Column(self.name_of(expr, None, is_taken));
        }
        if (self.is_whole)(expr) {
            return expr.clone();
        }
        expr.map_children(&mut |child| self.lift(child, is_taken))
    }

    /// The names in order.
    pub fn names(&self) -> impl Iterator<Item = &Name> + '_ {
        self.parts.iter().map(|(name, _)| name)
    }

    /// The parts under their names, for the node that computes them.
    pub fn into_exprs(self) -> Vec<Expr> {
        self.parts.into_iter().map(|(name, part)| part.alias(name)).collect()
    }
}
