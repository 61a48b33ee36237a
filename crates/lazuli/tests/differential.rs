//! The differential suite: expressions as texts give the answers that another engine gave, in whatever form their input is.
//!
//! Cases and answers are kept in `testdata/differential/`; `testdata/make/README.md` says how they are made. Every case
//! is recorded for a whole input, for none of its rows, and for the first row.

use std::fmt::Write;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use lazuli::prelude::*;
use lazuli_sql::{TextError, parse_expr};

#[path = "golden/answer.rs"]
mod answer; // a frame as the text that is kept
#[path = "differential/cases.rs"]
mod cases; // the files of cases
#[path = "differential/inputs.rs"]
mod inputs; // the frames of cases, in every form

use answer::{difference, to_text};
use cases::{Case, Part};
use inputs::{Form, Inputs};

/// How many wrong answers are shown in full.
const SHOWN: usize = 60;

/// Why a case has no answer.
enum Failure {
    /// The text says nothing: no case is about that.
    Unreadable(String),
    /// The query is refused, or fails.
    Failed(String),
}

/// The answer of a case, or why there is none.
fn run(case: &Case, frame: &DataFrame, form: Form) -> Result<String, Failure> {
    let expr = parse_expr(&case.text).map_err(|error| match error {
        TextError::ArgumentCount { .. } => Failure::Failed(error.to_string()),
        _ => Failure::Unreadable(error.to_string()),
    })?;
    let expr = expr.alias("out");
    let frame = frame.lazy().with_options(form.options(!case.keys.is_empty()));
    let query = match case.keys.as_slice() {
        [] => frame.select(expr),
        keys => frame.group_by(keys.iter().map(|key| col(key.as_str())).collect::<Vec<_>>()).agg(expr),
    };
    query.collect().map(|frame| to_text(&frame)).map_err(|error| Failure::Failed(error.to_string()))
}

/// What is wrong with the answer of a case, if anything.
fn check(case: &Case, part: Part, expected: Option<&str>, inputs: &Inputs) -> Option<String> {
    for &form in Form::of_part(part) {
        let found = run(case, inputs.frame(&case.input, part, form), form);
        let wrong = match (expected, found) {
            (_, Err(Failure::Unreadable(error))) => format!("  {error}\n"),
            (None, Err(Failure::Failed(_))) => continue,
            (Some(expected), Ok(found)) if found == expected => continue,
            (Some(expected), Ok(found)) if case.near && cases::nearly_equal(expected, &found) => continue,
            (Some(expected), Ok(found)) => difference(expected, &found),
            (None, Ok(found)) => format!("  an error was expected, not\n{found}"),
            (Some(_), Err(Failure::Failed(error))) => format!("  {error}\n"),
        };
        return Some(format!("{}, {part:?} rows, {form:?}: {}\n{wrong}", case.place, case.text));
    }
    None
}

#[test]
fn every_case_gives_the_recorded_answer() {
    let folder = inputs::folder();
    let inputs = Inputs::read();
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    let cases: Vec<Case> = files.iter().flat_map(|path| cases::read(path)).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index) else { break };
                    for (part, expected) in Part::ALL.into_iter().zip(&case.answers) {
                        if let Some(message) = check(case, part, expected.as_deref(), &inputs) {
                            wrong.lock().expect("no panic").push((index, part, message));
                        }
                    }
                }
            });
        }
    });
    let num_answers = cases.len() * Part::ALL.len();
    println!("{} cases, {num_answers} answers", cases.len());
    let mut wrong = wrong.into_inner().expect("no panic");
    wrong.sort_by_key(|(index, part, _)| (*index, *part));
    let mut report = String::new();
    for (_, _, message) in wrong.iter().take(SHOWN) {
        writeln!(report, "{message}").expect("a string takes it");
    }
    assert!(wrong.is_empty(), "{} of {num_answers} answers are wrong:\n{report}", wrong.len());
}
