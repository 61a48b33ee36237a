//! The values of an expression under another name, made of the one it has.

use std::sync::Arc;

use lazuli_array::{DataType, Name, Scalar};
use lazuli_kernels::KernelError;

use super::NameNamespace;
use crate::evaluate::Value;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::{Expr, Literal, lit};

/// How a name is made of the name that an expression has, the first column that it reads, and constant words.
type Change = fn(name: &Name, root: &Name, words: &[Name]) -> Name;

/// A change of names with a fixed number of words.
pub struct Rename {
    name: &'static str,
    expected: &'static str,
    num_words: usize,
    change: Change,
}

macro_rules! renames {
    ($($name:ident = $word:literal, $num_words:literal, $expected:literal, $change:expr;)*) => {
        $(pub(super) static $name: Rename =
            Rename { name: $word, expected: $expected, num_words: $num_words, change: $change };)*
    };
}

renames! {
    KEEP = "name.keep", 0, "one column", |_, root, _| root.clone();
    PREFIX = "name.prefix", 1, "a column and a constant word", |name, _, words| format!("{}{name}", words[0]).into();
    STRIP_PREFIX = "name.strip_prefix", 1, "a column and a constant word",
        |name, _, words| name.strip_prefix(words[0].as_str()).unwrap_or(name).into();
    STRIP_SUFFIX = "name.strip_suffix", 1, "a column and a constant word",
        |name, _, words| name.strip_suffix(words[0].as_str()).unwrap_or(name).into();
    SUFFIX = "name.suffix", 1, "a column and a constant word", |name, _, words| format!("{name}{}", words[0]).into();
    TO_LOWERCASE = "name.to_lowercase", 0, "one column", |name, _, _| name.to_lowercase().into();
    TO_UPPERCASE = "name.to_uppercase", 0, "one column", |name, _, _| name.to_uppercase().into();
}

/// The constant words behind the first argument.
fn words_of(inputs: &[Expr]) -> Option<Vec<Name>> {
    inputs
        .get(1..)?
        .iter()
        .map(|input| match input {
            Expr::Literal(Literal { value: Scalar::String(word), .. }) => Some(word.clone()),
            _ => None,
        })
        .collect()
}

/// The first column that an expression reads; its own name if it reads none.
fn root_of(expr: &Expr) -> Name {
    expr.columns().into_iter().next().unwrap_or_else(|| expr.output_name())
}

impl ScalarFunction for Rename {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let is_word =
            |word: &Argument<'_>| word.literal.is_some_and(|word| matches!(word.value, Scalar::String(_)));
        match arguments.split_first() {
            Some((input, words)) if words.len() == self.num_words && words.iter().all(is_word) => {
                let inputs =
                    std::iter::once(input.data_type.clone()).chain(words.iter().map(|_| DataType::String));
                Ok(Signature { inputs: inputs.collect(), output: input.data_type.clone() })
            }
            _ => Err(SignatureError::Expected(self.expected.into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        Ok(inputs[0].clone())
    }

    fn adapts_constants(&self) -> bool {
        false
    }

    fn output_name(&self, inputs: &[Expr]) -> Option<Name> {
        let words = words_of(inputs).filter(|words| words.len() == self.num_words)?;
        let input = inputs.first()?;
        Some((self.change)(&input.output_name(), &root_of(input), &words))
    }

    fn expanded(&self, inputs: &[Expr]) -> Option<Expr> {
        Some(inputs.first()?.without_alias().clone().alias(self.output_name(inputs)?))
    }
}

/// A change of names by a function of the user's.
struct Map(Arc<dyn Fn(&str) -> String + Send + Sync>);

impl ScalarFunction for Map {
    fn name(&self) -> &str {
        "name.map"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [input] => Ok(Signature::unchanged(arguments, input.data_type.clone())),
            _ => Err(SignatureError::Expected("one column".into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        Ok(inputs[0].clone())
    }

    fn output_name(&self, inputs: &[Expr]) -> Option<Name> {
        Some((self.0)(&inputs.first()?.output_name()).into())
    }

    fn expanded(&self, inputs: &[Expr]) -> Option<Expr> {
        Some(inputs.first()?.without_alias().clone().alias(self.output_name(inputs)?))
    }
}

impl NameNamespace {
    /// The name of the first column that is read, in place of an alias before.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!((col("a") * col("b")).alias("c").name().keep().output_name(), "a");
    /// ```
    pub fn keep(self) -> Expr {
        self.0.call(super::KEEP)
    }

    /// A word before the name.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").sum().name().prefix("total_").output_name(), "total_a");
    /// ```
    pub fn prefix(self, prefix: impl Into<Name>) -> Expr {
        self.0.call_with(super::PREFIX, [lit(prefix.into())])
    }

    /// A word behind the name.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").mean().name().suffix("_mean").output_name(), "a_mean");
    /// ```
    pub fn suffix(self, suffix: impl Into<Name>) -> Expr {
        self.0.call_with(super::SUFFIX, [lit(suffix.into())])
    }

    /// The name without a word before it, if it has it.
    pub fn strip_prefix(self, prefix: impl Into<Name>) -> Expr {
        self.0.call_with(super::STRIP_PREFIX, [lit(prefix.into())])
    }

    /// The name without a word behind it, if it has it.
    pub fn strip_suffix(self, suffix: impl Into<Name>) -> Expr {
        self.0.call_with(super::STRIP_SUFFIX, [lit(suffix.into())])
    }

    /// The name in small letters.
    pub fn to_lowercase(self) -> Expr {
        self.0.call(super::TO_LOWERCASE)
    }

    /// The name in capitals.
    pub fn to_uppercase(self) -> Expr {
        self.0.call(super::TO_UPPERCASE)
    }

    /// The name that `function` makes of the name.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let reversed = col("ab").name().map(|name| name.chars().rev().collect());
    /// assert_eq!(reversed.output_name(), "ba");
    /// ```
    pub fn map(self, function: impl Fn(&str) -> String + Send + Sync + 'static) -> Expr {
        let function = FunctionRef::Custom(Arc::new(Map(Arc::new(function))));
        Expr::Function { function, inputs: vec![self.0] }
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Field, Schema};

    use super::*;
    use crate::typing::expand;
    use crate::{all, col};

    #[test]
    fn calls_become_aliases() {
        let fields = ["ab", "Cd"].map(|name| Field::new(name, DataType::Int64)).to_vec();
        let schema = Schema::try_new(fields).expect("distinct names");
        let text = |expr: Expr| {
            let exprs = expand(&expr, &schema).expect("columns of the schema");
            exprs.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(text(all().name().suffix("_x")), "ab as ab_x; Cd as Cd_x");
        assert_eq!(text(all().sum().name().prefix("s_")), "sum(ab) as s_ab; sum(Cd) as s_Cd");
        assert_eq!(text(all().name().to_uppercase()), "ab as AB; Cd as CD");
        assert_eq!(text(col("Cd").name().to_lowercase()), "Cd as cd");
        assert_eq!(text((col("ab") + 1).alias("q").name().keep()), "ab + 1 as ab");
        assert_eq!(text(col("ab").name().replace("b", "bb")), "ab as abb");
        assert_eq!(text(col("ab").name().replace_literal("a.", "x")), "ab as ab");
        assert!(col("ab").name().replace("b", "$7").output_name() == "ab");
        assert_eq!(text(col("ab").name().strip_prefix("a").name().strip_suffix("z")), "ab as b");
        assert_eq!(text(col("ab").name().suffix("_p") + 1), "(ab as ab_p) + 1");
        assert_eq!(text(all().name().map(|name| format!("<{name}>"))), "ab as \"<ab>\"; Cd as \"<Cd>\"");
    }
}
