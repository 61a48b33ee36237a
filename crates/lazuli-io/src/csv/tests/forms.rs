//! Dates of a given form, null texts by column.

use super::*;
use lazuli_array::{DataType, TimeUnit};

fn formatted(formats: &[(&str, &str)]) -> CsvOptions {
    let formats = formats.iter().map(|(name, format)| ((*name).into(), (*format).into())).collect();
    CsvOptions { formats, ..options() }
}

#[test]
fn the_form_decides_the_type() {
    let options =
        formatted(&[("d", "%d.%m.%Y"), ("t", "%I:%M %p"), ("s", "%d/%m/%Y %H:%M"), ("z", "%F %T%z")]);
    assert_eq!(
        answer(
            "d,t,s,z\n1.2.2020,1:30 PM,01/02/2020 10:00,1970-01-01 01:00:01+01:00\n,,\"02/02/2020 10:00\",\n",
            &options
        ),
        "d: Date, t: Time, s: Datetime(us), z: Datetime(us, UTC)\n\
         2020-02-01 Time(48600000000000) Datetime(1580551200000000, Microseconds, None) Datetime(1000000, Microseconds, Some(\"UTC\"))\n\
         - - Datetime(1580637600000000, Microseconds, None) -"
    );
}

#[test]
fn a_given_type_goes_with_the_form() {
    let given = CsvOptions {
        schema_overrides: vec![("a".into(), DataType::Datetime(TimeUnit::Milliseconds, None))],
        ..formatted(&[("a", "%d.%m.%Y")])
    };
    assert_eq!(answer("a\n02.01.1970\n", &given), "a: Datetime(ms)\nDatetime(86400000, Milliseconds, None)");
    let wrong =
        CsvOptions { schema_overrides: vec![("a".into(), DataType::Int64)], ..formatted(&[("a", "%F")]) };
    assert_eq!(
        answer("a\n1\n", &wrong),
        "FILE0: column \"a\": the format \"%F\" does not do: it reads dates or times, and the column is Int64"
    );
    assert_eq!(
        answer("a\n1\n", &formatted(&[("a", "%Y-%m")])),
        "FILE0: column \"a\": the format \"%Y-%m\" does not do: a date needs %Y (or %y), %m and %d, or %Y and %j"
    );
    assert_eq!(
        answer("a\n1\n", &formatted(&[("b", "%F")])),
        "FILE0: a type was given for column \"b\", but the file has: a"
    );
}

#[test]
fn what_is_not_of_the_form() {
    let options = formatted(&[("a", "%d.%m.%Y")]);
    let text = "a,b\n01.02.2020,1\n2020-02-01,2\n";
    assert_eq!(
        answer(text, &options),
        "FILE0, line 3: column \"a\": \"2020-02-01\" is no Date: not of the form that was given (byte 17)"
    );
    let null = CsvOptions { on_misfit: OnMisfit::Null, ..options.clone() };
    assert_eq!(answer(text, &null), "a: Date, b: Int64\n2020-02-01 1\n- 2");
    let widen = CsvOptions { on_misfit: OnMisfit::Widen, ..options.clone() };
    assert_eq!(answer(text, &widen), "a: String, b: Int64\n\"01.02.2020\" 1\n\"2020-02-01\" 2");
    let reject = CsvOptions { on_misfit: OnMisfit::Reject, ..options };
    assert_eq!(
        answer(text, &reject),
        "a: Date, b: Int64\n2020-02-01 1\nset aside:\n3 2 17 a \"2020-02-01,2\" \"2020-02-01\" is no Date: not of the form \
         that was given"
    );
}

#[test]
fn null_texts_of_one_column() {
    let options = CsvOptions {
        dialect: Dialect { null_values: vec!["NA".into()], ..Dialect::default() },
        null_values_of: vec![("b".into(), vec!["-999".into(), "?".into()])],
        ..options()
    };
    assert_eq!(
        answer("a,b\n-999,-999\nNA,NA\n?,?\n1,2\n", &options),
        "a: String, b: Int64\n\"-999\" -\n- -\n\"?\" -\n\"1\" 2"
    );
}
