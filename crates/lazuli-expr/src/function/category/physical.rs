//! `cat.physical` and `cat.to`: the place of a value in the list of its enum, and the value at a place.

use std::sync::Arc;

use lazuli_array::{
    Array, Column, DataType, Dictionary, DictionaryArray, Name, PrimitiveArray, Scalar, StringArray,
};
use lazuli_kernels::KernelError;

use super::CategoryNamespace;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// The place of each value in the list of its enum, from 0. UInt32.
///
/// Not of a Categorical: its codes depend on how rows came together, so they would not be the same at each run.
#[derive(Debug)]
pub struct Physical;

impl ScalarFunction for Physical {
    fn name(&self) -> &str {
        "cat.physical"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [input] if matches!(input.data_type, DataType::Enum(_)) => {
                Ok(Signature::unchanged(arguments, DataType::UInt32))
            }
            [input] if *input.data_type == DataType::Categorical => {
                let reason =
                    "the codes of a Categorical depend on how rows came together; cast it to an Enum first";
                Err(SignatureError::InvalidArgument(reason.into()))
            }
            _ => Err(SignatureError::Expected("one Enum".into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], |column| {
            let Array::Dictionary(array) = column.array() else { unreachable!("enums lie as codes") };
            Ok(Column::new(DataType::UInt32, array.codes().clone()))
        })
    }
}

/// The value at a place of a list of texts, as an enum of that list; a place beyond its end is an error.
#[derive(Debug)]
pub struct ToEnum;

const EXPECTED: &str = "a whole number and the texts of an Enum, each once";

/// The enum of these texts; `None` if one is there twice.
fn enum_of(texts: &[Name]) -> Option<Arc<Dictionary>> {
    let is_new = |place: usize| !texts[..place].contains(&texts[place]);
    if texts.is_empty() || !(0..texts.len()).all(is_new) {
        return None;
    }
    let texts: StringArray = texts.iter().map(|text| Some(text.as_str())).collect();
    Some(Arc::new(Dictionary::new(texts)))
}

impl ScalarFunction for ToEnum {
    fn name(&self) -> &str {
        "cat.to"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let wrong = || SignatureError::Expected(EXPECTED.into());
        let (input, texts) = arguments.split_first().ok_or_else(wrong)?;
        if !input.data_type.is_integer() && *input.data_type != DataType::Null {
            return Err(wrong());
        }
        let texts: Option<Vec<Name>> = texts
            .iter()
            .map(|text| match text.literal.map(|literal| &literal.value) {
                Some(Scalar::String(text)) => Some(text.clone()),
                _ => None,
            })
            .collect();
        let categories = texts.and_then(|texts| enum_of(&texts)).ok_or_else(wrong)?;
        let inputs = std::iter::once(DataType::Int64).chain(arguments[1..].iter().map(|_| DataType::String));
        Ok(Signature { inputs: inputs.collect(), output: DataType::Enum(categories) })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let texts: Vec<Name> = inputs[1..]
            .iter()
            .filter_map(|text| match text.as_datum().get(0) {
                Scalar::String(text) => Some(text),
                _ => None,
            })
            .collect();
        let categories = enum_of(&texts).expect("the signature found the texts to differ");
        map_rows(&inputs[0], |column| {
            let Array::Int64(places) = column.array() else { unreachable!("the signature casts to Int64") };
            let mut codes = Vec::with_capacity(places.len());
            for (row, place) in places.iter().enumerate() {
                codes.push(match place {
                    None => 0,
                    Some(place) => u32::try_from(place)
                        .ok()
                        .filter(|&code| (code as usize) < categories.len())
                        .ok_or(KernelError::InvalidOperand {
                            operation: "cat.to",
                            row,
                            value: Scalar::Int64(place),
                            expected: "a place in the list of the Enum",
                        })?,
                });
            }
            let codes = PrimitiveArray::new(codes.into(), places.validity().cloned());
            let array = DictionaryArray::try_new(codes, categories.clone())?;
            Ok(Column::new(DataType::Enum(categories.clone()), array))
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

impl CategoryNamespace {
    /// The place of each value in the list of its enum, from 0.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("size").cat().physical().to_string(), "cat.physical(size)");
    /// ```
    pub fn physical(self) -> Expr {
        self.0.call(super::PHYSICAL)
    }

    /// The text at each place of this list, as an enum of the list; a place beyond its end is an error.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("code").cat().to(["S", "M", "L"]).to_string(), "cat.to(code, 'S', 'M', 'L')");
    /// ```
    pub fn to<N: Into<Name>>(self, categories: impl IntoIterator<Item = N>) -> Expr {
        self.0.call_with(super::TO, categories.into_iter().map(|text| lit(text.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::show;
    use crate::{col, lit};

    #[test]
    fn places_and_back() {
        assert_eq!(show(col("e").cat().physical()), "1 null 0 2");
        assert_eq!(show(col("n").cat().to(["x", "y", "z"])), "x z null y");
        assert!(show(col("n").cat().to(["x", "y"])).contains("cat.to at row 1: 2; expected a place"));
        assert!(show(col("n").cat().to(["x", "x"])).contains("each once"));
        assert!(show(col("c").cat().physical()).contains("the codes of a Categorical depend on"));
    }

    #[test]
    fn enums_compare_by_their_list() {
        assert_eq!(show(col("e").lt("high")), "true null true false");
        assert_eq!(show(lit("mid").lt_eq(col("e"))), "true null false true");
        assert_eq!(show(col("e").eq("mid")), "true null false false");
        assert_eq!(show(col("e").eq("none")), "false null false false");
        assert!(show(col("e").lt("none")).contains("`<` has no meaning for Enum(3 categories) and String"));
        assert_eq!(show(col("c").lt("c")), "false true null false");
    }
}
