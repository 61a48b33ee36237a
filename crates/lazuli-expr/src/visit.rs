//! Walking and rewriting expressions.

use std::sync::Arc;

use lazuli_array::Name;

use crate::window::{Window, WindowMapping};
use crate::{BinaryOperator, CastMode, Expr, SortKey};

impl Expr {
    /// The direct parts of this expression, left to right.
    pub fn children(&self) -> Vec<&Expr> {
        match self {
            Self::Column(_) | Self::Literal(_) | Self::Selector(_) => Vec::new(),
            Self::Alias { input, .. } | Self::Unary { input, .. } | Self::Cast { input, .. } => vec![input],
            Self::Binary { left, right, .. } => vec![left, right],
            Self::Function { inputs, .. }
            | Self::Aggregate { inputs, .. }
            | Self::WindowFunction { inputs, .. } => inputs.iter().collect(),
            Self::Over { input, window } => std::iter::once(&**input)
                .chain(&window.partition_by)
                .chain(window.order_by.iter().map(|key| &key.expr))
                .collect(),
            Self::Conditional { branches, otherwise } => branches
                .iter()
                .flat_map(|(condition, value)| [condition, value])
                .chain(otherwise.as_deref())
                .collect(),
        }
    }

    /// The same expression with each direct part replaced.
    ///
    /// Walks take their closures as `&mut dyn`: an expression is small, and a copy of the walk for each closure is not.
    pub fn map_children(&self, map: &mut dyn FnMut(&Expr) -> Expr) -> Expr {
        match self.try_map_children(&mut |child| Ok::<_, std::convert::Infallible>(map(child))) {
            Ok(expr) => expr,
            Err(never) => match never {},
        }
    }

    /// The same expression with each direct part replaced, or the first error.
    pub fn try_map_children<E>(&self, map: &mut dyn FnMut(&Expr) -> Result<Expr, E>) -> Result<Expr, E> {
        Ok(match self {
            Self::Column(_) | Self::Literal(_) | Self::Selector(_) => self.clone(),
            Self::Alias { input, name } => Self::Alias { input: Arc::new(map(input)?), name: name.clone() },
            Self::Binary { left, operator, right } => {
                Self::Binary { left: Arc::new(map(left)?), operator: *operator, right: Arc::new(map(right)?) }
            }
            Self::Unary { operator, input } => {
                Self::Unary { operator: *operator, input: Arc::new(map(input)?) }
            }
            Self::Function { function, inputs } => Self::Function {
                function: function.clone(),
                inputs: inputs.iter().map(map).collect::<Result<_, _>>()?,
            },
            Self::Cast { input, to, mode } => {
                Self::Cast { input: Arc::new(map(input)?), to: to.clone(), mode: *mode }
            }
            Self::Conditional { branches, otherwise } => {
                let mut mapped = Vec::with_capacity(branches.len());
                for (condition, value) in branches {
                    mapped.push((map(condition)?, map(value)?));
                }
                let otherwise = otherwise.as_deref().map(map).transpose()?.map(Arc::new);
                Self::Conditional { branches: mapped, otherwise }
            }
            Self::Aggregate { aggregate, inputs } => Self::Aggregate {
                aggregate: aggregate.clone(),
                inputs: inputs.iter().map(map).collect::<Result<_, _>>()?,
            },
            Self::WindowFunction { function, inputs } => Self::WindowFunction {
                function: function.clone(),
                inputs: inputs.iter().map(map).collect::<Result<_, _>>()?,
            },
            Self::Over { input, window } => {
                let input = Arc::new(map(input)?);
                let partition_by = window.partition_by.iter().map(&mut *map).collect::<Result<_, _>>()?;
                let mut order_by = Vec::with_capacity(window.order_by.len());
                for key in &window.order_by {
                    order_by.push(SortKey { expr: map(&key.expr)?, ..key.clone() });
                }
                Self::Over {
                    input,
                    window: Arc::new(Window { partition_by, order_by, mapping: window.mapping }),
                }
            }
        })
    }

    /// The same expression with every part replaced, leaves first.
    pub fn rewrite(&self, rewrite: &mut dyn FnMut(Expr) -> Expr) -> Expr {
        let mapped = self.map_children(&mut |child| child.rewrite(rewrite));
        rewrite(mapped)
    }

    /// Calls `visit` for this expression and all its parts, top first, as long as it returns true.
    pub fn walk(&self, visit: &mut dyn FnMut(&Expr) -> bool) {
        if visit(self) {
            for child in self.children() {
                child.walk(visit);
            }
        }
    }

    /// Whether this expression or a part of it has a property.
    pub fn has_part(&self, mut property: impl FnMut(&Expr) -> bool) -> bool {
        let mut found = false;
        self.walk(&mut |expr| {
            found = found || property(expr);
            !found
        });
        found
    }

    /// The columns that this expression reads, each once, in order of first mention.
    pub fn columns(&self) -> Vec<Name> {
        let mut names = Vec::new();
        self.walk(&mut |expr| {
            if let Self::Column(name) = expr
                && !names.contains(name)
            {
                names.push(name.clone());
            }
            true
        });
        names
    }

    /// The same expression with columns replaced: `replace` gives the new expression for a name, or `None` to keep it.
    pub fn replace_columns(&self, replace: &dyn Fn(&Name) -> Option<Expr>) -> Expr {
        match self {
            Self::Column(name) => replace(name).unwrap_or_else(|| self.clone()),
            other => other.map_children(&mut |child| child.replace_columns(replace)),
        }
    }

    /// Whether this is an aggregate that gives rows, or what is made of the rows of one.
    pub fn gives_rows(&self) -> bool {
        let first_does = |inputs: &[Self]| inputs.first().is_some_and(Self::gives_rows);
        match self.without_alias() {
            Self::Aggregate { aggregate, .. } => aggregate.gives_rows(),
            Self::WindowFunction { inputs, .. } => first_does(inputs),
            Self::Function { function, inputs } => function.gives_rows() && first_does(inputs),
            Self::Over { window, .. } => window.mapping == WindowMapping::Explode,
            _ => false,
        }
    }

    /// Whether there is an aggregate in this expression.
    pub fn has_aggregate(&self) -> bool {
        self.has_part(|expr| matches!(expr, Self::Aggregate { .. }))
    }

    /// Whether evaluating this expression over some row may be an error: integer arithmetic that can overflow, strict
    /// casts, functions that say so. Rules that evaluate an expression over more rows must not move such ones.
    ///
    /// Types are not known here, so float arithmetic counts as fallible too.
    pub fn is_fallible(&self) -> bool {
        self.has_part(|expr| match expr {
            Self::Binary { operator, .. } => matches!(
                operator,
                BinaryOperator::Add
                    | BinaryOperator::Subtract
                    | BinaryOperator::Multiply
                    | BinaryOperator::Divide
                    | BinaryOperator::FloorDivide
                    | BinaryOperator::Modulo
                    | BinaryOperator::Power
            ),
            Self::Unary { operator, .. } => matches!(operator, crate::UnaryOperator::Negate),
            Self::Cast { mode, .. } => *mode == CastMode::Strict,
            Self::Function { function, .. } => function.is_fallible(),
            Self::Aggregate { .. } | Self::WindowFunction { .. } | Self::Over { .. } => true,
            Self::Column(_)
            | Self::Literal(_)
            | Self::Selector(_)
            | Self::Alias { .. }
            | Self::Conditional { .. } => false,
        })
    }

    /// The parts of a conjunction: `a and b and c` gives the three; anything else gives itself.
    pub fn conjuncts(&self) -> Vec<Expr> {
        match self {
            Self::Binary { left, operator: BinaryOperator::And, right } => {
                let mut parts = left.conjuncts();
                parts.extend(right.conjuncts());
                parts
            }
            Self::Alias { input, .. } => input.conjuncts(),
            other => vec![other.clone()],
        }
    }
}
