//! Rows for the steps that are missing.

use lazuli_array::{Name, Schema};
use lazuli_expr::{Expr, col};
use lazuli_plan::JoinType;

use super::step::Step;
use super::{checked, index_type};
use crate::verb::{Written, fresh, require};
use crate::{JoinArgs, LazyFrame};

pub(super) fn upsampled(
    frame: LazyFrame,
    schema: &Schema,
    index: &Name,
    every: &str,
    groups: &[Name],
) -> Written {
    require(schema, groups)?;
    let data_type = index_type(schema, index)?;
    let step = Step::read_positive(every, &data_type)?;
    let keys: Vec<Expr> = groups.iter().map(|name| col(name.clone())).collect();
    let (first, last) = (fresh("first", &[schema]), fresh("last", &[schema]));
    let rows = checked(frame, index, &keys);
    let ends = [col(index.clone()).min().alias(first.clone()), col(index.clone()).max().alias(last.clone())];
    // Without rows there is no group, and no step.
    let spans = if keys.is_empty() {
        rows.clone().select(ends)
    } else {
        rows.clone().group_by(keys.clone()).agg(ends)
    };
    let steps = step.ranges(col(first), col(last), &data_type).alias(index.clone());
    let steps = spans.select(keys.iter().cloned().chain([steps]).collect::<Vec<_>>());
    let steps = steps
        .explode_non_empty([index.clone()])
        .drop_nulls(col(index.clone()))
        .with_columns(col(index.clone()).cast(data_type));
    let on: Vec<Expr> = keys.into_iter().chain([col(index.clone())]).collect();
    let filled = steps.join(rows, on.clone(), on, JoinArgs::new(JoinType::Left).nulls_equal());
    Ok(filled.select(schema.names().cloned().collect::<Vec<_>>()))
}
