//! Constant folding: what reads no columns is computed now.
//!
//! ```text
//! Filter [a > 10 * 60]   =>   Filter [a > 600]
//! ```
//!
//! Valid: the same evaluator computes the value that would be computed for every row. Not for functions whose results
//! change (random numbers, clocks), and not for what fails: `1 // 0` inside a branch that is never taken must not fail,
//! so whatever fails now is left to fail, or not, when it runs.

use lazuli_expr::Expr;

use super::expressions::map_expressions;
use super::{Rule, RuleId};
use crate::{LogicalPlan, constant};

pub(super) struct ConstantFolding;

impl Rule for ConstantFolding {
    fn id(&self) -> RuleId {
        RuleId::ConstantFolding
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        plan.rewrite(&mut |plan| map_expressions(plan, &|expr, _| fold(expr)))
    }
}

fn fold(expr: &Expr) -> Expr {
    match expr {
        Expr::Column(_) | Expr::Literal(_) | Expr::Selector(_) => expr.clone(),
        Expr::Alias { .. } => expr.map_children(&mut fold),
        other => match constant::evaluate(other) {
            Some(literal) => Expr::Literal(literal),
            None => other.map_children(&mut fold),
        },
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_array::DataType;
    use lazuli_expr::{col, lit, when};

    use super::super::tests::with_rule;
    use super::*;
    use crate::test_plan::table;

    #[test]
    fn what_reads_no_columns_is_computed() {
        let t = table("t", "a i64, b f64");
        let folded = |expr: Expr| with_rule(RuleId::ConstantFolding, &t.select(expr.alias("x")));
        assert_snapshot!(folded(col("a") + lit(2) * 3 - lit(1)), @r"
            Project [a + 6 - 1 as x]
              Scan t  columns: all 2
        ");
        assert_snapshot!(folded(col("a") + (lit(2) * 3 - lit(1))), @r"
            Project [a + 5 as x]
              Scan t  columns: all 2
        ");
        assert_snapshot!(folded(col("b").gt(lit(1).cast(DataType::Float64) / 2)), @r"
            Project [b > 0.5 as x]
              Scan t  columns: all 2
        ");
        assert_snapshot!(folded(when(lit(1).gt(2)).then(col("a")).otherwise(0)), @r"
            Project [when(false).then(a).otherwise(0) as x]
              Scan t  columns: all 2
        ");
        assert_snapshot!(folded(lit(1).is_in([1, 2]).and(col("b").is_null())), @r"
            Project [true and is_null(b) as x]
              Scan t  columns: all 2
        ");
    }

    #[test]
    fn what_fails_is_left_to_fail_when_it_runs() {
        let t = table("t", "a i8");
        let overflow = lit(127i8) + lit(1i8);
        let plan = t.select(when(col("a").is_null()).then(overflow).otherwise(col("a")).alias("x"));
        assert_snapshot!(with_rule(RuleId::ConstantFolding, &plan), @r"
            Project [when(is_null(a)).then(127 + 1).otherwise(a) as x]
              Scan t  columns: all 1
        ");
    }

    #[test]
    fn every_expression_of_a_plan_is_folded() {
        let t = table("t", "a i64, b f64");
        let sum = || lit(1) + lit(1);
        let plan = t
            .filter(col("a").gt(sum()))
            .join(&t, crate::JoinType::Inner, col("a") + sum(), col("a"))
            .group_by((col("a") + sum()).alias("k"), (col("b") + sum()).sum())
            .sort((col("k") - sum()).desc());
        assert_snapshot!(with_rule(RuleId::ConstantFolding, &plan), @r"
            Sort [k - 2 desc]
              Aggregate [a + 2 as k] -> [sum(b + 2.0) as b]
                Join inner on [a + 2 == a] -> [a, b, a_right, b_right]
                  Filter [a > 2]
                    Scan t  columns: all 2
                  Scan t  columns: all 2
        ");
    }
}
