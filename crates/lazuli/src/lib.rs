//! lazuli
