//! Selectors to columns: one expression that names several columns becomes several expressions.

use lazuli_array::{DataType, Name, Scalar, Schema};

use super::{Context, resolve};
use crate::function::structs::FIELD;
use crate::selector::SelectorError;
use crate::typing::nearest_name;
use crate::{Expr, Literal, Selector, TypeError, lit};

/// The expressions that `expr` stands for: one for each column of its selector, or itself if it has none. Calls that stand
/// for something else once columns are known, as those of `name.`, become that.
///
/// `all().sum()` becomes `sum(a)`, `sum(b)`, ...; `sum_horizontal(all())` becomes `sum_horizontal(a, b, ...)`. Several
/// selectors in one expression must choose the same columns and go together, as in `all() - all().mean()`.
///
/// # Errors
/// [`TypeError::ColumnNotFound`], or [`TypeError::InvalidArgument`] if two selectors differ.
pub fn expand(expr: &Expr, schema: &Schema) -> Result<Vec<Expr>, TypeError> {
    if let Expr::Selector(Selector::Unnested(names)) = expr {
        return unnested(names, schema);
    }
    let mut expanded = Vec::new();
    for one in by_selector(&with_many_arguments(expr, schema)?, schema)? {
        expanded.extend(by_field(&one, schema).iter().map(without_stand_ins));
    }
    Ok(expanded)
}

/// The expression with what its calls stand for.
fn without_stand_ins(expr: &Expr) -> Expr {
    expr.rewrite(&mut |part| match &part {
        Expr::Function { function, inputs } => function.expanded(inputs).unwrap_or(part),
        _ => part,
    })
}

/// The expression with the columns of selectors as several arguments of those calls that take them.
fn with_many_arguments(expr: &Expr, schema: &Schema) -> Result<Expr, TypeError> {
    let Expr::Function { function, inputs } = expr else {
        return expr.try_map_children(&mut |child| with_many_arguments(child, schema));
    };
    let mut arguments = Vec::with_capacity(inputs.len());
    for input in inputs {
        let input = with_many_arguments(input, schema)?;
        if function.spreads_selectors() {
            arguments.extend(by_selector(&input, schema)?);
        } else {
            arguments.push(input);
        }
    }
    Ok(Expr::Function { function: function.clone(), inputs: arguments })
}

fn by_selector(expr: &Expr, schema: &Schema) -> Result<Vec<Expr>, TypeError> {
    let mut chosen: Option<Vec<(Name, Name)>> = None;
    let mut failed = None;
    expr.walk(&mut |part| {
        if let Expr::Selector(selector) = part {
            match selector.expand(schema) {
                Err(SelectorError::NotFound(name)) => {
                    failed.get_or_insert_with(|| column_not_found(&name, schema));
                }
                Err(SelectorError::NoPattern(reason)) => {
                    failed
                        .get_or_insert_with(|| TypeError::InvalidArgument { expr: expr.to_string(), reason });
                }
                Ok(names) => match &chosen {
                    Some(other) if *other != names => {
                        failed.get_or_insert_with(|| TypeError::InvalidArgument {
                            expr: expr.to_string(),
                            reason: "two selectors in one expression must choose the same columns".into(),
                        });
                    }
                    _ => chosen = Some(names),
                },
            }
        }
        failed.is_none()
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let Some(names) = chosen else { return Ok(vec![expr.clone()]) };
    let at = |(name, output): &(Name, Name)| {
        let one = expr.rewrite(&mut |part| match part {
            Expr::Selector(_) => Expr::Column(name.clone()),
            other => other,
        });
        if name == output { one } else { one.alias(output.clone()) }
    };
    Ok(names.iter().map(at).collect())
}

/// Whether this is `struct.field(s, '*')`.
pub(crate) fn is_of_all_fields(expr: &Expr) -> bool {
    let Expr::Function { function, inputs } = expr else { return false };
    let is_star = |name: &Expr| matches!(name, Expr::Literal(Literal { value: Scalar::String(name), .. }) if name == "*");
    *function == FIELD && inputs.get(1).is_some_and(is_star)
}

/// The expressions that one with `struct.field(s, '*')` in it stands for: one for each field.
fn by_field(expr: &Expr, schema: &Schema) -> Vec<Expr> {
    let mut all_fields: Option<Expr> = None;
    expr.walk(&mut |part| {
        if is_of_all_fields(part) {
            all_fields.get_or_insert_with(|| part.clone());
        }
        all_fields.is_none()
    });
    // What has no type, or is no struct, is told when the call is typed.
    let Some(call @ Expr::Function { function, inputs }) = &all_fields else { return vec![expr.clone()] };
    let from = without_stand_ins(&inputs[0]);
    let Ok(typed) = resolve(&from, schema, Context::Windows) else { return vec![expr.clone()] };
    let DataType::Struct(fields) = typed.data_type else { return vec![expr.clone()] };
    let of_field = |name: &Name| {
        let one =
            Expr::Function { function: function.clone(), inputs: vec![inputs[0].clone(), lit(name.clone())] };
        expr.rewrite(&mut |part| if part == *call { one.clone() } else { part })
    };
    fields.iter().map(|field| of_field(field.name())).collect()
}

/// Every column, with the fields of these structs in their place.
fn unnested(names: &[Name], schema: &Schema) -> Result<Vec<Expr>, TypeError> {
    if let Some(missing) = names.iter().find(|name| !schema.contains(name)) {
        return Err(column_not_found(missing, schema));
    }
    let mut exprs = Vec::with_capacity(schema.len());
    for column in schema.fields() {
        let expr = Expr::Column(column.name().clone());
        if !names.contains(column.name()) {
            exprs.push(expr);
            continue;
        }
        let DataType::Struct(fields) = column.data_type() else {
            return Err(TypeError::UnsupportedInput {
                expr: expr.to_string(),
                function: "unnest".into(),
                expected: "columns of structs".into(),
                found: vec![column.data_type().clone()],
            });
        };
        exprs.extend(fields.iter().map(|field| expr.clone().struct_().field(field.name().clone())));
    }
    Ok(exprs)
}

/// The mistake of asking `schema` for a column that it doesn't have.
pub(crate) fn column_not_found(name: &Name, schema: &Schema) -> TypeError {
    TypeError::ColumnNotFound {
        name: name.clone(),
        nearest: nearest_name(name, schema.names()),
        available: schema.names().cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{DataType, Field};

    use super::*;
    use crate::function::sum_horizontal;
    use crate::{Selector, all, col, cols};

    #[test]
    fn selectors_become_columns() {
        let fields = ["a", "b", "c"].map(|name| Field::new(name, DataType::Int64)).to_vec();
        let schema = Schema::try_new(fields).expect("distinct names");
        let text = |expr: Expr| {
            expand(&expr, &schema)
                .map(|exprs| exprs.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        };
        assert_eq!(text(all().sum()).as_deref(), Ok("sum(a); sum(b); sum(c)"));
        assert_eq!(text(cols(["c", "a"])).as_deref(), Ok("c; a"));
        assert_eq!(text(col("a") + 1).as_deref(), Ok("a + 1"));
        assert_eq!(text(all() - all().mean()).as_deref(), Ok("a - mean(a); b - mean(b); c - mean(c)"));
        let swapped =
            Expr::Selector(Selector::Renamed(vec![("a".into(), "b".into()), ("b".into(), "a".into())]));
        assert_eq!(text(swapped).as_deref(), Ok("a as b; b as a; c"));
        assert_eq!(text(sum_horizontal(all())).as_deref(), Ok("sum_horizontal(a, b, c)"));
        assert_eq!(
            text(sum_horizontal((cols(["c", "a"]) * 2, col("b"))) + 1).as_deref(),
            Ok("sum_horizontal(c * 2, a * 2, b) + 1")
        );
        assert!(text(sum_horizontal(cols(["a", "z"]))).is_err());
        assert!(text(all() - cols(["a"])).is_err());
        assert!(matches!(text(cols(["a", "z"])), Err(TypeError::ColumnNotFound { name, .. }) if name == "z"));
    }
}
