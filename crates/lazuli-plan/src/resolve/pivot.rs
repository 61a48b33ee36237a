//! `pivot`: index and values spelled out, several values for a cell brought to one by an aggregate below, the values of
//! the `on` columns and of empty cells converted to the columns' types.
//!
//! ```text
//! Pivot [q] -> [v]  index: [k]  aggregate: sum(element)   =>   Pivot [q] -> [v]  index: [k]
//!                                                                Aggregate [k, q] -> [sum(v) as v]
//! ```

use std::collections::HashSet;

use lazuli_array::{DataType, Name, Scalar};
use lazuli_expr::{Expr, TypeError, typing};

use super::scope::{KnownColumn, Scope};
use super::{Resolved, Verb, aggregate, names};
use crate::{Aggregate, LogicalPlan, Node, Pivot, PivotColumn, PlanMistake, Project, constant};

/// What a pivot's aggregate calls the values of a cell.
const ELEMENT: &str = "element";

impl Verb<'_> {
    /// The names without those that are missing, which are reported; each once.
    pub(super) fn known_names(&mut self, names: &[Name], scope: &Scope) -> Vec<Name> {
        let mut known: Vec<Name> = Vec::new();
        for name in names {
            if !self.require_column(name, scope) {
                continue;
            }
            if known.contains(name) {
                self.invalid(format!("column {name} is named twice"));
            } else {
                known.push(name.clone());
            }
        }
        known
    }
}

pub(super) fn resolve(pivot: &Pivot, input: Resolved, verb: &mut Verb<'_>) -> Resolved {
    let scope = input.scope();
    let Some(named) = spell_out(pivot, &scope, verb) else { return Resolved::Broken(Scope::anything()) };
    check_element(pivot, verb);
    let (Some(columns), Resolved::Plan(input)) = (&pivot.columns, input) else {
        let index: Vec<KnownColumn> =
            named.index.iter().map(|name| (name.clone(), scope.data_type(name).cloned())).collect();
        if verb.is_clean && pivot.columns.is_none() && !verb.may_search_pivots {
            verb.invalid(
                "the columns that this pivot makes depend on the data; name them, or collect the frame",
            );
        }
        return Resolved::Broken(Scope::of(index, true));
    };
    let columns = converted_columns(columns, &named.on, &scope, verb);
    let resolved = match &pivot.aggregate {
        Some(aggregate) => aggregated(verb, &named, aggregate, input),
        None => Some((input, named.on.clone(), false)),
    };
    let index_scope = |is_open| {
        let index: Vec<KnownColumn> =
            named.index.iter().map(|name| (name.clone(), scope.data_type(name).cloned())).collect();
        Resolved::Broken(Scope::of(index, is_open))
    };
    let Some((input, on, is_count)) = resolved else { return index_scope(true) };
    let (input, fill) = with_fill(verb, input, &named.values, pivot.fill.as_ref(), is_count);
    let node = Pivot {
        input,
        on,
        index: named.index.clone(),
        values: named.values.clone(),
        aggregate: None,
        columns: Some(columns),
        fill,
    };
    let mut seen: HashSet<&Name> = named.index.iter().collect();
    let outputs = node.outputs();
    for output in &outputs {
        if !seen.insert(&output.name) {
            let reason =
                "two columns of the pivot, or a column that stays, have it; rename or cast one".into();
            verb.report(PlanMistake::DuplicateName { name: output.name.clone(), reason });
        }
    }
    if verb.is_clean { verb.plan_of(Node::Pivot(node)) } else { index_scope(true) }
}

/// The columns that a pivot names, spelled out.
struct Named {
    on: Vec<Name>,
    index: Vec<Name>,
    values: Vec<Name>,
}

fn spell_out(pivot: &Pivot, scope: &Scope, verb: &mut Verb<'_>) -> Option<Named> {
    let on = verb.known_names(&pivot.on, scope);
    let mut index = verb.known_names(&pivot.index, scope);
    let mut values = verb.known_names(&pivot.values, scope);
    if on.is_empty() && verb.is_clean {
        verb.invalid("pivot needs a column whose values become columns");
    }
    if pivot.index.is_empty() && pivot.values.is_empty() && verb.is_clean {
        verb.invalid("pivot needs the columns that stay (index) or those that fill the cells (values)");
    }
    if let Some(name) = values.iter().find(|name| index.contains(name)) {
        verb.invalid(format!("column {name} can't both stay (index) and fill the cells (values)"));
    }
    if let Some(name) = on.iter().find(|name| index.contains(name)) {
        verb.invalid(format!("column {name} can't both stay (index) and become columns (on)"));
    }
    let others = |taken: &[Name]| -> Vec<Name> {
        scope.schema().names().filter(|name| !on.contains(name) && !taken.contains(name)).cloned().collect()
    };
    if pivot.index.is_empty() {
        index = others(&values);
    } else if pivot.values.is_empty() {
        values = others(&index);
        if values.is_empty() && !scope.is_open() && verb.is_clean {
            verb.invalid("pivot has no column left to fill the cells (values)");
        }
    }
    (verb.is_clean && !scope.is_open()).then_some(Named { on, index, values })
}

/// An aggregate of a pivot reads the cell's values as `element`, nothing else.
fn check_element(pivot: &Pivot, verb: &mut Verb<'_>) {
    let columns = pivot.aggregate.as_ref().map(Expr::columns).unwrap_or_default();
    if let Some(name) = columns.iter().find(|name| *name != ELEMENT) {
        verb.type_error(TypeError::ColumnNotFound {
            name: name.clone(),
            nearest: None,
            available: vec![ELEMENT.into()],
        });
    }
}

/// The values that become columns, as the types of the `on` columns.
fn converted_columns(
    columns: &[PivotColumn],
    on: &[Name],
    scope: &Scope,
    verb: &mut Verb<'_>,
) -> Vec<PivotColumn> {
    let mut converted = Vec::with_capacity(columns.len());
    for column in columns {
        if column.values.len() != on.len() {
            verb.invalid(format!(
                "each new column of a pivot needs one value for each of its `on` columns, {} of them",
                on.len()
            ));
            return Vec::new();
        }
        let mut values = Vec::with_capacity(on.len());
        for (value, name) in column.values.iter().zip(on) {
            let Some(to) = scope.data_type(name) else { continue };
            match constant::convert(value, to) {
                Some(value) => values.push(value),
                None => verb.invalid(format!("{value} can't be a value of column {name} ({to})")),
            }
        }
        converted.push(PivotColumn { values });
    }
    converted
}

/// The input with one row for each cell, the names of its `on` columns, and whether the values are counts.
fn aggregated(
    verb: &mut Verb<'_>,
    named: &Named,
    element: &Expr,
    input: LogicalPlan,
) -> Option<(LogicalPlan, Vec<Name>, bool)> {
    let schema = input.schema().clone();
    // A column may be counted under its own values: then the values keep the name, which the result shows.
    let mut number = 1;
    let on: Vec<Name> = named
        .on
        .iter()
        .map(|name| {
            if named.values.contains(name) {
                names::fresh("on", &mut number, |name| schema.contains(name))
            } else {
                name.clone()
            }
        })
        .collect();
    let on_keys = named.on.iter().zip(&on).map(|(from, to)| Expr::Column(from.clone()).named(to));
    let keys = named.index.iter().cloned().map(Expr::Column).chain(on_keys).collect();
    let aggregates = named
        .values
        .iter()
        .map(|name| {
            let own =
                element.replace_columns(&|column| (column == ELEMENT).then(|| Expr::Column(name.clone())));
            own.named(name)
        })
        .collect();
    let is_count = match element.without_alias() {
        Expr::Aggregate { aggregate, .. } => {
            ["len", "count", "null_count", "n_unique"].contains(&aggregate.name())
        }
        _ => false,
    };
    let node = Aggregate { input: input.clone(), keys, aggregates };
    match aggregate::resolve(&node, Resolved::Plan(input), verb) {
        Resolved::Plan(plan) => Some((plan, on, is_count)),
        Resolved::Broken(_) => None,
    }
}

/// The input with values columns wide enough for `fill`, and `fill` as their type.
fn with_fill(
    verb: &mut Verb<'_>,
    input: LogicalPlan,
    values: &[Name],
    fill: Option<&Scalar>,
    is_count: bool,
) -> (LogicalPlan, Option<Scalar>) {
    let fill = match fill {
        Some(Scalar::Null) => return (input, None),
        Some(fill) => fill.clone(),
        None if is_count => Scalar::Int64(0),
        None => return (input, None),
    };
    let schema = input.schema().clone();
    let literal = Expr::Literal(lazuli_expr::Literal::flexible(fill.clone()));
    let mut common: Option<DataType> = None;
    for name in values {
        let filled = Expr::Column(name.clone()).fill_null(literal.clone());
        match typing::resolve(&filled, &schema, typing::Context::RowByRow("the fill of a pivot")) {
            Ok(typed) if common.as_ref().is_none_or(|common| *common == typed.data_type) => {
                common = Some(typed.data_type);
            }
            Ok(typed) => {
                let other = common.expect("it differs from one before");
                verb.invalid(format!(
                    "one fill for values of different types: column {name} would be {}, others {other}",
                    typed.data_type
                ));
                return (input, None);
            }
            Err(errors) => {
                errors.into_iter().for_each(|error| verb.type_error(error));
                return (input, None);
            }
        }
    }
    let Some(common) = common else { return (input, None) };
    let Some(fill) = constant::convert(&fill, &common) else {
        verb.invalid(format!("{fill} can't be a value of {common}"));
        return (input, None);
    };
    let exprs: Vec<Expr> = schema
        .fields()
        .iter()
        .map(|field| {
            let column = Expr::Column(field.name().clone());
            if values.contains(field.name()) {
                typing::cast_to(column, field.data_type(), &common).named(field.name())
            } else {
                column
            }
        })
        .collect();
    if exprs.iter().all(|expr| matches!(expr, Expr::Column(_))) {
        return (input, Some(fill));
    }
    (verb.node(Node::Project(Project { input, exprs, keep_input: false })), Some(fill))
}
