//! From the closed enum to typed arrays: the only file that lists the types in macros.
//!
//! Each macro matches an [`crate::Array`] and runs one generic body for every variant it lists, so a kernel is ordinary
//! generic code and its dispatch is one line.

/// Runs `$body` with `$array` bound to the typed array of any variant.
#[macro_export]
macro_rules! dispatch_array {
    ($value:expr, |$array:ident| $body:expr) => {
        match $value {
            $crate::Array::Null($array) => $body,
            $crate::Array::Boolean($array) => $body,
            $crate::Array::Int8($array) => $body,
            $crate::Array::Int16($array) => $body,
            $crate::Array::Int32($array) => $body,
            $crate::Array::Int64($array) => $body,
            $crate::Array::UInt8($array) => $body,
            $crate::Array::UInt16($array) => $body,
            $crate::Array::UInt32($array) => $body,
            $crate::Array::UInt64($array) => $body,
            $crate::Array::Float32($array) => $body,
            $crate::Array::Float64($array) => $body,
            $crate::Array::Int128($array) => $body,
            $crate::Array::String($array) => $body,
            $crate::Array::Dictionary($array) => $body,
            $crate::Array::Binary($array) => $body,
            $crate::Array::List($array) => $body,
            $crate::Array::Struct($array) => $body,
        }
    };
}

/// Runs `$body` with `$array` bound to a `PrimitiveArray<T>` of any width, else `$otherwise`.
#[macro_export]
macro_rules! dispatch_primitive {
    ($value:expr, |$array:ident| $body:expr, else $otherwise:expr) => {
        match $value {
            $crate::Array::Int8($array) => $body,
            $crate::Array::Int16($array) => $body,
            $crate::Array::Int32($array) => $body,
            $crate::Array::Int64($array) => $body,
            $crate::Array::UInt8($array) => $body,
            $crate::Array::UInt16($array) => $body,
            $crate::Array::UInt32($array) => $body,
            $crate::Array::UInt64($array) => $body,
            $crate::Array::Float32($array) => $body,
            $crate::Array::Float64($array) => $body,
            $crate::Array::Int128($array) => $body,
            _ => $otherwise,
        }
    };
}

/// Runs `$body` with `$array` bound to a `PrimitiveArray<T>` of an integer of at most 64 bits, else `$otherwise`.
#[macro_export]
macro_rules! dispatch_integer {
    ($value:expr, |$array:ident| $body:expr, else $otherwise:expr) => {
        match $value {
            $crate::Array::Int8($array) => $body,
            $crate::Array::Int16($array) => $body,
            $crate::Array::Int32($array) => $body,
            $crate::Array::Int64($array) => $body,
            $crate::Array::UInt8($array) => $body,
            $crate::Array::UInt16($array) => $body,
            $crate::Array::UInt32($array) => $body,
            $crate::Array::UInt64($array) => $body,
            _ => $otherwise,
        }
    };
}

/// Runs a body for `Int32`, `Int64`, `UInt64`, `Float64` and `Int128`, the types that all fixed-width values fit in.
///
/// ```
/// use lazuli_array::{Array, PrimitiveArray, dispatch_wide};
///
/// let array = Array::from(PrimitiveArray::from_iter([Some(1i64), None]));
/// assert_eq!(dispatch_wide!(&array, |array| array.values().len(), else 0), 2);
/// ```
#[macro_export]
macro_rules! dispatch_wide {
    ($value:expr, |$array:ident| $body:expr, else $otherwise:expr) => {
        match $value {
            $crate::Array::Int32($array) => $body,
            $crate::Array::Int64($array) => $body,
            $crate::Array::UInt64($array) => $body,
            $crate::Array::Float64($array) => $body,
            $crate::Array::Int128($array) => $body,
            _ => $otherwise,
        }
    };
}

/// Runs a body for `Int32`, `Int64` and `UInt64`, the types that all integers of at most 64 bits fit in.
///
/// ```
/// use lazuli_array::{Array, PrimitiveArray, dispatch_wide_integer};
///
/// let array = Array::from(PrimitiveArray::from_iter([Some(1i64), None]));
/// assert_eq!(dispatch_wide_integer!(&array, |array| array.values().len(), else 0), 2);
/// ```
#[macro_export]
macro_rules! dispatch_wide_integer {
    ($value:expr, |$array:ident| $body:expr, else $otherwise:expr) => {
        match $value {
            $crate::Array::Int32($array) => $body,
            $crate::Array::Int64($array) => $body,
            $crate::Array::UInt64($array) => $body,
            _ => $otherwise,
        }
    };
}

/// Runs `$body` with `$codes` bound to the `PrimitiveArray<T>` of a dictionary's codes ([`crate::Codes`]), of any width.
#[macro_export]
macro_rules! dispatch_codes {
    ($value:expr, |$codes:ident| $body:expr) => {
        match $value {
            $crate::Codes::UInt8($codes) => $body,
            $crate::Codes::UInt16($codes) => $body,
            $crate::Codes::UInt32($codes) => $body,
        }
    };
}

/// Runs `$body` with `$array` bound to a `PrimitiveArray<T>` of a float, else `$otherwise`.
#[macro_export]
macro_rules! dispatch_float {
    ($value:expr, |$array:ident| $body:expr, else $otherwise:expr) => {
        match $value {
            $crate::Array::Float32($array) => $body,
            $crate::Array::Float64($array) => $body,
            _ => $otherwise,
        }
    };
}

/// Runs `$body` with the type alias `$native` set to the value type of a primitive [`crate::PhysicalType`], else
/// `$otherwise`.
#[macro_export]
macro_rules! dispatch_physical_primitive {
    ($value:expr, |$native:ident| $body:expr, else $otherwise:expr) => {
        match $value {
            $crate::PhysicalType::Int8 => {
                type $native = i8;
                $body
            }
            $crate::PhysicalType::Int16 => {
                type $native = i16;
                $body
            }
            $crate::PhysicalType::Int32 => {
                type $native = i32;
                $body
            }
            $crate::PhysicalType::Int64 => {
                type $native = i64;
                $body
            }
            $crate::PhysicalType::UInt8 => {
                type $native = u8;
                $body
            }
            $crate::PhysicalType::UInt16 => {
                type $native = u16;
                $body
            }
            $crate::PhysicalType::UInt32 => {
                type $native = u32;
                $body
            }
            $crate::PhysicalType::UInt64 => {
                type $native = u64;
                $body
            }
            $crate::PhysicalType::Float32 => {
                type $native = f32;
                $body
            }
            $crate::PhysicalType::Float64 => {
                type $native = f64;
                $body
            }
            $crate::PhysicalType::Int128 => {
                type $native = i128;
                $body
            }
            _ => $otherwise,
        }
    };
}
