//! Profiles of queries: what each operator did, to standard error or into a file.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use lazuli::{ExecOptions, Profile, Profiler};

use crate::failure::Failure;
use crate::formats;

/// Whether a query is measured, and who is told.
#[derive(Debug, Args)]
pub struct ProfileArguments {
    /// Print what each operator did too, to standard error: rows, bytes, time, memory
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "table")]
    profile: Option<ProfileFormat>,
    /// Write the profile to this file; its name says how (.json, .html, .svg) unless `--profile=FORMAT` does
    #[arg(long, value_name = "FILE")]
    profile_to: Option<PathBuf>,
}

/// How a profile is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProfileFormat {
    /// A table for people
    Table,
    /// A JSON object
    Json,
    /// A page with a picture of the plan, for a browser
    Html,
    /// The picture alone
    Svg,
}

impl ProfileFormat {
    fn write(self, profile: &Profile) -> String {
        match self {
            Self::Table => format!("{profile}\n"),
            Self::Json => format!("{}\n", profile.to_json()),
            Self::Html => profile.to_html(),
            Self::Svg => profile.to_svg(),
        }
    }
}

impl ProfileArguments {
    /// The options, measured if that is wanted.
    pub fn over(&self, options: ExecOptions) -> ExecOptions {
        let is_wanted = self.profile.is_some() || self.profile_to.is_some();
        ExecOptions { profiler: is_wanted.then(Profiler::default), ..options }
    }

    /// The queries with these options have run.
    pub fn end(&self, options: &ExecOptions) -> Result<(), Failure> {
        let Some(profiler) = &options.profiler else { return Ok(()) };
        let text = self.format().write(&profiler.profile());
        match &self.profile_to {
            Some(path) => std::fs::write(path, text)
                .map_err(|error| Failure::message(format!("can't write {}: {error}", path.display()))),
            None => {
                eprint!("{text}");
                Ok(())
            }
        }
    }

    fn format(&self) -> ProfileFormat {
        let by_name = || match formats::extension(self.profile_to.as_deref()?)?.as_str() {
            "json" => Some(ProfileFormat::Json),
            "html" | "htm" => Some(ProfileFormat::Html),
            "svg" => Some(ProfileFormat::Svg),
            _ => None,
        };
        self.profile.or_else(by_name).unwrap_or(ProfileFormat::Table)
    }
}
