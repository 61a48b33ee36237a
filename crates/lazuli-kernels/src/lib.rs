//! lazuli-kernels
