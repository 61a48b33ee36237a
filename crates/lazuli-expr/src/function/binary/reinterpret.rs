//! `bin.reinterpret`.

use lazuli_array::{Array, BinaryArray, BitmapBuilder, DataType, Native, PrimitiveArray, Scalar};

use super::{BinaryNamespace, BytesFunction, infallible};
use crate::function::SignatureError;
use crate::function::arguments::{Constants, Parameter};
use crate::{Expr, FunctionRef, Literal};

/// A value of the type, and which byte comes first: `little`, the default, or `big`.
pub(super) static REINTERPRET: BytesFunction = BytesFunction {
    name: "bin.reinterpret",
    parameters: &[Parameter::of_type("data_type"), Parameter::one_text("endianness")],
    required: 1,
    output: |arguments| {
        let invalid = |reason: &str| Err(SignatureError::InvalidArgument(reason.into()));
        if !matches!(arguments.text(2).as_deref(), None | Some("little" | "big")) {
            return invalid("the order of bytes is 'little' or 'big'");
        }
        match arguments.get(1) {
            Some(argument) if argument.data_type.is_integer() || argument.data_type.is_float() => {
                Ok(argument.data_type.clone())
            }
            _ => invalid("bytes are read as integers and floats"),
        }
    },
    kernel: |call| {
        let big = call.text(2).as_deref() == Some("big");
        let output = call.output.clone();
        infallible(move |rows| numbers(rows, &output, big))
    },
    is_fallible: false,
};

/// The number whose bytes each row is; null for rows of another length.
fn numbers(rows: &BinaryArray, output: &DataType, big: bool) -> Array {
    fn read<T: Native, const BYTES: usize>(rows: &BinaryArray, of: fn([u8; BYTES]) -> T) -> Array {
        let mut values = Vec::with_capacity(rows.len());
        let mut validity = BitmapBuilder::with_capacity(rows.len());
        for row in 0..rows.len() {
            let bytes: Option<[u8; BYTES]> = rows.get(row).and_then(|bytes| bytes.try_into().ok());
            values.push(bytes.map_or(T::default(), of));
            validity.push(bytes.is_some());
        }
        T::wrap(PrimitiveArray::new(values.into(), validity.finish_validity()))
    }
    macro_rules! read {
        ($type:ty) => {
            read(rows, if big { <$type>::from_be_bytes } else { <$type>::from_le_bytes })
        };
    }
    match output {
        DataType::Int8 => read!(i8),
        DataType::Int16 => read!(i16),
        DataType::Int32 => read!(i32),
        DataType::Int64 => read!(i64),
        DataType::UInt8 => read!(u8),
        DataType::UInt16 => read!(u16),
        DataType::UInt32 => read!(u32),
        DataType::UInt64 => read!(u64),
        DataType::Float32 => read!(f32),
        _ => read!(f64),
    }
}

impl BinaryNamespace {
    /// The number whose bytes the row is, the least first, or the greatest first with `big_endian`; null for a row of
    /// another length than the type's.
    pub fn reinterpret(self, data_type: DataType, big_endian: bool) -> Expr {
        let of_type = Expr::Literal(Literal { value: Scalar::Null, data_type, flexible: false });
        let order = if big_endian { "big" } else { "little" };
        self.0.call_with(FunctionRef::Builtin(&REINTERPRET), [of_type, order.into()])
    }
}
