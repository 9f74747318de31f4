//! CometBFT (RFC 6962) Merkle trees and inclusion proofs
