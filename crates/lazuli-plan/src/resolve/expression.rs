//! The expressions of one verb: selectors expanded, types checked, mistakes reported.

use std::collections::HashSet;

use lazuli_array::{DataType, Name};
use lazuli_expr::typing::{self, Context, Typed};
use lazuli_expr::{Expr, TypeError};

use super::Verb;
use super::scope::{KnownColumn, Scope};

/// An expression that becomes a column.
pub(super) struct OutputColumn {
    /// The column's name.
    pub name: Name,
    /// The expression as the user wrote it.
    pub written: Expr,
    /// The expression under that name, unless it is wrong or can't be judged.
    pub typed: Option<Typed>,
    /// Its type, if that is known; for a wrong expression what it would be if slips in names were put right.
    pub data_type: Option<DataType>,
}

impl OutputColumn {
    pub fn known(&self) -> KnownColumn {
        (self.name.clone(), self.data_type.clone())
    }
}

impl Verb<'_> {
    /// The expressions that `exprs` stand for, without selectors. Gives `false` if some could not be told.
    pub(super) fn expand(&mut self, exprs: &[Expr], scope: &Scope) -> (Vec<Expr>, bool) {
        let mut expanded = Vec::new();
        let mut all_told = true;
        for expr in exprs {
            match typing::expand(expr, scope.schema()) {
                Ok(several) => expanded.extend(several),
                // A name that an open scope doesn't list may be there all the same.
                Err(TypeError::ColumnNotFound { .. }) if scope.is_open() => all_told = false,
                Err(error) => {
                    self.type_error(error);
                    all_told = false;
                }
            }
        }
        if scope.is_open() && exprs.iter().any(|expr| expr.has_part(|part| matches!(part, Expr::Selector(_))))
        {
            all_told = false;
        }
        (expanded, all_told)
    }

    /// The typed expression, or `None` after reporting what is wrong. What reads unknown columns is judged as far as its
    /// parts that do not, and gives `None`.
    pub(super) fn typed(&mut self, expr: &Expr, scope: &Scope, context: Context) -> Option<Typed> {
        if scope.is_unknown_to(expr) {
            let context = match expr {
                Expr::Aggregate { .. } => Context::RowByRow("an aggregate"),
                Expr::WindowFunction { .. } => Context::RowByRow("a window function"),
                _ => context,
            };
            for child in expr.children() {
                if child.has_part(|part| matches!(part, Expr::Column(_))) {
                    self.typed(child, scope, context);
                }
            }
            return None;
        }
        match typing::resolve(expr, scope.schema(), context) {
            Ok(typed) => Some(typed),
            Err(errors) => {
                errors.into_iter().for_each(|error| self.type_error(error));
                None
            }
        }
    }

    /// Expressions that are values row by row, such as sort keys.
    pub(super) fn row_values(
        &mut self,
        exprs: &[Expr],
        scope: &Scope,
        place: &'static str,
    ) -> Vec<Option<Typed>> {
        let (exprs, _) = self.expand(exprs, scope);
        exprs.iter().map(|expr| self.typed(expr, scope, Context::RowByRow(place))).collect()
    }

    /// Expressions that become columns, each name once. Gives `false` if some names could not be told.
    pub(super) fn output_columns(
        &mut self,
        exprs: &[Expr],
        scope: &Scope,
        context: Context,
    ) -> (Vec<OutputColumn>, bool) {
        let (exprs, mut all_told) = self.expand(exprs, scope);
        let mut columns: Vec<OutputColumn> = Vec::with_capacity(exprs.len());
        let mut names = HashSet::new();
        for written in exprs {
            let typed = self.typed(&written, scope, context);
            let (name, data_type) = match &typed {
                Some(typed) => (written.output_name(), Some(typed.data_type.clone())),
                None => {
                    let corrected = with_nearest_names(&written, scope);
                    let name = corrected.output_name();
                    let is_named = matches!(written, Expr::Alias { .. }) || scope.schema().contains(&name);
                    if !is_named {
                        all_told = false;
                        continue;
                    }
                    let data_type = (!scope.is_unknown_to(&corrected))
                        .then(|| typing::resolve(&corrected, scope.schema(), context).ok())
                        .flatten()
                        .map(|typed| typed.data_type);
                    (name, data_type)
                }
            };
            if !names.insert(name.clone()) {
                self.type_error(TypeError::DuplicateName { name, expr: written.to_string() });
                continue;
            }
            let typed = typed.map(|typed| Typed { expr: typed.expr.named(&name), ..typed });
            columns.push(OutputColumn { name, written, typed, data_type });
        }
        (columns, all_told)
    }

    /// A boolean expression, or `None` after reporting.
    pub(super) fn condition(&mut self, expr: &Expr, scope: &Scope, context: Context) -> Option<Expr> {
        let typed = self.typed(expr, scope, context)?;
        match typed.data_type {
            DataType::Boolean => Some(typed.expr),
            DataType::Null => Some(typing::cast_to(typed.expr, &DataType::Null, &DataType::Boolean)),
            found => {
                self.type_error(TypeError::NotBoolean { expr: expr.to_string(), found });
                None
            }
        }
    }

    /// A column that a verb names without an expression; reports it if it is missing.
    pub(super) fn require_column(&mut self, name: &Name, scope: &Scope) -> bool {
        if scope.schema().contains(name) || scope.is_open() {
            return true;
        }
        self.type_error(TypeError::ColumnNotFound {
            name: name.clone(),
            nearest: typing::nearest_name(name, scope.schema().names()),
            available: scope.schema().names().cloned().collect(),
        });
        false
    }
}

/// The expression with columns that are missing replaced by those most like them: what was probably meant, so that what
/// follows can be checked.
fn with_nearest_names(expr: &Expr, scope: &Scope) -> Expr {
    expr.replace_columns(&|name| {
        let is_missing = !scope.schema().contains(name) && !scope.is_open();
        is_missing.then(|| typing::nearest_name(name, scope.schema().names()).map(Expr::Column)).flatten()
    })
}
