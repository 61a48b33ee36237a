//! Selectors to columns: one expression that names several columns becomes several expressions.

use lazuli_array::{Name, Schema};

use crate::typing::nearest_name;
use crate::{Expr, TypeError};

/// The expressions that `expr` stands for: one for each column of its selector, or itself if it has none.
///
/// `all().sum()` becomes `sum(a)`, `sum(b)`, ...; `sum_horizontal(all())` becomes `sum_horizontal(a, b, ...)`. Several selectors in one expression must choose the same columns and
/// go together, as in `all() - all().mean()`.
///
/// # Errors
/// [`TypeError::ColumnNotFound`], or [`TypeError::InvalidArgument`] if two selectors differ.
pub fn expand(expr: &Expr, schema: &Schema) -> Result<Vec<Expr>, TypeError> {
    let spread = spread(expr, schema)?;
    let expr = spread.as_ref().unwrap_or(expr);
    let mut chosen: Option<Vec<(Name, Name)>> = None;
    let mut failed = None;
    expr.walk(&mut |part| {
        if let Expr::Selector(selector) = part {
            match selector.expand(schema) {
                Err(name) => {
                    failed.get_or_insert_with(|| column_not_found(&name, schema));
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

/// The expression with selectors among the arguments of functions of many columns replaced by those columns; `None` if
/// there is nothing to replace.
fn spread(expr: &Expr, schema: &Schema) -> Result<Option<Expr>, TypeError> {
    let spreads =
        |part: &Expr| matches!(part, Expr::Function { function, .. } if function.spreads_selectors());
    if !expr.any(spreads) || !expr.any(|part| matches!(part, Expr::Selector(_))) {
        return Ok(None);
    }
    fn within(expr: &Expr, schema: &Schema) -> Result<Expr, TypeError> {
        let spread = expr.try_map_children(&mut |child| within(child, schema))?;
        match spread {
            Expr::Function { function, inputs } if function.spreads_selectors() => {
                let mut columns = Vec::with_capacity(inputs.len());
                for input in &inputs {
                    columns.extend(expand(input, schema)?);
                }
                Ok(Expr::Function { function, inputs: columns })
            }
            other => Ok(other),
        }
    }
    within(expr, schema).map(Some)
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
