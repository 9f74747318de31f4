//! Nothing: see the features that its manifest asks for.
