//! What this build of the library is.

use std::fmt;

use lazuli_array::DataType;

/// What this build of the library is: for reports of what went wrong. Its text is a line for each thing.
///
/// ```
/// let info = lazuli::build_info();
/// assert_eq!(info.version, env!("CARGO_PKG_VERSION"));
/// assert!(info.to_string().starts_with("lazuli: "));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildInfo {
    /// The version of the library.
    pub version: &'static str,
    /// The features that it was built with, in order of their names.
    pub features: Vec<&'static str>,
    /// The operating system that it was built for, such as `linux`.
    pub os: &'static str,
    /// The processor that it was built for, such as `x86_64`.
    pub arch: &'static str,
    /// Whether it checks itself as it runs, which is slow: a build for development.
    pub debug_assertions: bool,
}

/// What this build of the library is.
pub fn build_info() -> BuildInfo {
    let features = [
        ("compression", cfg!(feature = "compression")),
        ("derive", cfg!(feature = "derive")),
        ("regex", cfg!(feature = "regex")),
        ("timezones", cfg!(feature = "timezones")),
        ("unicode", cfg!(feature = "unicode")),
    ];
    BuildInfo {
        version: env!("CARGO_PKG_VERSION"),
        features: features.into_iter().filter(|(_, is_on)| *is_on).map(|(name, _)| name).collect(),
        os: std::env::consts::OS,
        arch: std::env::consts::ARCH,
        debug_assertions: cfg!(debug_assertions),
    }
}

impl fmt::Display for BuildInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let features = if self.features.is_empty() { "none".into() } else { self.features.join(", ") };
        writeln!(f, "lazuli: {}", self.version)?;
        writeln!(f, "features: {features}")?;
        writeln!(f, "system: {} on {}", self.os, self.arch)?;
        write!(f, "debug assertions: {}", if self.debug_assertions { "yes" } else { "no" })
    }
}

/// The type of positions and counts: Int64, so that they can be subtracted.
///
/// ```
/// assert_eq!(lazuli::index_type(), lazuli::DataType::Int64);
/// ```
pub fn index_type() -> DataType {
    DataType::Int64
}
