//! What 0.3.0 does with the state of older versions: it adds missing fields at once, and converts tables in portions.

pub mod convert;
pub mod from_0_2_0;
pub mod resumed;
