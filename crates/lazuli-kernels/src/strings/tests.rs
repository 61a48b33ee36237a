//! Kernels of strings against naive twins: over nulls, slices whose first offset is not 0, wide characters and codes.

use lazuli_array::{Array, BooleanArray, Column, DataType, DictionaryArray, PrimitiveArray, StringArray};
use proptest::prelude::*;

use super::*;

/// Few letters, so that they repeat; wide ones among them.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[abé]{0,6}", 1 => "[ab]{7,20}", 1 => "[ \t\u{a0}aÀ€𝄞]{0,4}"]
}

/// Plain strings behind a row that is cut off.
fn texts() -> impl Strategy<Value = StringArray> {
    prop::collection::vec(prop::option::weighted(0.9, text()), 1..80).prop_map(|rows| {
        let rows: StringArray = rows.into_iter().collect();
        rows.sliced(1, rows.len() - 1)
    })
}

fn flags(texts: &StringArray, flag: impl Fn(&str) -> bool) -> BooleanArray {
    texts.iter().map(|text| text.map(&flag)).collect()
}

fn map(texts: &StringArray, map: impl Fn(&str) -> String) -> StringArray {
    texts.iter().map(|text| text.map(&map)).collect()
}

/// Equal as rows, whatever lies under nulls.
fn same(left: impl Into<Array>, right: impl Into<Array>) -> Result<(), TestCaseError> {
    let (left, right): (Array, Array) = (left.into(), right.into());
    prop_assert_eq!(left, right);
    Ok(())
}

proptest! {
    #[test]
    fn literal_search_matches_naive(texts in texts(), needle in prop_oneof!["[abé]{0,4}", "[ab]{5,9}"]) {
        let search = |find: fn(&[i64], &[u8], &[u8]) -> lazuli_array::Bitmap| {
            let found = find(texts.offsets(), texts.bytes(), needle.as_bytes());
            BooleanArray::new(found, texts.validity().cloned())
        };
        same(search(contains_bytes), flags(&texts, |text| text.contains(&needle)))?;
        same(search(starts_with_bytes), flags(&texts, |text| text.starts_with(&needle)))?;
        same(search(ends_with_bytes), flags(&texts, |text| text.ends_with(&needle)))?;
        let pattern = Pattern::literal(&needle);
        same(contains(&texts, &pattern), flags(&texts, |text| text.contains(&needle)))?;
        let places: PrimitiveArray<i64> =
            texts.iter().map(|text| Some(text?.find(&needle)? as i64)).collect();
        same(find(&texts, &pattern), places)?;
        let counts: PrimitiveArray<i64> =
            texts.iter().map(|text| text.map(|text| text.matches(&needle).count() as i64)).collect();
        same(count_matches(&texts, &pattern), counts)?;
    }

    #[test]
    fn changes_match_naive(texts in texts(), needle in "[abé]{0,3}", value in "[xé$]{0,3}", limit in 0usize..4) {
        let (pattern, literal) = (Pattern::literal(&needle), Replacement::literal(&value));
        same(replace(&texts, &pattern, &literal, None), map(&texts, |text| text.replace(&needle, &value)))?;
        same(
            replace(&texts, &pattern, &literal, Some(limit)),
            map(&texts, |text| text.replacen(&needle, &value, limit)),
        )?;
        same(to_lowercase(&texts), map(&texts, str::to_lowercase))?;
        same(to_uppercase(&texts), map(&texts, str::to_uppercase))?;
        same(strip_prefix(&texts, &needle), map(&texts, |text| text.strip_prefix(&needle).unwrap_or(text).into()))?;
        same(strip_suffix(&texts, &needle), map(&texts, |text| text.strip_suffix(&needle).unwrap_or(text).into()))?;
        same(strip_characters(&texts, None, Ends::Both), map(&texts, |text| text.trim().into()))?;
        same(
            strip_characters(&texts, Some(&needle), Ends::End),
            map(&texts, |text| text.trim_end_matches(|letter| needle.contains(letter)).into()),
        )?;
        let lengths: PrimitiveArray<i64> =
            texts.iter().map(|text| text.map(|text| text.chars().count() as i64)).collect();
        same(len_chars(&texts), lengths)?;
        let lengths: PrimitiveArray<i64> = texts.iter().map(|text| text.map(|text| text.len() as i64)).collect();
        same(len_bytes(&texts), lengths)?;
    }

    #[test]
    fn parts_match_naive(texts in texts(), offset in -25i64..25, length in prop::option::of(0u64..10)) {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        let part = |text: &str, start: i64, end: i64| {
            let letters = letters(text);
            let inside = |place: i64| place.clamp(0, letters.len() as i64) as usize;
            letters[inside(start)..inside(end).max(inside(start))].iter().collect::<String>()
        };
        let count = |text: &str| letters(text).len() as i64;
        same(
            slice_text(&texts, Part::Slice { offset, length }),
            map(&texts, |text| {
                let start = if offset < 0 { count(text) + offset } else { offset };
                part(text, start, length.map_or(count(text), |length| start + length as i64))
            }),
        )?;
        same(
            slice_text(&texts, Part::Head(offset)),
            map(&texts, |text| part(text, 0, if offset < 0 { count(text) + offset } else { offset })),
        )?;
        same(
            slice_text(&texts, Part::Tail(offset)),
            map(&texts, |text| part(text, if offset < 0 { -offset } else { count(text) - offset }, count(text))),
        )?;
        let least = offset.unsigned_abs() as usize;
        same(
            pad(&texts, least, 'é', Side::Start),
            map(&texts, |text| format!("{}{text}", "é".repeat(least.saturating_sub(text.chars().count())))),
        )?;
    }

    #[test]
    fn pieces_match_naive(texts in texts(), by in "[abé]{1,2}") {
        let pattern = Pattern::literal(&by);
        for row in 0..texts.len() {
            let Some(text) = texts.get(row) else { continue };
            let pieces = |inclusive| match split(&texts, &pattern, inclusive).get(row) {
                Some(Array::String(pieces)) => pieces.iter().flatten().map(str::to_string).collect::<Vec<_>>(),
                other => panic!("{other:?}"),
            };
            prop_assert_eq!(pieces(false), text.split(&by).collect::<Vec<_>>());
            prop_assert_eq!(pieces(true), text.split_inclusive(&by).collect::<Vec<_>>());
        }
        let fields = split_fields(&texts, &pattern, 2, false, true);
        let field = |index: usize| -> StringArray {
            texts.iter().map(|text| text?.splitn(2, &by).nth(index)).collect()
        };
        same(fields.fields()[0].clone(), field(0))?;
        same(fields.fields()[1].clone(), field(1))?;
    }

    #[test]
    fn encodings_come_back(texts in texts()) {
        for encoding in [Encoding::Hex, Encoding::Base64] {
            let encoded = encode((&texts).into(), encoding);
            let decoded = decode((&encoded).into(), encoding, true).expect("it was encoded just before");
            let bytes: Vec<Option<&[u8]>> = texts.iter().map(|text| text.map(str::as_bytes)).collect();
            prop_assert_eq!(decoded.iter().collect::<Vec<_>>(), bytes);
        }
    }

    #[test]
    fn damaged_encodings_are_refused_or_come_back(text in "[A-D/+=]{0,9}") {
        let texts = StringArray::from_iter([Some(&text)]);
        for encoding in [Encoding::Hex, Encoding::Base64] {
            if let Ok(decoded) = decode((&texts).into(), encoding, true) {
                let again = encode((&decoded).into(), encoding);
                prop_assert_eq!(again.value(0).to_ascii_uppercase(), text.to_ascii_uppercase());
            }
        }
    }

    #[test]
    fn codes_give_what_plain_texts_give(texts in texts(), cut in 0usize..5) {
        let codes: DictionaryArray = texts.iter().collect();
        let start = cut.min(codes.len());
        let sliced = Column::new(DataType::String, codes.sliced(start, codes.len() - start));
        let plain = Column::new(DataType::String, texts.sliced(start, texts.len() - start));
        let pattern = Pattern::literal("a");
        type Compute<'a> = &'a dyn Fn(&StringArray) -> Array;
        let kernels: [(DataType, Compute<'_>); 4] = [
            (DataType::String, &|texts| slice_text(texts, Part::Head(1)).into()),
            (DataType::Int64, &|texts| find(texts, &pattern).into()),
            (DataType::Boolean, &|texts| contains(texts, &pattern).into()),
            (DataType::List(Box::new(DataType::String)), &|texts| split(texts, &pattern, false).into()),
        ];
        for (output, compute) in kernels {
            let of = |column: &Column| map_text(column, &output, &mut |texts| Ok(compute(texts))).unwrap();
            prop_assert_eq!(of(&sliced), of(&plain));
        }
    }
}

#[test]
fn an_entry_that_no_row_has_may_fail() {
    let codes: DictionaryArray = [Some("x"), Some("1"), None, Some("2")].into_iter().collect();
    let integers = |column: &Column| {
        map_text(column, &DataType::Int64, &mut |texts| {
            let failed = |row| crate::KernelError::TooLong { operation: "test", rows: row };
            Ok(to_integer::<i64>(texts, 10, true).map_err(failed)?.into())
        })
    };
    let column = Column::new(DataType::String, codes);
    assert!(integers(&column).is_err());
    assert_eq!(integers(&column.sliced(1, 3)).unwrap().get(0), lazuli_array::Scalar::Int64(1));
}

#[test]
fn decimals_are_exact() {
    let longest = "9".repeat(38);
    let cases = [
        ("0.005", 2, Some(0)),
        ("0.0051", 2, Some(1)),
        ("0.015", 2, Some(2)),
        ("-0.025", 2, Some(-2)),
        ("1e-1", 0, Some(0)),
        ("6e-1", 0, Some(1)),
        ("1E+2", 1, Some(1000)),
        ("", 0, None),
        ("-", 0, None),
        ("1.2.3", 0, None),
        ("1e", 0, None),
        ("0e999999999", 5, Some(0)),
        ("1e999999999", 5, None),
        ("1e-999999999", 5, Some(0)),
        ("١", 0, None),
        (longest.as_str(), 0, Some(10i128.pow(38) - 1)),
        (longest.as_str(), 1, None),
    ];
    for (text, scale, expected) in cases {
        let texts = StringArray::from_iter([Some(text)]);
        assert_eq!(to_decimal(&texts, scale).get(0), expected, "{text} of scale {scale}");
    }
}

#[cfg(feature = "regex")]
mod expressions {
    use super::*;

    proptest! {
        #[test]
        fn groups_are_put_in_as_the_package_does(
            texts in texts(),
            pattern in prop::sample::select(vec!["(a)(b)?", "(?<x>[aé]*)", "(b|$)", "(^)a*", "()"]),
            value in prop::sample::select(vec!["<$1>", "$0$0", "${1}x", "$$1"]),
        ) {
            let regex = regex::Regex::new(pattern).unwrap();
            let pattern = Pattern::regular(pattern).unwrap();
            let replacement = Replacement::expanding(value, &pattern).unwrap();
            for limit in [1, 2] {
                same(
                    replace(&texts, &pattern, &replacement, Some(limit)),
                    map(&texts, |text| regex.replacen(text, limit, value).into_owned()),
                )?;
            }
            same(
                replace(&texts, &pattern, &replacement, None),
                map(&texts, |text| regex.replace_all(text, value).into_owned()),
            )?;
            for row in 0..texts.len() {
                let Some(text) = texts.get(row) else { continue };
                let Some(Array::String(pieces)) = split(&texts, &pattern, false).get(row) else { panic!() };
                prop_assert_eq!(
                    pieces.iter().flatten().collect::<Vec<_>>(),
                    regex.split(text).collect::<Vec<_>>()
                );
            }
        }

        #[test]
        fn escaped_texts_match_themselves(text in "[a.*+?()\\[\\]{}^$|#&~\\\\é-]{0,8}") {
            let pattern = Pattern::regular(&escape_regex(&text)).unwrap();
            prop_assert!(pattern.find(&text) == Some((0, text.len())));
        }
    }
}

#[cfg(not(feature = "regex"))]
#[test]
fn without_the_feature_only_plain_patterns_are_known() {
    assert!(Pattern::regular("plain").is_ok());
    let error = Pattern::regular("a+").unwrap_err().to_string();
    assert!(error.contains("built without the feature `regex`"), "{error}");
    assert!(ManyPatterns::new(&["a".into()], ManyOptions::default()).is_err());
}
