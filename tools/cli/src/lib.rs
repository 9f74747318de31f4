//! The operators' program.
