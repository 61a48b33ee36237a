//! lazuli-expr
