//! `cat.len_bytes`, `cat.len_chars`, `cat.starts_with`, `cat.ends_with`, `cat.slice`: computed once for each category.

use lazuli_array::{Array, BooleanArray, Column, DataType, PrimitiveArray, Scalar, StringArray};
use lazuli_kernels::{KernelError, NO_ROW, take_column_optional};

use super::CategoryNamespace;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, Literal, lit};

/// A function of the text of a category, with constants behind it.
#[derive(Debug)]
pub struct OfCategory {
    name: &'static str,
    expected: &'static str,
    /// The type of the result, if these are the constants that the function takes.
    output: fn(&[&Scalar]) -> Option<DataType>,
    /// The result for each text, of which none is null.
    kernel: fn(&StringArray, &[Scalar]) -> Column,
}

pub(super) static LEN_BYTES: OfCategory = OfCategory {
    name: "cat.len_bytes",
    expected: "one Categorical or Enum",
    output: |constants| constants.is_empty().then_some(DataType::Int64),
    kernel: |texts, _| numbers(texts, str::len),
};

pub(super) static LEN_CHARS: OfCategory = OfCategory {
    name: "cat.len_chars",
    expected: "one Categorical or Enum",
    output: |constants| constants.is_empty().then_some(DataType::Int64),
    kernel: |texts, _| numbers(texts, |text| text.chars().count()),
};

pub(super) static STARTS_WITH: OfCategory = OfCategory {
    name: "cat.starts_with",
    expected: "a Categorical or Enum and a constant text",
    output: one_text,
    kernel: |texts, constants| flags(texts, constants, |text, part| text.starts_with(part)),
};

pub(super) static ENDS_WITH: OfCategory = OfCategory {
    name: "cat.ends_with",
    expected: "a Categorical or Enum and a constant text",
    output: one_text,
    kernel: |texts, constants| flags(texts, constants, |text, part| text.ends_with(part)),
};

pub(super) static SLICE: OfCategory = OfCategory {
    name: "cat.slice",
    expected: "a Categorical or Enum, the place of the first letter, and maybe a number of letters",
    output: |constants| {
        let fits = matches!(constants.len(), 1 | 2) && constants.iter().all(|value| number(value).is_some());
        (fits && constants.get(1).is_none_or(|length| number(length) >= Some(0))).then_some(DataType::String)
    },
    kernel: |texts, constants| {
        let offset = constants.first().and_then(number).unwrap_or(0);
        let length = constants.get(1).and_then(number);
        let cut = |text: &str| -> String {
            let count = text.chars().count() as i64;
            let start = if offset < 0 { count.saturating_add(offset) } else { offset };
            let end = length.map_or(count, |length| start.saturating_add(length)).clamp(0, count);
            let start = start.clamp(0, end);
            text.chars().skip(start as usize).take((end - start) as usize).collect()
        };
        let cuts: StringArray = texts.iter().map(|text| text.map(cut)).collect();
        Column::new(DataType::String, cuts)
    },
};

fn one_text(constants: &[&Scalar]) -> Option<DataType> {
    matches!(constants, [Scalar::String(_)]).then_some(DataType::Boolean)
}

fn number(value: &Scalar) -> Option<i64> {
    match *value {
        Scalar::Int32(value) => Some(value.into()),
        Scalar::Int64(value) => Some(value),
        _ => None,
    }
}

fn numbers(texts: &StringArray, number: impl Fn(&str) -> usize) -> Column {
    let numbers: PrimitiveArray<i64> =
        texts.iter().map(|text| text.map(|text| number(text) as i64)).collect();
    Column::new(DataType::Int64, numbers)
}

fn flags(texts: &StringArray, constants: &[Scalar], flag: impl Fn(&str, &str) -> bool) -> Column {
    let part = match constants {
        [Scalar::String(part)] => part.as_str(),
        _ => "",
    };
    let flags: BooleanArray = texts.iter().map(|text| text.map(|text| flag(text, part))).collect();
    Column::new(DataType::Boolean, flags)
}

impl ScalarFunction for OfCategory {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let wrong = || SignatureError::Expected(self.expected.into());
        let (input, constants) = arguments.split_first().ok_or_else(wrong)?;
        if !matches!(input.data_type, DataType::Categorical | DataType::Enum(_)) {
            return Err(wrong());
        }
        let constants: Option<Vec<&Scalar>> =
            constants.iter().map(|constant| constant.literal.map(|literal| &literal.value)).collect();
        let output = (self.output)(&constants.ok_or_else(wrong)?).ok_or_else(wrong)?;
        Ok(Signature::unchanged(arguments, output))
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let constants: Vec<Scalar> = inputs[1..].iter().map(|input| input.as_datum().get(0)).collect();
        map_rows(&inputs[0], |column| {
            let Array::Dictionary(array) = column.array() else { unreachable!("categories lie as codes") };
            if array.dictionary().len() > array.len() {
                return Ok((self.kernel)(&array.to_plain(), &constants));
            }
            let by_category = (self.kernel)(&array.dictionary().values().to_array(), &constants);
            let rows: Vec<u32> = array.codes().iter().map(|code| code.unwrap_or(NO_ROW)).collect();
            Ok(take_column_optional(&by_category, &rows))
        })
    }

    fn adapts_constants(&self) -> bool {
        false
    }
}

impl CategoryNamespace {
    /// The bytes of each category.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("size").cat().len_bytes().to_string(), "cat.len_bytes(size)");
    /// ```
    pub fn len_bytes(self) -> Expr {
        self.0.call(super::LEN_BYTES)
    }

    /// The letters of each category.
    pub fn len_chars(self) -> Expr {
        self.0.call(super::LEN_CHARS)
    }

    /// Whether the category begins with a text.
    pub fn starts_with(self, prefix: &str) -> Expr {
        self.0.call_with(super::STARTS_WITH, [lit(prefix)])
    }

    /// Whether the category ends with a text.
    pub fn ends_with(self, suffix: &str) -> Expr {
        self.0.call_with(super::ENDS_WITH, [lit(suffix)])
    }

    /// `length` letters of the category, all if `None`, from place `offset` on, which counts from the end if negative.
    pub fn slice(self, offset: i64, length: Option<u32>) -> Expr {
        let number = |value: i64| Expr::Literal(Literal::typed(Scalar::Int64(value)));
        let length = length.map(|length| number(length.into()));
        self.0.call_with(super::SLICE, std::iter::once(number(offset)).chain(length))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::show;
    use crate::col;

    #[test]
    fn texts_of_categories() {
        let c = || col("c").cat();
        assert_eq!(show(c().len_bytes()), "3 1 null 3");
        assert_eq!(show(c().len_chars()), "2 1 null 2");
        assert_eq!(show(c().starts_with("n")), "true false null true");
        assert_eq!(show(c().ends_with("b")), "false true null false");
        assert_eq!(show(c().slice(-1, None)), "é b null é");
        assert_eq!(show(c().slice(0, Some(1))), "n b null n");
        assert_eq!(show(col("e").cat().slice(1, Some(1))), "i null o i");
        assert_eq!(show(col("e").cat().len_bytes()), "3 null 3 4");
        assert!(show(col("n").cat().len_bytes()).contains("cat.len_bytes takes one Categorical or Enum"));
    }
}
