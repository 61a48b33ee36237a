//! Output names: what the column that an expression makes is called.

use lazuli_array::Name;

use crate::Expr;

impl Expr {
    /// The name of the resulting column: the alias, else the first column it reads, else a word for what it is.
    pub fn output_name(&self) -> Name {
        match self {
            Self::Column(name) | Self::Alias { name, .. } => name.clone(),
            Self::Literal(_) => "literal".into(),
            Self::Selector(selector) => selector.to_string().into(),
            Self::Binary { left, right, .. } => match &**left {
                Self::Literal(_) => right.output_name(),
                _ => left.output_name(),
            },
            Self::Unary { input, .. } | Self::Cast { input, .. } | Self::Over { input, .. } => {
                input.output_name()
            }
            Self::Function { function, inputs } => function
                .output_name(inputs)
                .unwrap_or_else(|| inputs.first().map_or_else(|| function.name().into(), Self::output_name)),
            Self::Conditional { branches, otherwise } => match (branches.first(), otherwise) {
                (Some((_, value)), _) => value.output_name(),
                (None, Some(otherwise)) => otherwise.output_name(),
                (None, None) => "literal".into(),
            },
            Self::Aggregate { aggregate, inputs } => {
                inputs.first().map_or_else(|| aggregate.name().into(), Self::output_name)
            }
            Self::WindowFunction { function, inputs } => {
                inputs.first().map_or_else(|| function.name().into(), Self::output_name)
            }
        }
    }

    /// The names of the columns that are read, each once, in order; those of choices are not known yet.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!((col("b") + col("a") * col("b")).root_names(), ["b", "a"]);
    /// ```
    pub fn root_names(&self) -> Vec<Name> {
        self.columns()
    }

    /// Whether this may become several columns, or none: it has a choice of columns in it.
    ///
    /// ```
    /// use lazuli_expr::{all, col};
    ///
    /// assert!(all().sum().has_multiple_outputs() && !col("a").has_multiple_outputs());
    /// ```
    pub fn has_multiple_outputs(&self) -> bool {
        self.has_part(|part| matches!(part, Self::Selector(_)) || crate::typing::is_of_all_fields(part))
    }

    /// The expression without the aliases at its top.
    pub fn without_alias(&self) -> &Expr {
        match self {
            Self::Alias { input, .. } => input.without_alias(),
            other => other,
        }
    }

    /// The expression under exactly this output name: an alias is added only where the name would differ.
    pub fn named(&self, name: &Name) -> Expr {
        match self {
            Self::Column(own) if own == name => self.clone(),
            other => other.without_alias().clone().alias(name.clone()),
        }
    }
}
