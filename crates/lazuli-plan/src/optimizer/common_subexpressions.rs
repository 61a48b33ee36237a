//! Common sub-expressions: what a node computes twice is computed once, in a projection below.
//!
//! ```text
//! Aggregate -> [sum(p * q) as s, mean(p * q) as m]   =>   Aggregate -> [sum(_cse1) as s, mean(_cse1) as m]
//!   Scan t                                                  Project [p * q as _cse1]
//!                                                             Scan t
//! ```
//!
//! Valid: equal expressions over one row give equal values. Not for random numbers; and not for what can fail and stands
//! only in branches that may not be taken, or behind an `and` or `or`: it would then fail for rows that never asked.
//! Columns and constants cost nothing and stay.
//!
//! The largest repeated expression goes first; smaller ones are looked for in what is left and in what was taken out, so
//! one may be made of another: then there are several projections, one over the other.

use lazuli_array::{Name, Schema};
use lazuli_expr::{BinaryOperator, Expr};

use super::facts::{can_fail, is_deterministic, weight};
use super::{Rule, RuleId};
use crate::identical::is_identical;
use crate::resolve::fresh_name;
use crate::{Aggregate, LogicalPlan, Node, Project};

pub(super) struct CommonSubexpressions;

impl Rule for CommonSubexpressions {
    fn id(&self) -> RuleId {
        RuleId::CommonSubexpressions
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        plan.rewrite(&mut |plan| match plan.node() {
            Node::Project(project) => {
                let (input, exprs) = shared(&project.input, project.exprs.clone())?;
                Some(plan.with_node(Node::Project(Project { input, exprs, keep_input: false })))
            }
            Node::Aggregate(aggregate) => {
                let exprs = aggregate.keys.iter().chain(&aggregate.aggregates).cloned().collect();
                let (input, mut keys) = shared(&aggregate.input, exprs)?;
                let aggregates = keys.split_off(aggregate.keys.len());
                Some(plan.with_node(Node::Aggregate(Aggregate { input, keys, aggregates })))
            }
            _ => None,
        })
    }
}

/// A repeated expression that was taken out.
struct Taken {
    name: Name,
    expr: Expr,
}

/// The input with the repeated expressions as columns, and the expressions over that.
fn shared(input: &LogicalPlan, mut exprs: Vec<Expr>) -> Option<(LogicalPlan, Vec<Expr>)> {
    let schema = input.schema();
    let outputs: Vec<Name> = exprs.iter().map(Expr::output_name).collect();
    let mut taken: Vec<Taken> = Vec::new();
    let mut number = 1;
    while let Some(repeated) =
        largest_repeated(exprs.iter().chain(taken.iter().map(|taken| &taken.expr)), schema, &taken)
    {
        let name = fresh_name("cse", &mut number, |name| {
            schema.contains(name) || outputs.iter().any(|own| own == name)
        });
        let column = Expr::Column(name.clone());
        for expr in exprs.iter_mut().chain(taken.iter_mut().map(|taken| &mut taken.expr)) {
            *expr = replaced(expr, &repeated, &column);
        }
        taken.push(Taken { name, expr: repeated });
    }
    if taken.is_empty() {
        return None;
    }
    for (expr, name) in exprs.iter_mut().zip(&outputs) {
        *expr = expr.named(name);
    }
    Some((computed_below(input, taken, &exprs), exprs))
}

fn replaced(expr: &Expr, repeated: &Expr, column: &Expr) -> Expr {
    if is_identical(expr, repeated) {
        column.clone()
    } else {
        expr.map_children(&mut |child| replaced(child, repeated, column))
    }
}

/// An expression met on the way, and how often.
struct Candidate<'a> {
    expr: &'a Expr,
    uses: usize,
    /// Whether one use is evaluated for every row.
    is_certain: bool,
}

/// The heaviest expression that occurs more than once and may be computed for every row.
fn largest_repeated<'a>(
    exprs: impl Iterator<Item = &'a Expr>,
    schema: &Schema,
    taken: &[Taken],
) -> Option<Expr> {
    let mut candidates: Vec<Candidate<'a>> = Vec::new();
    for expr in exprs {
        collect(expr, true, &mut candidates);
    }
    // What reads a column that was taken out lies over it; only what is over the input can be judged and taken.
    let is_over_input = |expr: &Expr| {
        !expr.has_part(
            |part| matches!(part, Expr::Column(name) if taken.iter().any(|taken| taken.name == *name)),
        )
    };
    candidates
        .into_iter()
        .filter(|candidate| {
            candidate.uses > 1 && is_deterministic(candidate.expr) && is_over_input(candidate.expr)
        })
        .filter(|candidate| candidate.is_certain || !can_fail(candidate.expr, schema))
        // The first of the heaviest.
        .reduce(|best, next| if weight(next.expr) > weight(best.expr) { next } else { best })
        .map(|candidate| candidate.expr.clone())
}

fn collect<'a>(expr: &'a Expr, is_certain: bool, candidates: &mut Vec<Candidate<'a>>) {
    match expr {
        Expr::Column(_) | Expr::Literal(_) | Expr::Selector(_) => {}
        Expr::Alias { .. } | Expr::Aggregate { .. } | Expr::WindowFunction { .. } | Expr::Over { .. } => {
            for child in expr.children() {
                collect(child, is_certain, candidates);
            }
        }
        Expr::Conditional { branches, otherwise } => {
            note(expr, is_certain, candidates);
            for (index, (condition, value)) in branches.iter().enumerate() {
                collect(condition, is_certain && index == 0, candidates);
                collect(value, false, candidates);
            }
            if let Some(otherwise) = otherwise {
                collect(otherwise, false, candidates);
            }
        }
        // The right side is asked only for rows that the left side does not decide.
        Expr::Binary { left, operator: BinaryOperator::And | BinaryOperator::Or, right } => {
            note(expr, is_certain, candidates);
            collect(left, is_certain, candidates);
            collect(right, false, candidates);
        }
        Expr::Binary { .. } | Expr::Unary { .. } | Expr::Function { .. } | Expr::Cast { .. } => {
            note(expr, is_certain, candidates);
            for child in expr.children() {
                collect(child, is_certain, candidates);
            }
        }
    }
}

fn note<'a>(expr: &'a Expr, is_certain: bool, candidates: &mut Vec<Candidate<'a>>) {
    match candidates.iter_mut().find(|candidate| is_identical(candidate.expr, expr)) {
        Some(candidate) => {
            candidate.uses += 1;
            candidate.is_certain |= is_certain;
        }
        None => candidates.push(Candidate { expr, uses: 1, is_certain }),
    }
}

/// Projections that compute what was taken out, those that others are made of below, and pass on what is read above.
fn computed_below(input: &LogicalPlan, taken: Vec<Taken>, exprs: &[Expr]) -> LogicalPlan {
    // An expression that was taken out later is never larger, so it is never made of an earlier one.
    let mut reads: Vec<Name> = Vec::new();
    let note_reads = |reads: &mut Vec<Name>, expr: &Expr| {
        for name in expr.columns() {
            if !reads.contains(&name) {
                reads.push(name);
            }
        }
    };
    exprs.iter().for_each(|expr| note_reads(&mut reads, expr));

    let mut levels: Vec<Vec<Taken>> = Vec::new();
    for taken in taken.into_iter().rev() {
        let parts = taken.expr.columns();
        let below = levels.iter().rposition(|level| level.iter().any(|part| parts.contains(&part.name)));
        let level = below.map_or(0, |below| below + 1);
        if level == levels.len() {
            levels.push(Vec::new());
        }
        levels[level].push(taken);
    }
    // From the top down: what each level has to pass on for those above it.
    let mut projections: Vec<Vec<Expr>> = Vec::new();
    for level in levels.into_iter().rev() {
        let mut passed: Vec<Name> =
            reads.iter().filter(|name| level.iter().all(|taken| taken.name != **name)).cloned().collect();
        let mut projection: Vec<Expr> = passed.iter().cloned().map(Expr::Column).collect();
        for taken in level.into_iter().rev() {
            note_reads(&mut passed, &taken.expr);
            projection.push(taken.expr.named(&taken.name));
        }
        reads = passed;
        projections.push(projection);
    }
    projections.into_iter().rev().fold(input.clone(), |input, exprs| {
        input.with_node(Node::Project(Project { input: input.clone(), exprs, keep_input: false }))
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_expr::{col, lit, when};

    use super::super::tests::with_rule;
    use super::*;
    use crate::test_plan::table;

    fn shared(plan: &LogicalPlan) -> String {
        with_rule(RuleId::CommonSubexpressions, plan)
    }

    fn t() -> LogicalPlan {
        table("t", "p i64, q i64, r f64, s f64")
    }

    #[test]
    fn repeated_work_is_done_once() {
        let revenue = || col("p") * col("q");
        let plan = t().group_by(
            Vec::<Expr>::new(),
            [revenue().sum().alias("s"), revenue().max().alias("m"), col("r").sum()],
        );
        assert_snapshot!(shared(&plan), @r"
            Aggregate -> [sum(_cse1) as s, max(_cse1) as m, sum(r) as r]
              Project [r, p * q as _cse1]
                Scan t  columns: all 4
        ");
        assert_snapshot!(shared(&t().select([revenue().alias("x"), (revenue() + 1).alias("y")])), @r"
            Project [_cse1 as x, _cse1 + 1 as y]
              Project [p * q as _cse1]
                Scan t  columns: all 4
        ");
        assert_snapshot!(shared(&t().select([revenue().alias("x"), (col("p") + 1).alias("y")])), @r"
            Project [p * q as x, p + 1 as y]
              Scan t  columns: all 4
        ");
    }

    #[test]
    fn large_parts_are_made_of_small_ones() {
        let small = || col("p") + col("q");
        let large = || small() * col("p");
        let plan = t().select([
            large().alias("a"),
            (large() + 1).alias("b"),
            (small() + 2).alias("c"),
            (col("r") + col("s")).alias("d"),
            ((col("r") + col("s")) * 2).alias("e"),
        ]);
        assert_snapshot!(shared(&plan), @r"
            Project [_cse1 as a, _cse1 + 1 as b, _cse2 + 2 as c, _cse3 as d, _cse3 * 2.0 as e]
              Project [_cse2, _cse3, _cse2 * p as _cse1]
                Project [p, p + q as _cse2, r + s as _cse3]
                  Scan t  columns: all 4
        ");
    }

    #[test]
    fn branches_that_may_not_be_taken_are_not_asked() {
        let sum = || col("p") + col("q");
        let guarded = |value: Expr| when(col("p").lt(100)).then(value).otherwise(0);
        // An overflow in a branch counts only for rows that take it.
        assert_snapshot!(shared(&t().select([guarded(sum()).alias("a"), guarded(sum() + 1).alias("b")])), @r"
            Project [when(_cse1).then(p + q).otherwise(0) as a, when(_cse1).then(p + q + 1).otherwise(0) as b]
              Project [p, q, p < 100 as _cse1]
                Scan t  columns: all 4
        ");
        assert_snapshot!(shared(&t().select([guarded(sum()).alias("a"), sum().alias("b")])), @r"
            Project [when(p < 100).then(_cse1).otherwise(0) as a, _cse1 as b]
              Project [p, p + q as _cse1]
                Scan t  columns: all 4
        ");
        let float = || col("r") + col("s");
        assert_snapshot!(shared(&t().select([guarded(float()).alias("a"), guarded(float() + 1).alias("b")])), @r"
            Project [when(_cse1).then(_cse2).otherwise(0.0) as a, when(_cse1).then(_cse2 + 1.0).otherwise(0.0) as b]
              Project [p < 100 as _cse1, r + s as _cse2]
                Scan t  columns: all 4
        ");
        let and = |right: Expr| col("q").gt(0).and(right);
        assert_snapshot!(shared(&t().select([and(sum().gt(1)).alias("a"), and(sum().gt(2)).alias("b")])), @r"
            Project [_cse1 and p + q > 1 as a, _cse1 and p + q > 2 as b]
              Project [p, q, q > 0 as _cse1]
                Scan t  columns: all 4
        ");
    }

    #[test]
    fn names_of_columns_are_not_taken() {
        let t = table("t", "_cse1 i64, b i64");
        let sum = || col("_cse1") + col("b");
        assert_snapshot!(shared(&t.select([sum().alias("_cse2"), (sum() + lit(1)).alias("y")])), @r"
            Project [_cse3 as _cse2, _cse3 + 1 as y]
              Project [_cse1 + b as _cse3]
                Scan t  columns: all 2
        ");
    }
}
