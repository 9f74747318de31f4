//! Bitcoin header rules and inclusion proofs
