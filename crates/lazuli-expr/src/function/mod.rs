//! Scalar functions: rows to rows. One function is one file and one line in its family's list.
//!
//! Everything about a function is in its file: name, types, evaluation, the method that users call, tests. Error messages,
//! documentation and the text parser find it through [`functions`]. Names of families that work on one type begin with
//! it and a dot, as `str.contains`, and their methods stand behind a method of [`Expr`] of that name.

mod arguments; // what functions take behind the first argument
pub mod binary; // bytes
pub mod binning; // values to bins and to other values
pub mod category; // categories and enums
pub mod compare; // membership and comparison
mod constants; // constants as one row
mod custom; // functions that the user brings
mod differing; // arguments that differ by row
mod each; // aggregates of lists
pub mod horizontal; // the columns of a row
pub mod list; // lists
pub mod math; // numbers
pub mod naming; // names of columns
pub mod null; // null and NaN
pub(crate) mod options; // constant arguments
pub mod random; // random numbers
pub mod structs; // structs
pub mod temporal; // dates, times, durations
pub mod text; // strings

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use lazuli_array::{DataType, Name};
use lazuli_kernels::KernelError;

use crate::evaluate::Value;
use crate::{Expr, Literal};

pub use binning::{CutOptions, QcutOptions, even_quantiles};
pub use compare::IS_IN;
pub use custom::map_batches;
pub(crate) use each::{each_aggregate, each_window};
pub use horizontal::{
    all_horizontal, any_horizontal, count_horizontal, cum_fold, cum_reduce, cum_sum_horizontal, fold,
    max_horizontal, mean_horizontal, min_horizontal, reduce, sum_horizontal,
};
pub use math::ABS;
pub use null::{COALESCE, FILL_NULL, FillStrategy, IS_NAN, IS_NOT_NULL, IS_NULL};

/// The families, each with its own list.
static FAMILIES: &[&[FunctionRef]] = &[
    binary::FUNCTIONS,
    binning::FUNCTIONS,
    category::FUNCTIONS,
    compare::FUNCTIONS,
    horizontal::FUNCTIONS,
    list::FUNCTIONS,
    math::FUNCTIONS,
    math::of_floats::FUNCTIONS,
    naming::FUNCTIONS,
    null::FUNCTIONS,
    random::FUNCTIONS,
    structs::FUNCTIONS,
    temporal::FUNCTIONS,
    text::FUNCTIONS,
];

/// Every built-in function.
pub fn functions() -> impl Iterator<Item = &'static FunctionRef> {
    FAMILIES.iter().copied().flatten()
}

/// The built-in function of this name.
pub fn function_named(name: &str) -> Option<FunctionRef> {
    functions().find(|function| function.name() == name).cloned()
}

/// What is known of an argument when an expression is typed.
#[derive(Debug, Clone, Copy)]
pub struct Argument<'a> {
    /// Its type.
    pub data_type: &'a DataType,
    /// Its value, if it is a constant.
    pub literal: Option<&'a Literal>,
}

/// The types of a call: what the arguments are cast to, and what comes out.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// The type that each argument is cast to.
    pub inputs: Vec<DataType>,
    /// The type of the result.
    pub output: DataType,
}

impl Signature {
    /// The arguments as they are, and this result.
    pub fn unchanged(arguments: &[Argument<'_>], output: DataType) -> Self {
        Self { inputs: arguments.iter().map(|argument| argument.data_type.clone()).collect(), output }
    }
}

/// Why a function doesn't take its arguments.
#[derive(Debug, Clone, PartialEq)]
pub enum SignatureError {
    /// The types are wrong: what the function takes, in words, such as `one number`.
    Expected(String),
    /// The types are right, a value is not: what is wrong.
    InvalidArgument(String),
}

/// A function of rows: as many values out as in, each from its own row.
pub trait ScalarFunction: Send + Sync {
    /// The name that texts and messages use.
    fn name(&self) -> &str;

    /// What the function takes and gives.
    ///
    /// # Errors
    /// [`SignatureError`] if it has no meaning for these arguments.
    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError>;

    /// The result for `num_rows` rows of arguments, whose types are those of [`Signature::inputs`].
    ///
    /// # Errors
    /// [`KernelError`] for a row that has no result; only if [`ScalarFunction::is_fallible`].
    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError>;

    /// Whether some row may be an error.
    fn is_fallible(&self) -> bool {
        false
    }

    /// As [`ScalarFunction::is_fallible`], for arguments of these types. Floats seldom fail where integers may, and what
    /// can't fail may be moved, and computed for rows that nobody asked for.
    fn is_fallible_for(&self, arguments: &[Argument<'_>]) -> bool {
        let _ = arguments;
        self.is_fallible()
    }

    /// Whether it takes lists that an aggregate gave for rows, whole. No function that users call does.
    fn takes_rows(&self) -> bool {
        false
    }

    /// Whether the results, lists, stand for rows again.
    fn gives_rows(&self) -> bool {
        false
    }

    /// Whether equal arguments give equal results; false for random numbers and clocks.
    fn is_deterministic(&self) -> bool {
        true
    }

    /// Whether bare constants among the arguments take the type of the first that is none, as in `coalesce(small, 0)`;
    /// false where arguments have nothing to do with one another.
    fn adapts_constants(&self) -> bool {
        true
    }

    /// The name of the resulting column; `None` for that of the first argument.
    fn output_name(&self, inputs: &[Expr]) -> Option<Name> {
        let _ = inputs;
        None
    }

    /// What a call stands for, asked once all columns it reads are known by name; `None` for itself.
    fn expanded(&self, inputs: &[Expr]) -> Option<Expr> {
        let _ = inputs;
        None
    }

    /// Whether a selector among the arguments stands for as many arguments as it chooses columns, as in
    /// `sum_horizontal(all())`. Otherwise the function is called once for each.
    fn spreads_selectors(&self) -> bool {
        false
    }

    /// An expression that the function runs by itself, over other columns than those around it.
    fn body(&self) -> Option<&Expr> {
        None
    }
}

/// A built-in function, or one that the user brought. Equal if they are the same function.
#[derive(Clone)]
pub enum FunctionRef {
    /// One of [`functions`].
    Builtin(&'static dyn ScalarFunction),
    /// The user's own.
    Custom(Arc<dyn ScalarFunction>),
}

impl Deref for FunctionRef {
    type Target = dyn ScalarFunction;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Builtin(function) => *function,
            Self::Custom(function) => &**function,
        }
    }
}

impl PartialEq for FunctionRef {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Builtin(left), Self::Builtin(right)) => left.name() == right.name(),
            (Self::Custom(left), Self::Custom(right)) => {
                let same_body = left.body().is_some() && left.body() == right.body();
                Arc::ptr_eq(left, right) || (same_body && left.name() == right.name())
            }
            _ => false,
        }
    }
}

impl fmt::Debug for FunctionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests; // what holds for every function
