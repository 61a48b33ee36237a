//! lazuli-plan
