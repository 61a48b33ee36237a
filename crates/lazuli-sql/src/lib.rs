//! lazuli-sql
