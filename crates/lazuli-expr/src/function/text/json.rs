//! `str.json_path_match`, `str.json_decode`.

use lazuli_array::{Array, Column, DataType, Name, Scalar, StringArray};
use lazuli_kernels::KernelError;
use lazuli_kernels::cast::{CastMode, cast};
use serde_json::Value as Json;

use super::StringNamespace;
use super::text_function::{TextFunction, infallible};
use crate::function::SignatureError;
use crate::function::arguments::{Constants, Parameter};
use crate::{Expr, FunctionRef, Literal};

/// The path.
pub(super) static JSON_PATH_MATCH: TextFunction = TextFunction {
    name: "str.json_path_match",
    parameters: &[Parameter::one_text("path")],
    required: 1,
    output: |arguments| match arguments.text(1) {
        Some(path) => {
            steps(&path).map_err(SignatureError::InvalidArgument)?;
            Ok(DataType::String)
        }
        None => Ok(DataType::String),
    },
    kernel: |call| {
        let Some(steps) = call.text(1).and_then(|path| steps(&path).ok()) else { return Ok(None) };
        infallible(move |texts| -> StringArray { texts.iter().map(|text| text_at(text?, &steps)).collect() })
    },
    is_fallible: false,
    by_row: None,
};

/// One step of a path, from a value to those in it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// The value of this name in an object.
    Name(String),
    /// The value at this place of an array, from its end if negative.
    Index(i64),
    /// Every value of an object or array.
    Each,
    /// Every value of this name, however deep.
    Anywhere(String),
}

/// A path: `$`, then `.name`, `['name']`, `[3]`, `[-1]`, `.*`, `[*]`, `..name`.
fn steps(path: &str) -> Result<Vec<Step>, String> {
    let error = |what: &str| {
        format!("{path:?} is no path: {what}; paths are $ and then .name, ['name'], [0], [*], .* or ..name")
    };
    let mut rest = path.strip_prefix('$').ok_or_else(|| error("it does not begin with $"))?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let quote = inside.chars().next().filter(|letter| matches!(letter, '\'' | '"'));
            if let Some(quote) = quote {
                let (name, after) = inside[1..].split_once(quote).ok_or_else(|| error("a quote is open"))?;
                rest = after.strip_prefix(']').ok_or_else(|| error("a bracket is open"))?;
                steps.push(Step::Name(name.to_string()));
                continue;
            }
            let (index, after) = inside.split_once(']').ok_or_else(|| error("a bracket is open"))?;
            rest = after;
            steps.push(match index.trim() {
                "*" => Step::Each,
                number => Step::Index(
                    number.parse().map_err(|_| error(&format!("[{number}] is neither a number nor *")))?,
                ),
            });
            continue;
        }
        let named = rest.strip_prefix('.').ok_or_else(|| error("a name has no dot before it"))?;
        let (anywhere, named) = match named.strip_prefix('.') {
            Some(named) => (true, named),
            None => (false, named),
        };
        let end = named.find(['.', '[']).unwrap_or(named.len());
        let (name, after) = named.split_at(end);
        rest = after;
        steps.push(match (name, anywhere) {
            ("", _) => return Err(error("a name is empty")),
            ("*", false) => Step::Each,
            (name, true) => Step::Anywhere(name.to_string()),
            (name, false) => Step::Name(name.to_string()),
        });
    }
    Ok(steps)
}

/// The text of the first value that a path leads to: a text without its quotes, anything else as JSON; `None` for null.
fn text_at(text: &str, steps: &[Step]) -> Option<String> {
    let value: Json = serde_json::from_str(text).ok()?;
    match first_at(&value, steps)? {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn first_at<'a>(value: &'a Json, steps: &[Step]) -> Option<&'a Json> {
    let Some((step, rest)) = steps.split_first() else { return Some(value) };
    match (step, value) {
        (Step::Name(name), Json::Object(fields)) => first_at(fields.get(name)?, rest),
        (Step::Index(index), Json::Array(items)) => {
            let place = if *index < 0 { index + items.len() as i64 } else { *index };
            first_at(items.get(usize::try_from(place).ok()?)?, rest)
        }
        (Step::Each, value) => children(value).find_map(|child| first_at(child, rest)),
        (Step::Anywhere(name), value) => {
            let own = if let Json::Object(fields) = value { fields.get(name) } else { None };
            own.and_then(|own| first_at(own, rest))
                .or_else(|| children(value).find_map(|child| first_at(child, steps)))
        }
        _ => None,
    }
}

fn children(value: &Json) -> Box<dyn Iterator<Item = &Json> + '_> {
    match value {
        Json::Array(items) => Box::new(items.iter()),
        Json::Object(fields) => Box::new(fields.values()),
        _ => Box::new(std::iter::empty()),
    }
}

/// A value of the type that is meant.
pub(super) static JSON_DECODE: TextFunction = TextFunction {
    name: "str.json_decode",
    parameters: &[Parameter::of_type("data_type")],
    required: 1,
    output: |arguments| match arguments.get(1) {
        Some(argument) if is_decodable(argument.data_type) => Ok(argument.data_type.clone()),
        _ => Err(SignatureError::InvalidArgument("JSON is not read as this type".into())),
    },
    kernel: |call| {
        let output = call.output.clone();
        Ok(Some(Box::new(move |texts| decode(texts, &output))))
    },
    is_fallible: true,
    by_row: None,
};

fn is_decodable(data_type: &DataType) -> bool {
    match data_type {
        DataType::List(item) => is_decodable(item),
        DataType::Struct(fields) => fields.iter().all(|field| is_decodable(field.data_type())),
        DataType::Boolean | DataType::String | DataType::Date | DataType::Time | DataType::Datetime(..) => {
            true
        }
        DataType::Decimal { .. } => true,
        number => number.is_integer() || number.is_float(),
    }
}

fn decode(texts: &StringArray, output: &DataType) -> Result<Array, KernelError> {
    let values = texts.iter().enumerate().map(|(row, text)| {
        let Some(text) = text else { return Ok(Scalar::Null) };
        let json: Option<Json> = serde_json::from_str(text).ok();
        json.and_then(|json| scalar(&json, output)).ok_or_else(|| KernelError::CastFailed {
            row,
            value: text.to_string(),
            from: DataType::String,
            to: output.clone(),
        })
    });
    let values = values.collect::<Result<Vec<Scalar>, KernelError>>()?;
    Ok(Column::from_scalars(output, values)?.into_array())
}

/// The value as exactly this type; `None` if it is none of it.
fn scalar(json: &Json, data_type: &DataType) -> Option<Scalar> {
    Some(match (json, data_type) {
        (Json::Null, _) => Scalar::Null,
        (Json::Bool(value), DataType::Boolean) => Scalar::Boolean(*value),
        (Json::String(text), DataType::String) => Scalar::String(Name::from(text.as_str())),
        (Json::Number(_) | Json::Bool(_), DataType::String) => Scalar::String(Name::from(json.to_string())),
        (Json::Number(number), data_type) if data_type.is_float() => of_column(
            Column::from_scalars(&DataType::Float64, [Scalar::Float64(number.as_f64()?)]).ok()?,
            data_type,
        )?,
        (Json::Number(number), data_type) if data_type.is_integer() => {
            let wide = match (number.as_i64(), number.as_u64()) {
                (Some(value), _) => Scalar::Int64(value),
                (None, Some(value)) => Scalar::UInt64(value),
                // A float, or more than 64 bits: never cut to fit.
                (None, None) => return None,
            };
            of_column(wide.to_column(1), data_type)?
        }
        (Json::Number(number), DataType::Decimal { .. }) => {
            of_column(Scalar::from(number.to_string().as_str()).to_column(1), data_type)?
        }
        (Json::String(text), data_type) if data_type.is_temporal() => {
            of_column(Scalar::from(text.as_str()).to_column(1), data_type)?
        }
        (Json::Array(items), DataType::List(item)) => {
            let items = items.iter().map(|value| scalar(value, item)).collect::<Option<Vec<_>>>()?;
            Scalar::List(Box::new(Column::from_scalars(item, items).ok()?))
        }
        (Json::Object(values), DataType::Struct(fields)) => {
            let value = |field: &lazuli_array::Field| {
                let value = values.get(field.name().as_str()).unwrap_or(&Json::Null);
                Some((field.name().clone(), scalar(value, field.data_type())?))
            };
            Scalar::Struct(fields.iter().map(value).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// The only row of a column as another type.
fn of_column(column: Column, data_type: &DataType) -> Option<Scalar> {
    Some(cast(&column, data_type, CastMode::Strict).ok()?.get(0))
}

impl StringNamespace {
    /// The text of the first value that a path leads to in each text of JSON: a string without its quotes, anything else as
    /// JSON. Null where the path leads nowhere, or to null, and where the text is no JSON.
    ///
    /// A path is `$`, followed by `.name`, `['name']`, `[0]`, `[-1]`, `[*]`, `.*` or `..name` (however deep).
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let city = col("person").str().json_path_match("$.address.city");
    /// assert_eq!(city.to_string(), "str.json_path_match(person, '$.address.city')");
    /// ```
    pub fn json_path_match(self, path: &str) -> Expr {
        self.0.call_with(FunctionRef::Builtin(&JSON_PATH_MATCH), [path.into()])
    }

    /// Each text of JSON as a value of `data_type`; a name that a struct has and an object has not is null. A text that is
    /// no JSON, or a value that the type does not hold exactly, is an error.
    pub fn json_decode(self, data_type: DataType) -> Expr {
        let of_type = Expr::Literal(Literal { value: Scalar::Null, data_type, flexible: false });
        self.0.call_with(FunctionRef::Builtin(&JSON_DECODE), [of_type])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Field, FromValues};

    use super::*;
    use crate::col;
    use crate::function::text::check::{check, check_texts, error_of, error_over};

    #[test]
    fn paths_lead_to_values() {
        let texts =
            [Some(r#"{"a":{"b":[1,{"c":"x\"y"},null]},"a b":1.5}"#), Some("[true, [2]]"), None, Some("{bad")];
        let cases = [
            ("$.a.b[0]", Some("1"), None),
            ("$.a.b[1].c", Some("x\"y"), None),
            ("$['a']['b'][-2]", Some(r#"{"c":"x\"y"}"#), None),
            ("$.a.b[2]", None, None),
            ("$['a b']", Some("1.5"), None),
            ("$[0]", None, Some("true")),
            ("$[*][0]", None, Some("2")),
            ("$..c", Some("x\"y"), None),
            ("$.a.*", Some(r#"[1,{"c":"x\"y"},null]"#), None),
            ("$.nothing", None, None),
        ];
        for (path, first, second) in cases {
            check_texts(col("a").str().json_path_match(path), &texts, &[first, second, None, None]);
        }
        for path in ["", "a", "$.", "$[x]", "$['a", "$[0", "$a"] {
            let error = error_of(col("a").str().json_path_match(path));
            assert!(error.contains("is no path"), "{path}: {error}");
        }
    }

    #[test]
    fn values_have_the_declared_type() {
        let decode = |data_type: &DataType| col("a").str().json_decode(data_type.clone());
        check(
            decode(&DataType::Int64),
            &[Some("1"), None, Some("null"), Some(" -7 ")],
            &Column::from_values([Some(1i64), None, None, Some(-7)].into_iter()),
        );
        check(
            decode(&DataType::Float32),
            &[Some("1"), Some("0.5")],
            &Column::from_values([Some(1f32), Some(0.5)].into_iter()),
        );
        let fields = [
            Field::new("n", DataType::List(Box::new(DataType::UInt8))),
            Field::new("s", DataType::String),
            Field::new("d", DataType::Date),
        ];
        let struct_type = DataType::Struct(fields.into());
        let row = |numbers: Scalar, text: Scalar, date: Scalar| {
            Scalar::Struct(vec![("n".into(), numbers), ("s".into(), text), ("d".into(), date)])
        };
        let numbers = Scalar::List(Box::new(Column::from_values([Some(1u8), None].into_iter())));
        let rows = [
            row(numbers, Scalar::from("1.5"), Scalar::Date(1)),
            row(Scalar::Null, Scalar::Null, Scalar::Null),
        ];
        check(
            decode(&struct_type),
            &[Some(r#"{"n":[1,null],"s":1.5,"d":"1970-01-02"}"#), Some(r#"{"x":1}"#)],
            &Column::from_scalars(&struct_type, rows).unwrap(),
        );
        for bad in ["1.5", "true", "\"1\"", "{", "", "12345678901234567890"] {
            let error = error_over(decode(&DataType::Int64), &[Some("1"), Some(bad)]);
            assert!(error.contains("cast from String to Int64 failed at row 1"), "{bad}: {error}");
        }
        assert!(error_of(decode(&DataType::Binary)).contains("JSON is not read as this type"));
    }
}
