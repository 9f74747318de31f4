//! BTC-timestamped heights
