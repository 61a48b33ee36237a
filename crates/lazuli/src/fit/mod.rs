//! Transforms that are fitted: what a query finds out about some rows, applied to these and to others.
//!
//! Fitting runs one query; transforming is expressions over a lazy frame, so that both are optimized with what comes before
//! and after. Rows to test with are transformed by what the rows to learn from say:
//!
//! ```
//! use lazuli::StandardScaler;
//! use lazuli::prelude::*;
//!
//! let (train, test) = (df! { "age" => [20.0, 40.0] }?, df! { "age" => [30.0, 50.0] }?);
//! let scaler = StandardScaler::new(["age"]).fit(train.lazy())?;
//! assert_eq!(scaler.transform(train.lazy()).collect()?, df! { "age" => [-1.0, 1.0] }?);
//! assert_eq!(scaler.transform(test.lazy()).collect()?, df! { "age" => [0.0, 2.0] }?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod dummy_encoder; // a column for each category that was there
mod min_max_scaler; // from least and greatest to 0 and 1
mod scaler; // columns of numbers moved and stretched
mod standard_scaler; // mean 0, deviation 1

pub use dummy_encoder::{DummyEncoder, FittedDummies, UnknownCategory};
pub use min_max_scaler::MinMaxScaler;
pub use scaler::FittedScaler;
pub use standard_scaler::StandardScaler;
