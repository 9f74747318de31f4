//! Finality providers, delegations and their power
