//! Ways to run a plan that must not matter.

use lazuli_array::DataFrame;
use lazuli_exec::{Engine, ExecError, ExecOptions};
use lazuli_plan::optimizer::OptimizerOptions;

use crate::builder::{Query, texts};

/// Every number of threads with every size of morsels, the optimizer on and off.
pub fn all() -> Vec<ExecOptions> {
    let mut all = Vec::new();
    for threads in [1, 2, 4] {
        for morsel_rows in [3, 100, ExecOptions::DEFAULT_MORSEL_ROWS] {
            for optimizer in [OptimizerOptions::all(), OptimizerOptions::none()] {
                all.push(ExecOptions {
                    threads: Some(threads),
                    morsel_rows,
                    single_thread_rows: 0,
                    optimizer,
                    ..ExecOptions::default()
                });
            }
        }
    }
    all
}

/// The answer, which all configurations give: the same bits.
pub fn answer(query: &Query) -> DataFrame {
    let mut answers = all().into_iter().map(|options| {
        let answer = Engine::global().execute(&query.0, &options);
        (answer.unwrap_or_else(|error| panic!("{error}\n{options:?}")), options)
    });
    let (first, _) = answers.next().expect("there are configurations");
    for (other, options) in answers {
        assert_eq!(other.schema(), first.schema(), "{options:?}");
        assert_eq!(bits(&other), bits(&first), "{options:?}");
    }
    first
}

/// The error, which all configurations give.
pub fn error(query: &Query) -> ExecError {
    let mut errors = all().into_iter().map(|options| match Engine::global().execute(&query.0, &options) {
        Ok(answer) => panic!("an answer where an error was expected: {:?}", texts(&answer)),
        Err(error) => error,
    });
    let first = errors.next().expect("there are configurations");
    for other in errors {
        assert_eq!(std::mem::discriminant(&other), std::mem::discriminant(&first), "{other} against {first}");
    }
    first
}

/// Values as text that tells apart what is equal but not the same: the debug form, which shows the sign of zero.
fn bits(frame: &DataFrame) -> Vec<String> {
    frame.rows().map(|row| format!("{row:?}")).collect()
}
