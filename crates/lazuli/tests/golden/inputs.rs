//! The frames and files that queries read; the same as in `testdata/make/golden_inputs.py`.

use std::path::PathBuf;
use std::sync::LazyLock;

use lazuli::prelude::*;

use crate::configuration::Configuration;

const NAN: f64 = f64::NAN;

/// The folder of test data.
pub fn testdata() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata")
}

/// What queries read, in the form that a configuration asks for.
pub struct Inputs {
    options: ExecOptions,
    csv: CsvOptions,
    rows: DataFrame,
    lookup: DataFrame,
    sales: DataFrame,
    small: DataFrame,
    texts: DataFrame,
}

impl Inputs {
    pub fn new(configuration: &Configuration) -> Self {
        Self {
            options: configuration.exec_options(),
            csv: configuration.csv_options(),
            rows: configuration.formed(&ROWS),
            lookup: configuration.formed(&LOOKUP),
            sales: configuration.formed(&SALES),
            small: configuration.formed(&SMALL),
            texts: configuration.formed(&TEXTS),
        }
    }

    /// A frame of a query's own.
    pub fn frame(&self, frame: &DataFrame) -> LazyFrame {
        frame.lazy().with_options(self.options.clone())
    }

    /// Twelve rows of every usual type, with nulls, NaN and duplicates.
    pub fn rows(&self) -> LazyFrame {
        self.frame(&self.rows)
    }

    /// Seven rows to join with.
    pub fn lookup(&self) -> LazyFrame {
        self.frame(&self.lookup)
    }

    /// Ten rows to pivot.
    pub fn sales(&self) -> LazyFrame {
        self.frame(&self.sales)
    }

    /// Five rows of narrow types and of numbers that Float64 does not hold.
    pub fn small(&self) -> LazyFrame {
        self.frame(&self.small)
    }

    /// Ten rows of text to cast.
    pub fn texts(&self) -> LazyFrame {
        self.frame(&self.texts)
    }

    fn csv(&self, path: &str) -> LazyFrame {
        scan_csv_with(testdata().join(path), self.csv.clone()).with_options(self.options.clone())
    }

    pub fn orders_file(&self) -> LazyFrame {
        self.csv("golden/orders.csv")
    }

    pub fn birdstrikes_file(&self) -> LazyFrame {
        self.csv("birdstrikes.csv")
    }

    pub fn sales_file(&self) -> LazyFrame {
        self.csv("sales.csv")
    }
}

/// Columns of ISO texts as times.
fn timed(frame: DataFrame, columns: &[(&str, DataType)]) -> DataFrame {
    let casts: Vec<Expr> = columns.iter().map(|(name, to)| col(*name).cast(to.clone())).collect();
    frame.with_columns(casts).expect("ISO texts")
}

static ROWS: LazyLock<DataFrame> = LazyLock::new(|| {
    let frame = df! {
        "id" => [1i64, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        "k" => [
            Some("b"), Some("a"), None, Some("b"), Some("c"), Some("a"), Some(""), Some("b"), None, Some("é"),
            Some("a"), Some("c"),
        ],
        "g" => [
            Some(1), Some(2), Some(1), None, Some(2), Some(1), Some(3), None, Some(2), Some(3), Some(1), Some(2),
        ],
        "x" => [
            Some(1.5), Some(NAN), None, Some(-2.25), Some(0.0), Some(4.0), Some(-0.0), Some(1.5), Some(NAN), None,
            Some(10.5), Some(-7.75),
        ],
        "y" => [
            Some(2.0), Some(0.5), Some(-1.25), None, Some(3.0), Some(3.0), Some(8.5), Some(0.25), None, Some(-4.0),
            Some(0.0), Some(1.0),
        ],
        "n" => [
            Some(7i64), Some(-7), Some(0), None, Some(3), Some(-3), Some(5), Some(7), Some(12), Some(-8), Some(1),
            None,
        ],
        "d" => [
            Some(2i64), Some(2), Some(0), Some(4), Some(-2), Some(-2), Some(0), Some(3), None, Some(3), Some(-5),
            Some(1),
        ],
        "p" => [
            Some(true), Some(false), None, Some(true), Some(false), None, Some(true), Some(true), Some(false), None,
            Some(false), Some(true),
        ],
        "q" => [
            Some(true), None, None, Some(false), Some(false), Some(true), None, Some(true), Some(true), Some(false),
            None, Some(false),
        ],
        "day" => [
            Some("2024-02-29"), Some("2023-12-31"), None, Some("1969-07-20"), Some("2024-03-01"),
            Some("2024-02-29"), Some("2000-01-01"), Some("2024-01-15"), None, Some("1999-12-31"),
            Some("2024-02-28"), Some("2024-12-25"),
        ],
        "at" => [
            Some("2024-02-29T12:00:00"), Some("2024-01-01T00:00:00.5"), None, Some("1969-12-31T23:59:59.999999"),
            Some("2024-03-01T00:00:00"), None, Some("2000-01-01T06:30:00"), Some("2024-01-15T08:00:00"),
            Some("2024-02-29T12:00:01"), Some("1999-12-31T23:59:59"), Some("2024-02-28T18:45:30.25"),
            Some("2024-12-25T00:00:00"),
        ],
    };
    let frame = frame.expect("twelve rows each");
    timed(frame, &[("day", DataType::Date), ("at", DataType::Datetime(TimeUnit::Microseconds, None))])
});

static LOOKUP: LazyLock<DataFrame> = LazyLock::new(|| {
    let frame = df! {
        "k" => [Some("a"), Some("b"), Some("b"), None, Some("z"), Some("é"), Some("c")],
        "g" => [Some(1), Some(2), Some(1), Some(1), None, Some(3), Some(2)],
        "x" => [Some(0.5), Some(1.5), Some(NAN), Some(-0.0), None, Some(2.0), Some(-7.75)],
        "label" => [
            Some("first"), Some("second"), Some("third"), Some("none"), Some("last"), Some("accent"), None,
        ],
    };
    frame.expect("seven rows each")
});

static SALES: LazyLock<DataFrame> = LazyLock::new(|| {
    let frame = df! {
        "shop" => [
            Some("s2"), Some("s1"), Some("s2"), Some("s1"), Some("s3"), Some("s2"), None, Some("s1"), Some("s2"),
            Some("s3"),
        ],
        "quarter" => [
            Some(2i64), Some(1), Some(10), Some(1), Some(2), None, Some(1), Some(2), Some(2), Some(10),
        ],
        "item" => [
            Some("pen"), Some("pen"), Some("ink"), Some("ink"), Some("pen"), Some("ink"), Some("pen"), Some("pen"),
            Some("ink"), None,
        ],
        "amount" => [
            Some(5i64), Some(3), None, Some(8), Some(1), Some(4), Some(9), None, Some(2), Some(6),
        ],
        "price" => [
            Some(1.5), Some(2.0), Some(0.25), None, Some(4.0), Some(3.5), Some(0.75), Some(1.25), Some(NAN),
            Some(8.0),
        ],
    };
    frame.expect("ten rows each")
});

static SMALL: LazyLock<DataFrame> = LazyLock::new(|| {
    let frame = df! {
        "i8" => [Some(127i8), Some(-128), None, Some(1), Some(-1)],
        "u8" => [Some(255u8), Some(0), Some(7), None, Some(1)],
        "i16" => [Some(-32768i16), Some(32767), Some(5), Some(0), None],
        "u32" => [Some(u32::MAX), Some(1), None, Some(0), Some(10)],
        "i64" => [Some(9_007_199_254_740_993i64), Some(-9_007_199_254_740_993), Some(0), None, Some(42)],
        "f32" => [Some(0.5f32), None, Some(f32::NAN), Some(-1.25), Some(3.0)],
        "f64" => [Some(9_007_199_254_740_992.0), Some(-9_007_199_254_740_992.0), Some(NAN), Some(1.5), None],
    };
    frame.expect("five rows each")
});

static TEXTS: LazyLock<DataFrame> = LazyLock::new(|| {
    let frame = df! {
        "t" => [
            Some("1"), Some("-20"), Some("3.5"), Some("x"), None, Some(""), Some("true"), Some("2024-02-29"),
            Some("1e3"), Some("99999999999999999999"),
        ],
        "whole" => [
            Some("1"), Some("-20"), Some("0"), None, Some("7"), Some("300"), Some("-1"), Some("12"), Some("99"),
            Some("5"),
        ],
        "flag" => [
            Some("true"), Some("false"), Some("TRUE"), None, Some("False"), Some("true"), Some("false"),
            Some("tRuE"), Some("true"), Some("false"),
        ],
        "iso" => [
            Some("2024-02-29"), Some("1969-12-31"), None, Some("2000-01-01"), Some("2023-02-28"),
            Some("1900-03-01"), Some("9999-12-31"), Some("0001-01-01"), Some("2024-12-31"), Some("1970-01-01"),
        ],
    };
    frame.expect("ten rows each")
});
