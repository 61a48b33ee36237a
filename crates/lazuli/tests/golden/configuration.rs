//! How a query may be run: none of it may change the answer.

use std::fmt;

use lazuli::prelude::*;
use lazuli::{Batch, Column, OptimizerOptions, RuleId};
use lazuli_array::DictionaryArray;
use lazuli_io::csv::DictionaryStrings;

/// In which form frames hold their strings, and how they are cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    /// Plain, in one batch.
    Plain,
    /// As codes, in one batch.
    Coded,
    /// In batches of five rows, plain and coded by turns.
    Mixed,
}

/// Which rules of the optimizer run.
#[derive(Debug, Clone, Copy)]
enum Optimizer {
    On,
    Off,
    Without(RuleId),
    Only(RuleId),
}

impl fmt::Display for Optimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On => f.write_str("on"),
            Self::Off => f.write_str("off"),
            Self::Without(rule) => write!(f, "without {rule}"),
            Self::Only(rule) => write!(f, "with {rule} only"),
        }
    }
}

/// One way to run a query.
#[derive(Debug, Clone)]
pub struct Configuration {
    optimizer: Optimizer,
    threads: usize,
    morsel_rows: usize,
    form: Form,
    /// Whether the result is read bit by bit.
    in_batches: bool,
    chunk_bytes: usize,
    /// Whether operators that can go on in files do so from the first row on.
    in_files: bool,
}

/// What every query may hold in memory.
const MEMORY_BYTES: usize = 16 << 20;

impl fmt::Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "optimizer {}, {} threads, morsels of {}, {:?} strings, CSV chunks of {}{}{}",
            self.optimizer,
            self.threads,
            self.morsel_rows,
            self.form,
            self.chunk_bytes,
            if self.in_batches { ", in batches" } else { "" },
            if self.in_files { ", in files" } else { "" },
        )
    }
}

impl Configuration {
    /// Every combination of optimizer on or off, threads, morsels and forms of strings; then each rule of the optimizer
    /// alone, and all others without it.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for optimizer in [Optimizer::On, Optimizer::Off] {
            for threads in [1, 2, 4] {
                for morsel_rows in [3, ExecOptions::DEFAULT_MORSEL_ROWS] {
                    for form in [Form::Plain, Form::Coded, Form::Mixed] {
                        let in_batches = threads == 2 && form == Form::Mixed;
                        let chunk_bytes = if morsel_rows == 3 { 20 } else { CsvOptions::DEFAULT_CHUNK_BYTES };
                        let in_files =
                            (threads, form) == (2, Form::Coded) || (threads, form) == (4, Form::Mixed);
                        all.push(Self {
                            optimizer,
                            threads,
                            morsel_rows,
                            form,
                            in_batches,
                            chunk_bytes,
                            in_files,
                        });
                    }
                }
            }
        }
        for optimizer in
            RuleId::ALL.into_iter().flat_map(|rule| [Optimizer::Without(rule), Optimizer::Only(rule)])
        {
            let (threads, morsel_rows, form, in_batches, chunk_bytes) = (2, 3, Form::Mixed, false, 20);
            let in_files = matches!(optimizer, Optimizer::Only(_));
            all.push(Self { optimizer, threads, morsel_rows, form, in_batches, chunk_bytes, in_files });
        }
        all
    }

    /// A few that differ in everything, for files that take their time.
    pub fn for_large_files() -> Vec<Self> {
        let configuration = |optimizer, threads, morsel_rows, form, chunk_bytes| Self {
            optimizer,
            threads,
            morsel_rows,
            form,
            in_batches: false,
            chunk_bytes,
            in_files: threads == 4,
        };
        let (rows, bytes) = (ExecOptions::DEFAULT_MORSEL_ROWS, CsvOptions::DEFAULT_CHUNK_BYTES);
        vec![
            configuration(Optimizer::On, 2, rows, Form::Mixed, bytes),
            configuration(Optimizer::Off, 1, 1_000, Form::Plain, 1 << 18),
            configuration(Optimizer::On, 4, 300, Form::Coded, 1 << 14),
            configuration(Optimizer::On, 1, rows, Form::Plain, bytes),
            configuration(Optimizer::Off, 4, rows, Form::Coded, 1 << 16),
        ]
    }

    /// The options that say this.
    pub fn exec_options(&self) -> ExecOptions {
        ExecOptions {
            threads: Some(self.threads),
            morsel_rows: self.morsel_rows,
            single_thread_rows: 0,
            memory_bytes: Some(MEMORY_BYTES),
            spill_bytes: self.in_files.then_some(0),
            optimizer: match self.optimizer {
                Optimizer::On => OptimizerOptions::default(),
                Optimizer::Off => OptimizerOptions::none(),
                Optimizer::Without(rule) => OptimizerOptions::default().without(rule),
                Optimizer::Only(rule) => OptimizerOptions::none().with(rule),
            },
            ..ExecOptions::default()
        }
    }

    /// How CSV files are read.
    pub fn csv_options(&self) -> CsvOptions {
        let dictionary_strings = match self.form {
            Form::Plain => DictionaryStrings::Never,
            Form::Coded => DictionaryStrings::Always,
            Form::Mixed => DictionaryStrings::Auto,
        };
        CsvOptions { dictionary_strings, chunk_bytes: self.chunk_bytes, ..CsvOptions::default() }
    }

    /// The same rows in the form of strings that is asked for.
    pub fn formed(&self, frame: &DataFrame) -> DataFrame {
        let batches: Vec<Batch> = match self.form {
            Form::Plain => return frame.clone(),
            Form::Coded => frame.batches().iter().map(coded).collect(),
            Form::Mixed => {
                let whole = &frame.batches()[0];
                let cuts = (0..whole.num_rows()).step_by(5).enumerate();
                cuts.map(|(number, start)| {
                    let cut = whole.sliced(start, 5.min(whole.num_rows() - start));
                    if number % 2 == 0 { cut } else { coded(&cut) }
                })
                .collect()
            }
        };
        DataFrame::from_batches(frame.schema().clone(), batches).expect("the same columns")
    }

    /// The answer.
    pub fn collect(&self, query: LazyFrame) -> lazuli::Result<DataFrame> {
        if !self.in_batches {
            return query.collect();
        }
        let schema = query.collect_schema()?;
        let batches = query.collect_batches(4)?.collect::<lazuli::Result<Vec<Batch>>>()?;
        assert!(batches.iter().all(|batch| batch.num_rows() <= 4), "a batch is longer than was asked for");
        Ok(DataFrame::from_batches(schema, batches).expect("batches of the schema that was promised"))
    }
}

fn coded(batch: &Batch) -> Batch {
    let columns = batch.columns().iter().map(|column| match column.data_type() {
        DataType::String => {
            let texts: Vec<Option<String>> = (0..column.len())
                .map(|row| match column.get(row) {
                    Scalar::String(text) => Some(text.to_string()),
                    _ => None,
                })
                .collect();
            let codes: DictionaryArray = texts.iter().map(Option::as_deref).collect();
            Column::new(DataType::String, codes)
        }
        _ => column.clone(),
    });
    Batch::try_new(batch.schema().clone(), columns.collect(), batch.num_rows()).expect("the same columns")
}
