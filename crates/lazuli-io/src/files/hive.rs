//! Keys of folders: `sales/year=2024/month=5/part-0.parquet` has a `year` and a `month` for all of its rows.

use super::{FileError, FilesError, FilesOptions};
use lazuli_array::{DataType, Field, Name, Scalar};
use lazuli_kernels::cast::{CastMode, cast};
use std::path::{Component, Path};

/// What writers name a folder whose key is null.
const NULL_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";

/// The columns that the folders of files give, and their values, file by file; none where keys are not asked for.
pub(super) fn columns<E: FileError>(
    paths: &[&Path],
    options: &FilesOptions,
) -> Result<(Vec<Field>, Vec<Vec<Scalar>>), E> {
    if !options.hive_partitioning {
        return Ok((Vec::new(), vec![Vec::new(); paths.len()]));
    }
    let keys: Vec<Vec<(Name, Option<String>)>> = paths.iter().map(|path| keys_of(path)).collect();
    let Some(first) = keys.first() else { return Ok((Vec::new(), Vec::new())) };
    let names =
        |keys: &[(Name, Option<String>)]| keys.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let expected = names(first);
    for (path, keys) in paths.iter().zip(&keys) {
        let found = names(keys);
        if found != expected {
            let error = FilesError::FolderKeys { found, expected, first: paths[0].to_owned() };
            return Err(E::from(error).in_file(path));
        }
    }
    let fields: Vec<Field> = expected
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let given = options.hive_schema.iter().find(|(given, _)| given == name);
            let texts = keys.iter().filter_map(|keys| keys[index].1.as_deref());
            let data_type = match given {
                Some((_, data_type)) => data_type.clone(),
                None => type_of(texts, options.try_parse_hive_dates),
            };
            Field::new(name.clone(), data_type)
        })
        .collect();
    let mut values = Vec::with_capacity(paths.len());
    for (path, keys) in paths.iter().zip(&keys) {
        let row = keys.iter().zip(&fields).map(|((_, text), field)| value_of(text.as_deref(), field));
        values.push(row.collect::<Result<Vec<_>, _>>().map_err(|error| E::from(error).in_file(path))?);
    }
    Ok((fields, values))
}

/// The keys of the folders that a file is in, from the outermost.
fn keys_of(path: &Path) -> Vec<(Name, Option<String>)> {
    let folders = path.parent().into_iter().flat_map(Path::components);
    let pairs = folders.filter_map(|folder| match folder {
        Component::Normal(name) => name.to_str()?.split_once('='),
        _ => None,
    });
    pairs
        .map(|(name, value)| {
            let value = (value != NULL_VALUE).then(|| unescaped(value));
            (Name::from(unescaped(name)), value)
        })
        .collect()
}

/// Text with `%2F` and the like as the characters they stand for.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| byte == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(escaped) => {
                bytes.push(escaped);
                rest = &behind[2..];
            }
            None => {
                bytes.push(byte);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// The first of whole numbers, dates and texts that all values are.
fn type_of<'a>(texts: impl Iterator<Item = &'a str> + Clone, with_dates: bool) -> DataType {
    let all_are = |data_type: &DataType| texts.clone().all(|text| cast_text(text, data_type).is_some());
    if texts.clone().next().is_none() {
        DataType::String
    } else if all_are(&DataType::Int64) {
        DataType::Int64
    } else if with_dates && all_are(&DataType::Date) {
        DataType::Date
    } else {
        DataType::String
    }
}

fn cast_text(text: &str, data_type: &DataType) -> Option<Scalar> {
    if *data_type == DataType::String {
        return Some(text.into());
    }
    cast(&Scalar::from(text).to_column(1), data_type, CastMode::Strict).ok().map(|column| column.get(0))
}

fn value_of(text: Option<&str>, field: &Field) -> Result<Scalar, FilesError> {
    let Some(text) = text else { return Ok(Scalar::Null) };
    cast_text(text, field.data_type()).ok_or_else(|| {
        let (name, data_type) = (field.name().clone(), field.data_type().clone());
        FilesError::KeyValue { name, text: text.to_owned(), data_type }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::error::tests::Failure;

    fn texts(paths: &[&str], options: FilesOptions) -> Result<String, Failure> {
        let paths: Vec<&Path> = paths.iter().map(Path::new).collect();
        let (fields, values) =
            columns::<Failure>(&paths, &FilesOptions { hive_partitioning: true, ..options })?;
        Ok(format!("{fields:?} {values:?}").replace("Field ", ""))
    }

    #[test]
    fn folders_have_keys() {
        let of = |paths: &[&str]| {
            let paths: Vec<&Path> = paths.iter().map(Path::new).collect();
            let options = FilesOptions { hive_partitioning: true, ..FilesOptions::default() };
            columns::<Failure>(&paths, &options).expect("keys")
        };
        let (fields, values) = of(&["s/year=2024/city=Rio%2FBR/a.parquet", "s/year=7/city=x/b.parquet"]);
        let types: Vec<&DataType> = fields.iter().map(Field::data_type).collect();
        assert_eq!(types, [&DataType::Int64, &DataType::String]);
        assert_eq!(values[0], [Scalar::Int64(2024), Scalar::from("Rio/BR")]);
        let (fields, values) = of(&["day=2024-02-29/a", "day=__HIVE_DEFAULT_PARTITION__/b"]);
        assert_eq!(*fields[0].data_type(), DataType::Date);
        assert_eq!(values[1], [Scalar::Null]);
        assert_eq!(of(&["plain/a.parquet"]).0.len(), 0);
        // The name of the file itself is no folder.
        assert_eq!(of(&["a=1.parquet"]).0.len(), 0);
    }

    #[test]
    fn keys_that_do_not_fit_are_refused() {
        let error = texts(&["a=1/x", "b=1/x"], FilesOptions::default()).expect_err("other keys");
        assert!(matches!(error, Failure(FilesError::FolderKeys { .. })), "{error}");
        let given = vec![("a".into(), DataType::Int8)];
        let options = FilesOptions { hive_schema: given, ..FilesOptions::default() };
        let error = texts(&["a=1000/x"], options).expect_err("too large");
        assert_eq!(error.to_string(), "column \"a\": \"1000\" is no Int8");
    }
}
