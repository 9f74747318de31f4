//! Builders, actors and vectors for tests
