//! lazuli-exec
