//! lazuli-array
