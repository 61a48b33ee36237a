//! `str.join`.

use std::ops::Range;

use lazuli_array::{Array, Column, DataType, Scalar};
use lazuli_kernels::{KernelError, strings};

use crate::function::text::StringNamespace;
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate, Expr, Groups, RowOrder};

/// All texts as one in the order of rows, with a separator between them; the empty text for none. A null is left out, or,
/// if nulls are not ignored, makes the result null.
#[derive(Debug)]
pub struct Join;

const EXPECTED: &str =
    "a String column, and perhaps a constant separator and whether nulls are ignored (true or false)";

impl Aggregate for Join {
    fn name(&self) -> &'static str {
        "str.join"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let expected = || SignatureError::Expected(EXPECTED.into());
        let (column, constants) = arguments.split_first().ok_or_else(expected)?;
        let constant =
            |index: usize| constants.get(index).map(|argument| argument.literal.map(|it| &it.value));
        let fits = matches!(column.data_type, DataType::String | DataType::Null)
            && matches!(constant(0), None | Some(Some(Scalar::String(_))))
            && matches!(constant(1), None | Some(Some(Scalar::Boolean(_))))
            && constants.len() <= 2;
        if !fits {
            return Err(expected());
        }
        let options = constants.iter().map(|argument| argument.data_type.clone());
        let inputs = std::iter::once(DataType::String).chain(options).collect();
        Ok(Signature { inputs, output: DataType::String })
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let constant = |index: usize| Some(arguments.get(index)?.literal?.value.clone());
        let separator = match constant(1) {
            Some(Scalar::String(text)) => text.to_string(),
            _ => String::new(),
        };
        let ignore_nulls = !matches!(constant(2), Some(Scalar::Boolean(false)));
        Box::new(JoinedTexts { texts: super::IMPLODE.accumulator(&arguments[..1]), separator, ignore_nulls })
    }

    fn is_ordered(&self) -> bool {
        true
    }
}

/// The texts of all groups as lists, which are joined at the end.
struct JoinedTexts {
    texts: Box<dyn Accumulator>,
    separator: String,
    ignore_nulls: bool,
}

impl Accumulator for JoinedTexts {
    fn resize(&mut self, num_groups: usize) {
        self.texts.resize(num_groups);
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, order: RowOrder) -> Result<(), KernelError> {
        self.texts.update(inputs, groups, order)
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        self.texts.state(groups)
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        self.texts.merge(state, groups)
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        let lists = self.texts.finish(groups)?;
        let Array::List(lists) = lists.array() else { unreachable!("imploded rows are lists") };
        let joined = strings::join_lists(lists, &self.separator, self.ignore_nulls)?;
        Ok(Column::new(DataType::String, joined))
    }

    fn memory_bytes(&self) -> usize {
        self.texts.memory_bytes()
    }
}

impl StringNamespace {
    /// All texts as one in the order of rows, `separator` between them; the empty text for none. Nulls are left out with
    /// `ignore_nulls`, else one of them makes the result null. An aggregate.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("name").str().join(", ", true).to_string(), "str.join(name, ', ', true)");
    /// ```
    pub fn join(self, separator: &str, ignore_nulls: bool) -> Expr {
        let inputs = vec![self.0, separator.into(), ignore_nulls.into()];
        Expr::Aggregate { aggregate: super::STR_JOIN, inputs }
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar};

    use crate::Literal;
    use crate::aggregate::STR_JOIN;
    use crate::aggregate::tests::{check, refuses};

    #[test]
    fn texts_in_order() {
        let constants = |separator: &str, ignore_nulls: bool| {
            [Scalar::from(separator), Scalar::Boolean(ignore_nulls)].map(Literal::typed)
        };
        let texts = Column::from_values([Some("b"), None, Some("é"), Some("")].into_iter());
        check(&STR_JOIN, &constants("-", true), &[(texts.clone(), "b-é-".into())]);
        check(&STR_JOIN, &constants("-", false), &[(texts.clone(), Scalar::Null)]);
        check(&STR_JOIN, &[], &[(texts, "bé".into())]);
        let none = [
            (Column::new_null(DataType::String, 0), "".into()),
            (Column::new_null(DataType::String, 2), "".into()),
            (Column::new_null(DataType::Null, 2), "".into()),
        ];
        check(&STR_JOIN, &constants("-", true), &none);
        assert!(refuses(&STR_JOIN, &DataType::Int64));
    }
}
