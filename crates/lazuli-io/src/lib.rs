//! lazuli-io
