//! Predicates as a scan of a file asks for them: which columns, which rows, which groups of rows at all.

use std::sync::Arc;

use lazuli_array::{Batch, Bitmap, Scalar, Schema, SchemaRef};
use lazuli_expr::evaluate::{Evaluator, Predicates};
use lazuli_expr::function::FunctionRef;
use lazuli_expr::{BinaryOperator, Expr, Literal};
use lazuli_io::{FilterError, GroupFacts, RowFilter};

/// Predicates over the columns that they read.
pub(super) struct ExprFilter {
    columns: Vec<usize>,
    predicates: Predicates,
    /// Those that bounds may decide about, and the source's schema.
    decidable: Vec<Expr>,
    schema: SchemaRef,
    is_infallible: bool,
    /// Predicates over the same columns together, if there are several such groups.
    steps: Vec<Arc<dyn RowFilter>>,
}

impl ExprFilter {
    pub(super) fn new(predicates: &[Expr], schema: &SchemaRef) -> Self {
        let step = |predicates: &Vec<Expr>| -> Arc<dyn RowFilter> {
            Arc::new(Self::of_one_step(predicates, schema))
        };
        let groups = by_columns(predicates, schema);
        let steps = if groups.len() > 1 { groups.iter().map(step).collect() } else { Vec::new() };
        Self { steps, ..Self::of_one_step(predicates, schema) }
    }

    fn of_one_step(predicates: &[Expr], schema: &SchemaRef) -> Self {
        let columns = Predicates::new(predicates, schema).columns();
        // A predicate behind one that may fail is not asked, so that the failure is not lost with the rows.
        let is_infallible = |predicate: &&Expr| !Evaluator::new(predicate, schema).is_fallible();
        let decidable: Vec<Expr> = predicates.iter().take_while(is_infallible).cloned().collect();
        let is_infallible = decidable.len() == predicates.len();
        let predicates = Predicates::new(predicates, &schema.project(&columns));
        Self { columns, predicates, decidable, schema: schema.clone(), is_infallible, steps: Vec::new() }
    }
}

/// Predicates over the same columns together. If none can fail, in any order: those over one column first, since these
/// may be decided by the entries of its dictionary; else in their own.
fn by_columns(predicates: &[Expr], schema: &SchemaRef) -> Vec<Vec<Expr>> {
    let none_fails = predicates.iter().all(|predicate| !Evaluator::new(predicate, schema).is_fallible());
    let mut parts = Vec::new();
    for predicate in predicates {
        if none_fails { split(predicate, &mut parts) } else { parts.push(predicate.clone()) }
    }
    let mut groups: Vec<(Vec<usize>, Vec<Expr>)> = Vec::new();
    for part in parts {
        let columns = Predicates::new(std::slice::from_ref(&part), schema).columns();
        let is_it = |(known, _): &&mut (Vec<usize>, Vec<Expr>)| *known == columns;
        let group = if none_fails { groups.iter_mut().find(is_it) } else { groups.last_mut().filter(is_it) };
        match group {
            Some((_, group)) => group.push(part),
            None => groups.push((columns, vec![part])),
        }
    }
    if none_fails {
        groups.sort_by_key(|(columns, _)| columns.len());
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The sides of conjunctions.
fn split(predicate: &Expr, out: &mut Vec<Expr>) {
    match predicate {
        Expr::Binary { left, operator: BinaryOperator::And, right } => {
            split(left, out);
            split(right, out);
        }
        other => out.push(other.clone()),
    }
}

impl RowFilter for ExprFilter {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn keep(&self, batch: &Batch) -> Result<Bitmap, FilterError> {
        let kept = self.predicates.select(batch)?;
        Ok(kept.unwrap_or_else(|| Bitmap::filled(true, batch.num_rows())))
    }

    fn is_infallible(&self) -> bool {
        self.is_infallible
    }

    fn steps(&self) -> &[Arc<dyn RowFilter>] {
        &self.steps
    }

    fn may_keep(&self, group: &dyn GroupFacts) -> bool {
        self.decidable.iter().all(|predicate| may_be_true(predicate, &self.schema, group))
    }
}

/// Whether a predicate may be true for a row of a group. In doubt it may.
fn may_be_true(predicate: &Expr, schema: &Schema, group: &dyn GroupFacts) -> bool {
    let column = |expr: &Expr| match expr {
        Expr::Column(name) => schema.position(name),
        _ => None,
    };
    let nulls = |expr: &Expr| column(expr).and_then(|position| group.column(position).null_count);
    match predicate {
        Expr::Alias { input, .. } => may_be_true(input, schema, group),
        Expr::Literal(literal) => !matches!(literal.value, Scalar::Boolean(false) | Scalar::Null),
        Expr::Binary { left, operator: BinaryOperator::And, right } => {
            may_be_true(left, schema, group) && may_be_true(right, schema, group)
        }
        Expr::Binary { left, operator: BinaryOperator::Or, right } => {
            may_be_true(left, schema, group) || may_be_true(right, schema, group)
        }
        Expr::Binary { left, operator, right } => match (column(left), &**right, column(right), &**left) {
            (Some(column), Expr::Literal(literal), ..) => {
                may_compare(column, *operator, literal, schema, group)
            }
            (.., Some(column), Expr::Literal(literal)) => match turned(*operator) {
                Some(operator) => may_compare(column, operator, literal, schema, group),
                None => true,
            },
            _ => true,
        },
        // A function of the user's own may have the name of one of ours.
        Expr::Function { function: FunctionRef::Builtin(function), inputs } => {
            match (function.name(), inputs.as_slice()) {
                ("is_null", [input]) => nulls(input) != Some(0),
                ("is_not_null", [input]) => nulls(input) != Some(group.num_rows()),
                ("is_in", [input, values @ ..]) => column(input).is_none_or(|column| {
                    values.iter().any(|value| match value {
                        Expr::Literal(literal) => {
                            may_compare(column, BinaryOperator::Equal, literal, schema, group)
                        }
                        _ => true,
                    })
                }),
                _ => true,
            }
        }
        _ => true,
    }
}

/// The operator with its sides exchanged.
fn turned(operator: BinaryOperator) -> Option<BinaryOperator> {
    Some(match operator {
        BinaryOperator::Equal => BinaryOperator::Equal,
        BinaryOperator::NotEqual => BinaryOperator::NotEqual,
        BinaryOperator::Less => BinaryOperator::Greater,
        BinaryOperator::LessEqual => BinaryOperator::GreaterEqual,
        BinaryOperator::Greater => BinaryOperator::Less,
        BinaryOperator::GreaterEqual => BinaryOperator::LessEqual,
        _ => return None,
    })
}

/// Whether a value of a column may compare so with a literal.
fn may_compare(
    column: usize,
    operator: BinaryOperator,
    literal: &Literal,
    schema: &Schema,
    group: &dyn GroupFacts,
) -> bool {
    let facts = group.column(column);
    let is_false = |bound: &Scalar, operator| is_false(schema, column, bound, operator, literal);
    let is_ruled_out = match operator {
        BinaryOperator::Equal => {
            is_false(&facts.min, BinaryOperator::LessEqual)
                || is_false(&facts.max, BinaryOperator::GreaterEqual)
                || literal.data_type == *schema.field(column).data_type()
                    && !literal.value.is_null()
                    && !group.may_have(column, &literal.value)
        }
        // Only where all values are the literal.
        BinaryOperator::NotEqual => {
            is_false(&facts.min, BinaryOperator::NotEqual) && is_false(&facts.max, BinaryOperator::NotEqual)
        }
        BinaryOperator::Less | BinaryOperator::LessEqual => is_false(&facts.min, operator),
        BinaryOperator::Greater | BinaryOperator::GreaterEqual => is_false(&facts.max, operator),
        _ => return true,
    };
    // What is null compares with nothing.
    !is_ruled_out && facts.null_count != Some(group.num_rows()) && !literal.value.is_null()
}

/// Whether a bound surely does not compare so with a literal, by the operator's own evaluation.
fn is_false(
    schema: &Schema,
    column: usize,
    bound: &Scalar,
    operator: BinaryOperator,
    literal: &Literal,
) -> bool {
    let data_type = schema.field(column).data_type();
    if bound.is_null() || bound.data_type() != *data_type || literal.data_type != *data_type {
        return false;
    }
    let bound = Literal { value: bound.clone(), data_type: data_type.clone(), flexible: false };
    let comparison = Expr::Binary {
        left: Arc::new(Expr::Literal(bound)),
        operator,
        right: Arc::new(Expr::Literal(literal.clone())),
    };
    let empty = Arc::new(Schema::empty());
    let one_row = Batch::new(empty.clone(), Vec::new(), 1);
    match Evaluator::new(&comparison, &empty).evaluate(&one_row) {
        Ok(value) => value.into_column(1).get(0) == Scalar::Boolean(false),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::{Column, DataType, Field};
    use lazuli_expr::{Expr, col, lit, typing};
    use lazuli_io::ColumnFacts;
    use proptest::prelude::*;

    /// Rows of which the bounds are known, or only some of them.
    struct Group {
        rows: Batch,
        knows_min: bool,
        knows_max: bool,
        knows_nulls: bool,
    }

    impl GroupFacts for Group {
        fn num_rows(&self) -> usize {
            self.rows.num_rows()
        }

        fn column(&self, position: usize) -> ColumnFacts {
            let values: Vec<Scalar> =
                (0..self.rows.num_rows()).map(|row| self.rows.column(position).get(row)).collect();
            let number = |value: &Scalar| if let Scalar::Int64(value) = value { Some(*value) } else { None };
            let numbers = || values.iter().filter_map(number);
            let bound = |bound: Option<i64>, is_known: bool| bound.filter(|_| is_known).into();
            ColumnFacts {
                min: bound(numbers().min(), self.knows_min),
                max: bound(numbers().max(), self.knows_max),
                null_count: self.knows_nulls.then(|| values.iter().filter(|value| value.is_null()).count()),
            }
        }
    }

    fn predicates() -> impl Strategy<Value = Expr> {
        let leaf = (0usize..9, -4i64..5, -4i64..5).prop_map(|(kind, a, b)| {
            let column = || col("n");
            match kind {
                0 => column().eq(a),
                1 => column().neq(a),
                2 => column().lt(a),
                3 => column().gt_eq(a),
                4 => lit(a).lt(column()),
                5 => lit(a).gt_eq(column()),
                6 => column().is_in([a, b]),
                7 => column().is_between(a, b),
                _ => {
                    if a > 0 {
                        column().is_null()
                    } else {
                        column().is_not_null()
                    }
                }
            }
        });
        leaf.prop_recursive(2, 6, 2, |inner| {
            (inner.clone(), inner, any::<bool>())
                .prop_map(|(left, right, both)| if both { left.and(right) } else { left.or(right) })
        })
    }

    proptest! {
        #[test]
        fn a_group_with_a_row_to_keep_is_read(
            rows in prop::collection::vec(prop::option::weighted(0.7, -3i64..4), 1..5),
            predicate in predicates(),
            known in any::<(bool, bool, bool)>(),
        ) {
            let column = Column::from_scalars(&DataType::Int64, rows.into_iter().map(Scalar::from)).expect("integers");
            let rows = Batch::from_columns(vec![("n".into(), column)]).expect("one column");
            let schema = Arc::new(Schema::try_new(vec![Field::new("n", DataType::Int64)]).expect("one name"));
            let predicate = typing::resolve(&predicate, &schema, typing::Context::RowByRow("a filter")).expect("it has types");
            let filter = ExprFilter::new(&[predicate.expr], &schema);
            let kept = filter.keep(&rows).expect("nothing fails");
            let group = Group { rows, knows_min: known.0, knows_max: known.1, knows_nulls: known.2 };
            if kept.count_ones() > 0 {
                prop_assert!(filter.may_keep(&group));
            }
        }
    }

    #[test]
    fn bounds_rule_groups_out() {
        let schema = Arc::new(Schema::try_new(vec![Field::new("n", DataType::Int64)]).expect("one name"));
        let column = Column::from_scalars(&DataType::Int64, [3, 5, 4].map(Scalar::Int64)).expect("integers");
        let rows = Batch::from_columns(vec![("n".into(), column)]).expect("one column");
        let group = Group { rows, knows_min: true, knows_max: true, knows_nulls: true };
        for (predicate, expected) in [
            (col("n").eq(6), false),
            (col("n").eq(4), true),
            (col("n").gt(5), false),
            (lit(3).gt(col("n")), false),
            (col("n").is_in([1, 2, 9]), false),
            (col("n").is_between(6, 9), false),
            (col("n").is_null(), false),
            (col("n").lt(4).and(col("n").gt(7)), false),
            (col("n").lt(3).or(col("n").gt(7)), false),
            (col("n").lt(3).or(col("n").gt(4)), true),
        ] {
            let typed = typing::resolve(&predicate, &schema, typing::Context::RowByRow("a filter"))
                .expect("it has types");
            let filter = ExprFilter::new(&[typed.expr], &schema);
            assert_eq!(filter.may_keep(&group), expected, "{predicate}");
        }
    }
}
