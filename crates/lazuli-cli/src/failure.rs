//! What went wrong, and so which exit code.

use std::io;

use lazuli::{ErrorKind, ExecError};

/// Why the command ended early.
#[derive(Debug)]
pub enum Failure {
    /// Something to tell the user.
    Message(String),
    /// Whoever read the output has seen enough (`lz ... | head`); nothing to tell.
    ClosedOutput,
    /// The user has stopped it.
    Interrupted,
}

impl Failure {
    /// A failure with this text.
    pub fn message(text: impl Into<String>) -> Self {
        Self::Message(text.into())
    }

    /// A failure to write to standard output.
    pub fn output(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedOutput,
            _ => Self::Message(format!("can't write the output: {error}")),
        }
    }
}

impl From<lazuli::Error> for Failure {
    fn from(error: lazuli::Error) -> Self {
        match error.kind() {
            ErrorKind::Exec(ExecError::Cancelled) => Self::Interrupted,
            _ => Self::Message(error.to_string()),
        }
    }
}

impl From<lazuli_sql::pipeline::PipelineError> for Failure {
    fn from(error: lazuli_sql::pipeline::PipelineError) -> Self {
        Self::Message(error.to_string())
    }
}
