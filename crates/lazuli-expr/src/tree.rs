//! Expressions as trees of text, a line for each part.

use std::fmt::Display;

use crate::{CastMode, Expr};

impl Expr {
    /// The expression as a tree: a line for each part, those that it is made of below it, two spaces further in.
    ///
    /// ```
    /// use lazuli_expr::{col, lit, when};
    ///
    /// let share = when(col("a").gt(0)).then(col("a") / col("a").sum().over("k")).otherwise(lit(0));
    /// assert_eq!(
    ///     share.tree_format(),
    ///     "\
    /// conditional
    ///   when
    ///     >
    ///       a
    ///       0
    ///   then
    ///     /
    ///       a
    ///       over
    ///         sum
    ///           a
    ///         partition by
    ///           k
    ///   otherwise
    ///     0
    /// ",
    /// );
    /// ```
    pub fn tree_format(&self) -> String {
        let mut text = String::new();
        write_tree(self, 0, &mut text);
        text
    }
}

fn write_line(label: impl Display, depth: usize, text: &mut String) {
    text.extend(std::iter::repeat_n("  ", depth));
    text.push_str(&label.to_string());
    text.push('\n');
}

/// A line, and the parts below it.
fn write_parts(label: impl Display, parts: &[&Expr], depth: usize, text: &mut String) {
    write_line(label, depth, text);
    for part in parts {
        write_tree(part, depth + 1, text);
    }
}

fn write_tree(expr: &Expr, depth: usize, text: &mut String) {
    let label: String = match expr {
        Expr::Column(name) => name.to_string(),
        Expr::Literal(literal) => literal.to_string(),
        Expr::Selector(selector) => selector.to_string(),
        Expr::Alias { name, .. } => format!("as {name}"),
        Expr::Binary { operator, .. } => operator.to_string(),
        Expr::Unary { operator, .. } => operator.to_string().trim().into(),
        Expr::Function { function, .. } => {
            let parts: Vec<&Expr> = expr.children().into_iter().chain(function.body()).collect();
            return write_parts(function.name(), &parts, depth, text);
        }
        Expr::Cast { to, mode: CastMode::Strict, .. } => format!("cast as {to}"),
        Expr::Cast { to, mode: CastMode::Lenient, .. } => format!("try_cast as {to}"),
        Expr::Conditional { branches, otherwise } => {
            write_line("conditional", depth, text);
            for (condition, value) in branches {
                write_parts("when", &[condition], depth + 1, text);
                write_parts("then", &[value], depth + 1, text);
            }
            if let Some(otherwise) = otherwise {
                write_parts("otherwise", &[otherwise], depth + 1, text);
            }
            return;
        }
        Expr::Aggregate { aggregate, .. } => aggregate.name().into(),
        Expr::WindowFunction { function, .. } => function.name().into(),
        Expr::Over { input, window } => {
            write_parts("over", &[input], depth, text);
            if !window.partition_by.is_empty() {
                let keys: Vec<&Expr> = window.partition_by.iter().collect();
                write_parts("partition by", &keys, depth + 1, text);
            }
            for key in &window.order_by {
                let label = if key.descending { "order by, greatest first" } else { "order by" };
                write_parts(label, &[&key.expr], depth + 1, text);
            }
            return;
        }
    };
    write_parts(label, &expr.children(), depth, text);
}
