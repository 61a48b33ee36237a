//! What physical form columns have, and how a frame is cut into batches, never changes an answer.

use std::sync::Arc;

use lazuli_array::{
    Batch, Column, DataFrame, DataType, Dictionary, DictionaryArray, ListArray, PrimitiveArray, StringArray,
    StructArray,
};
use lazuli_expr::{col, len, lit};
use lazuli_plan::{JoinType, Keep};

use crate::builder::{Query, column, frame, query, scattered, union};
use crate::configurations::answer;

const ROWS: u64 = 300;

fn words() -> Vec<Option<String>> {
    scattered(ROWS, 29).map(|n| (n % 7 != 3).then(|| format!("word {n}"))).collect()
}

fn plain(words: &[Option<String>]) -> Column {
    column(words.iter().map(Option::as_deref))
}

/// A dictionary of the words in order of appearance, or the other way around.
fn coded(words: &[Option<String>], backwards: bool) -> Column {
    let mut distinct: Vec<&str> = Vec::new();
    for word in words.iter().flatten() {
        if !distinct.contains(&word.as_str()) {
            distinct.push(word);
        }
    }
    if backwards {
        distinct.reverse();
    }
    let code = |word: &String| distinct.iter().position(|known| known == word).map(|code| code as u32);
    let codes: PrimitiveArray<u32> = words.iter().map(|word| word.as_ref().and_then(code)).collect();
    let dictionary = Dictionary::new(distinct.iter().copied().map(Some).collect::<StringArray>());
    Column::new(
        DataType::String,
        DictionaryArray::try_new(codes, Arc::new(dictionary)).expect("codes of the entries"),
    )
}

/// The same rows in four forms: plain, coded, coded with a dictionary for each batch, some of either.
fn forms() -> Vec<DataFrame> {
    let words = words();
    let numbers: Vec<i64> = scattered(ROWS, 1000).collect();
    let part = |range: std::ops::Range<usize>, form: usize| {
        let words = &words[range.clone()];
        let column_of_words = match form {
            0 => plain(words),
            form => coded(words, form == 2),
        };
        let numbers = column(numbers[range].iter().copied());
        Batch::from_columns(vec![("word".into(), column_of_words), ("n".into(), numbers)])
            .expect("equal lengths")
    };
    let all = ROWS as usize;
    let cuts = |forms: &[usize]| -> DataFrame {
        let length = all / forms.len();
        let batches: Vec<Batch> = forms
            .iter()
            .enumerate()
            .map(|(index, &form)| part(index * length..(index + 1) * length, form))
            .collect();
        DataFrame::from_batches(batches[0].schema().clone(), batches).expect("one schema")
    };
    vec![cuts(&[0]), cuts(&[1]), cuts(&[1, 2, 1]), cuts(&[0, 2, 1, 0, 0, 1])]
}

fn assert_same(name: &str, plan: impl Fn(&DataFrame) -> Query) {
    let answers: Vec<DataFrame> = forms().iter().map(|form| answer(&plan(form))).collect();
    assert!(answers[0].height() > 0, "{name} gives nothing to compare");
    for other in &answers[1..] {
        assert_eq!(*other, answers[0], "{name}");
    }
}

#[test]
fn texts_in_every_form() {
    let other = || {
        let words = &words()[100..140];
        query(&frame(vec![("word", coded(words, true)), ("m", column(0..40i64))]))
            .unique(Some(vec![col("word")]), Keep::First)
    };
    assert_same("filter", |frame| query(frame).filter(col("word").gt(lit("word 2"))));
    assert_same("group_by", |frame| {
        query(frame)
            .group_by([col("word")], [col("n").sum(), len().alias("len"), col("word").max().alias("max")])
    });
    assert_same("first and last", |frame| {
        query(frame).group_by(
            [(col("n") % 5).alias("k")],
            [
                col("word").first().alias("first"),
                col("word").last().alias("last"),
                col("word").n_unique().alias("kinds"),
            ],
        )
    });
    assert_same("sort", |frame| query(frame).sort([col("word").desc(), col("n").asc()]));
    assert_same("top k", |frame| query(frame).sort([col("word").asc()]).slice(0, Some(20)));
    assert_same("unique", |frame| query(frame).unique(Some(vec![col("word")]), Keep::Last));
    for join_type in [JoinType::Inner, JoinType::Left, JoinType::Right, JoinType::Full, JoinType::Anti] {
        assert_same("join", |frame| query(frame).join(other(), [col("word")], join_type));
        if join_type != JoinType::Anti {
            assert_same("join", |frame| other().join(query(frame), [col("word")], join_type));
        }
    }
    assert_same("union", |frame| {
        union(vec![query(frame), other().select([col("word"), col("m").alias("n")])])
    });
    assert_same("pivot", |frame| {
        query(frame).with_columns([(col("n") % 3).alias("k")]).pivot(
            &["word"],
            &["k"],
            &["n"],
            Some(col("element").max()),
        )
    });
    assert_same("pivot of texts", |frame| {
        query(frame).with_columns([(col("n") % 3).alias("k"), (col("n") % 4).alias("on")]).pivot(
            &["on"],
            &["k"],
            &["word"],
            Some(col("element").first()),
        )
    });
    assert_same("unpivot", |frame| {
        query(frame).select([col("word"), col("word").alias("w")]).unpivot(&["w", "word"], &[])
    });
    assert_same("slice", |frame| query(frame).slice(-120, Some(50)));
}

/// Lists of one to three numbers, and structs of a number and a text, with nulls.
fn nested() -> DataFrame {
    let numbers: Vec<i64> = scattered(ROWS, 4).collect();
    let mut offsets = vec![0i64];
    let mut items = Vec::new();
    for &number in &numbers {
        items.extend(0..=number % 3);
        offsets.push(items.len() as i64);
    }
    let validity = numbers.iter().map(|&number| number != 2).collect();
    let lists = ListArray::new(offsets.into(), PrimitiveArray::from_vec(items).into(), Some(validity));
    let fields =
        vec![lazuli_array::Field::new("a", DataType::Int64), lazuli_array::Field::new("b", DataType::String)];
    let texts: StringArray =
        numbers.iter().map(|number| Some(if number % 2 == 0 { "even" } else { "odd" })).collect();
    let parts = vec![PrimitiveArray::from_vec(numbers.clone()).into(), texts.into()];
    let structs = StructArray::new(numbers.len(), parts, None);
    frame(vec![
        ("list", Column::new(DataType::List(Box::new(DataType::Int64)), lists)),
        ("struct", Column::new(DataType::Struct(fields.into()), structs)),
        ("row", column(0..ROWS as i64)),
        ("nothing", Column::new_null(DataType::Null, ROWS as usize)),
    ])
}

#[test]
fn nested_columns_are_keys_and_payload() {
    let input = nested();
    let groups = answer(&query(&input).group_by([col("list"), col("nothing")], [len().alias("len")]));
    assert_eq!(groups.height(), 3);
    let groups = answer(&query(&input).group_by([col("struct")], [len().alias("len")]));
    assert_eq!(groups.height(), 4);
    let unique = answer(&query(&input).unique(None, Keep::First));
    assert_eq!(unique.height(), ROWS as usize);
    let sorted = answer(&query(&input).sort([(col("row") % 10).desc()]));
    assert_eq!(sorted.height(), ROWS as usize);
    let joined = answer(&query(&input).join(
        query(&input).slice(0, Some(20)).select([col("row"), col("list").alias("other")]),
        [col("row")],
        JoinType::Left,
    ));
    for row in 0..ROWS as usize {
        let other = joined.get(row, 4);
        assert!(if row < 20 { other == joined.get(row, 0) } else { other.is_null() });
    }
}
