//! Active set, votes, tally, evidence, liveness
