//! lazuli-testkit
