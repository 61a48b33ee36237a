//! How tables are drawn, as JSON: to be kept in a file.

use std::fmt;
use std::path::{Path, PathBuf};

use lazuli_array::{Alignment, FloatFormat, Name, TableFormat, TableStyle};
use serde_json::{Map, Value};

use crate::Result;

/// What is wrong with a text that should say how tables are drawn.
#[derive(Debug)]
#[non_exhaustive]
pub enum TableFormatError {
    /// The text is no JSON object.
    Json {
        /// What is wrong, and where.
        reason: String,
    },
    /// A field that there is not.
    Field {
        /// The field.
        field: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// A field with a value that it cannot have.
    Value {
        /// The field.
        field: String,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A file that cannot be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
}

impl fmt::Display for TableFormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json { reason } => write!(f, "a table format is a JSON object: {reason}"),
            Self::Field { field, nearest: Some(nearest) } => {
                write!(f, "a table format has no field {field:?}; did you mean {nearest:?}?")
            }
            Self::Field { field, nearest: None } => {
                write!(f, "a table format has no field {field:?}; it has {}", FIELDS.join(", "))
            }
            Self::Value { field, expected, found } => {
                write!(f, "{field} of a table format is {expected}, found {found}")
            }
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for TableFormatError {}

/// The fields, in the order of [`TableFormat`].
const FIELDS: [&str; 17] = [
    "max_rows",
    "max_columns",
    "max_cell_chars",
    "max_list_items",
    "max_width",
    "float_format",
    "trim_decimal_zeros",
    "thousands_separator",
    "decimal_separator",
    "text_alignment",
    "number_alignment",
    "show_names",
    "show_types",
    "types_inline",
    "show_shape",
    "shape_below",
    "style",
];

const STYLES: [(&str, TableStyle); 4] = [
    ("unicode", TableStyle::Unicode),
    ("ascii", TableStyle::Ascii),
    ("markdown", TableStyle::Markdown),
    ("plain", TableStyle::Plain),
];

const ALIGNMENTS: [(&str, Alignment); 3] =
    [("left", Alignment::Left), ("center", Alignment::Center), ("right", Alignment::Right)];

/// Formats of tables to JSON and back. A format is a value that is given to [`lazuli_array::DataFrame::format_table`], so
/// that there is nothing global to restore.
///
/// An object has any of the fields of [`TableFormat`] by name; the others are as in its default. A number that is not limited
/// is null, so is a separator that is not written; styles are `unicode`, `ascii`, `markdown` and `plain`; alignments `left`,
/// `center` and `right`; floats `"shortest"`, `{"fixed": 2}` or `{"scientific": 3}`.
///
/// ```
/// use lazuli::prelude::*;
/// use lazuli::{TableFormat, TableFormatJson};
///
/// let format = TableFormat::from_json(r#"{"float_format": {"fixed": 1}, "style": "ascii", "show_types": false}"#)?;
/// let text = df! { "a" => [0.25, 1.0] }?.format_table(&format);
/// assert_eq!(text, "shape: (2, 1)\n+-----+\n|   a |\n+=====+\n| 0.2 |\n| 1.0 |\n+-----+");
/// assert_eq!(TableFormat::from_json(&format.to_json())?, format);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait TableFormatJson: Sized {
    /// All fields as a JSON object.
    fn to_json(&self) -> String;

    /// The format that a JSON object says.
    ///
    /// # Errors
    /// [`TableFormatError`]: text that is no object, fields that are unknown, values that a field cannot have.
    fn from_json(text: &str) -> Result<Self>;

    /// Writes [`TableFormatJson::to_json`] into a file.
    ///
    /// # Errors
    /// [`TableFormatError::File`].
    fn save(&self, path: impl AsRef<Path>) -> Result<()>;

    /// The format that a file of JSON says.
    ///
    /// # Errors
    /// As [`TableFormatJson::from_json`], and [`TableFormatError::File`].
    fn load(path: impl AsRef<Path>) -> Result<Self>;
}

impl TableFormatJson for TableFormat {
    fn to_json(&self) -> String {
        // Every field is named, so that a new one is not forgotten.
        let Self {
            max_rows,
            max_columns,
            max_cell_chars,
            max_list_items,
            max_width,
            float_format,
            trim_decimal_zeros,
            thousands_separator,
            decimal_separator,
            text_alignment,
            number_alignment,
            show_names,
            show_types,
            types_inline,
            show_shape,
            shape_below,
            style,
        } = self;
        let limit = |number: &usize| if *number == usize::MAX { Value::Null } else { Value::from(*number) };
        let character = |character: &char| Value::from(character.to_string());
        let values = [
            limit(max_rows),
            limit(max_columns),
            limit(max_cell_chars),
            limit(max_list_items),
            max_width.map_or(Value::Null, Value::from),
            match float_format {
                FloatFormat::Shortest => Value::from("shortest"),
                FloatFormat::Fixed(digits) => serde_json::json!({ "fixed": digits }),
                FloatFormat::Scientific(digits) => serde_json::json!({ "scientific": digits }),
            },
            Value::from(*trim_decimal_zeros),
            thousands_separator.as_ref().map_or(Value::Null, character),
            character(decimal_separator),
            word_of(&ALIGNMENTS, *text_alignment),
            word_of(&ALIGNMENTS, *number_alignment),
            Value::from(*show_names),
            Value::from(*show_types),
            Value::from(*types_inline),
            Value::from(*show_shape),
            Value::from(*shape_below),
            word_of(&STYLES, *style),
        ];
        let fields: Map<String, Value> = FIELDS.iter().map(|field| field.to_string()).zip(values).collect();
        format!("{:#}", Value::Object(fields))
    }

    fn from_json(text: &str) -> Result<Self> {
        let json = |error: serde_json::Error| TableFormatError::Json { reason: error.to_string() };
        let fields: Map<String, Value> = serde_json::from_str(text).map_err(json)?;
        let mut format = Self::default();
        for (field, value) in &fields {
            set(&mut format, field, value)?;
        }
        Ok(format)
    }

    fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let file = |error| TableFormatError::File { path: path.into(), error };
        Ok(std::fs::write(path, self.to_json() + "\n").map_err(file)?)
    }

    fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = |error| TableFormatError::File { path: path.into(), error };
        Self::from_json(&std::fs::read_to_string(path).map_err(file)?)
    }
}

/// Sets one of the fields.
fn set(format: &mut TableFormat, field: &str, value: &Value) -> std::result::Result<(), TableFormatError> {
    let wrong =
        |expected| TableFormatError::Value { field: field.into(), expected, found: value.to_string() };
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
    let limit = || match value {
        Value::Null => Ok(usize::MAX),
        value => number(value).ok_or_else(|| wrong("a whole number, or null for no limit")),
    };
    let flag = || value.as_bool().ok_or_else(|| wrong("true or false"));
    let character = || {
        let mut characters = value.as_str().unwrap_or("").chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => Ok(character),
            _ => Err(wrong("a text of one character")),
        }
    };
    let alignment = || named(&ALIGNMENTS, value).ok_or_else(|| wrong("left, center or right"));
    match field {
        "max_rows" => format.max_rows = limit()?,
        "max_columns" => format.max_columns = limit()?,
        "max_cell_chars" => format.max_cell_chars = limit()?,
        "max_list_items" => format.max_list_items = limit()?,
        "max_width" => format.max_width = Some(limit()?).filter(|width| *width < usize::MAX),
        "float_format" => {
            let digits = |kind: &str| match value.as_object() {
                Some(fields) if fields.len() == 1 => fields.get(kind).and_then(number),
                _ => None,
            };
            format.float_format = match (value.as_str(), digits("fixed"), digits("scientific")) {
                (Some("shortest"), ..) => FloatFormat::Shortest,
                (_, Some(digits), _) => FloatFormat::Fixed(digits),
                (.., Some(digits)) => FloatFormat::Scientific(digits),
                _ => return Err(wrong("\"shortest\", {\"fixed\": 2} or {\"scientific\": 3}")),
            };
        }
        "trim_decimal_zeros" => format.trim_decimal_zeros = flag()?,
        "thousands_separator" if value.is_null() => format.thousands_separator = None,
        "thousands_separator" => format.thousands_separator = Some(character()?),
        "decimal_separator" => format.decimal_separator = character()?,
        "text_alignment" => format.text_alignment = alignment()?,
        "number_alignment" => format.number_alignment = alignment()?,
        "show_names" => format.show_names = flag()?,
        "show_types" => format.show_types = flag()?,
        "types_inline" => format.types_inline = flag()?,
        "show_shape" => format.show_shape = flag()?,
        "shape_below" => format.shape_below = flag()?,
        "style" => {
            let style = named(&STYLES, value);
            format.style = style.ok_or_else(|| wrong("unicode, ascii, markdown or plain"))?;
        }
        _ => {
            let names: Vec<Name> = FIELDS.iter().map(|field| Name::from(*field)).collect();
            let nearest = lazuli_expr::typing::nearest_name(field, &names).map(|name| name.to_string());
            return Err(TableFormatError::Field { field: field.into(), nearest });
        }
    }
    Ok(())
}

fn word_of<T: PartialEq>(words: &[(&str, T)], value: T) -> Value {
    words.iter().find(|(_, named)| *named == value).map_or(Value::Null, |(word, _)| Value::from(*word))
}

fn named<T: Copy>(words: &[(&str, T)], value: &Value) -> Option<T> {
    let word = value.as_str()?;
    words.iter().find(|(known, _)| *known == word).map(|(_, named)| *named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_come_back() -> Result<()> {
        let other = TableFormat {
            max_rows: 3,
            max_columns: usize::MAX,
            max_cell_chars: 7,
            max_list_items: 2,
            max_width: Some(80),
            float_format: FloatFormat::Scientific(4),
            trim_decimal_zeros: true,
            thousands_separator: Some('\''),
            decimal_separator: ',',
            text_alignment: Alignment::Center,
            number_alignment: Alignment::Left,
            show_names: false,
            show_types: false,
            types_inline: true,
            show_shape: false,
            shape_below: true,
            style: TableStyle::Plain,
        };
        for format in [TableFormat::default(), other.clone()] {
            assert_eq!(TableFormat::from_json(&format.to_json())?, format);
        }
        for (_, style) in STYLES {
            for (_, text_alignment) in ALIGNMENTS {
                let format = TableFormat { style, text_alignment, ..TableFormat::default() };
                assert_eq!(TableFormat::from_json(&format.to_json())?, format);
            }
        }
        assert_eq!(TableFormat::from_json("{}")?, TableFormat::default());
        let path = std::env::temp_dir().join(format!("lazuli-table-format-{}.json", std::process::id()));
        other.save(&path)?;
        assert_eq!(TableFormat::load(&path)?, other);
        let _ = std::fs::remove_file(&path);
        Ok(())
    }

    #[test]
    fn texts_that_are_no_formats() {
        let cases = [
            ("[]", "a table format is a JSON object"),
            ("{", "a table format is a JSON object"),
            (r#"{"max_row": 1}"#, "no field \"max_row\"; did you mean \"max_rows\"?"),
            (r#"{"colour": 1}"#, "it has max_rows, max_columns"),
            (
                r#"{"max_rows": -1}"#,
                "max_rows of a table format is a whole number, or null for no limit, found -1",
            ),
            (r#"{"decimal_separator": "ab"}"#, "a text of one character, found \"ab\""),
            (r#"{"style": "fancy"}"#, "unicode, ascii, markdown or plain, found \"fancy\""),
            (
                r#"{"float_format": {"fixed": 1, "scientific": 1}}"#,
                "float_format of a table format is \"shortest\"",
            ),
            (r#"{"show_types": 1}"#, "true or false, found 1"),
        ];
        for (text, part) in cases {
            let said = TableFormat::from_json(text).expect_err(text).to_string();
            assert!(said.contains(part), "{said}");
        }
        let said = TableFormat::load("/nowhere/format.json").expect_err("no file").to_string();
        assert!(said.starts_with("/nowhere/format.json: "), "{said}");
    }
}
