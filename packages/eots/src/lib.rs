//! Extractable one-time signatures over BIP-340
