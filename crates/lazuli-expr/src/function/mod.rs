//! Scalar functions: rows to rows. One function is one file and one line in its family's list.
//!
//! Everything about a function (name, types, evaluation, test) is in its file; error messages, documentation and the
//! text parser find it through [`FUNCTIONS`].

mod abs;
mod coalesce;
mod constants; // constants as one row
mod is_in;
mod is_nan;
mod is_not_null;
mod is_null;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use lazuli_array::DataType;
use lazuli_kernels::KernelError;

use crate::Literal;
use crate::evaluate::Value;

/// The distance from 0.
pub const ABS: FunctionRef = FunctionRef::Builtin(&abs::Abs);
/// The first argument that is not null.
pub const COALESCE: FunctionRef = FunctionRef::Builtin(&coalesce::Coalesce);
/// Whether the first argument is one of the others.
pub const IS_IN: FunctionRef = FunctionRef::Builtin(&is_in::IsIn);
/// Whether a row is NaN.
pub const IS_NAN: FunctionRef = FunctionRef::Builtin(&is_nan::IsNan);
/// Whether a row is not null.
pub const IS_NOT_NULL: FunctionRef = FunctionRef::Builtin(&is_not_null::IsNotNull);
/// Whether a row is null.
pub const IS_NULL: FunctionRef = FunctionRef::Builtin(&is_null::IsNull);

/// Every built-in function.
pub static FUNCTIONS: &[FunctionRef] = &[ABS, COALESCE, IS_IN, IS_NAN, IS_NOT_NULL, IS_NULL];

/// The built-in function of this name.
pub fn function_named(name: &str) -> Option<FunctionRef> {
    FUNCTIONS.iter().find(|function| function.name() == name).cloned()
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

    /// Whether equal arguments give equal results; false for random numbers and clocks.
    fn is_deterministic(&self) -> bool {
        true
    }
}

/// A built-in function, or one that the user brought. Equal if they are the same function.
#[derive(Clone)]
pub enum FunctionRef {
    /// One of [`FUNCTIONS`].
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
            (Self::Custom(left), Self::Custom(right)) => Arc::ptr_eq(left, right),
            _ => false,
        }
    }
}

impl fmt::Debug for FunctionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
