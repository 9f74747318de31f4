//! The knobs of finality on the wire: every struct and reader that has them is made from the one table of them
//! ([`for_each_knob`]).

use primitives::for_each_knob;

use crate::read::{Fields, Unreadable};

/// Declares a struct with the knobs among its fields, on one level of the JSON. They are written out rather than
/// flattened: flattening costs a contract tens of kilobytes of code.
macro_rules! with_knobs {
    ($($item:tt)*) => {
        primitives::for_each_knob! { declare_with_knobs $($item)* }
    };
}
pub(crate) use with_knobs;

macro_rules! declare_with_knobs {
    (
        { $($(#[$about:meta])* $knob:ident: $wire:ty as $kind:ty = $default:expr, $bounds:expr;)* }
        $(#[$meta:meta])*
        pub struct $name:ident { $($(#[$doc:meta])* pub $field:ident: $ty:ty,)* }
    ) => {
        #[derive(
            Debug, Clone, PartialEq, Eq, serde::Serialize, read_derive::Deserialize, cosmwasm_schema::schemars::JsonSchema,
        )]
        #[serde(rename_all = "snake_case")]
        #[schemars(crate = "cosmwasm_schema::schemars")]
        $(#[$meta])*
        pub struct $name {
            $($(#[$doc])* pub $field: $ty,)*
            $($(#[$about])* pub $knob: Option<$wire>,)*
        }

        impl $crate::read::Read for $name {
            fn read(json: $crate::read::Json) -> Result<Self, $crate::read::Unreadable> {
                let mut fields = $crate::read::Fields::of(json)?;
                let knobs = $crate::bsn::Knobs::take(&mut fields)?;
                Ok(Self { $($field: fields.take(stringify!($field))?,)* $($knob: knobs.$knob,)* })
            }
        }

        impl $name {
            /// The knobs alone.
            pub fn knobs(&self) -> $crate::bsn::Knobs {
                $crate::bsn::Knobs { $($knob: self.$knob,)* }
            }
        }
    };
}
pub(crate) use declare_with_knobs;

/// Declares a struct that says how each knob is set.
macro_rules! with_set_knobs {
    ($($item:tt)*) => {
        primitives::for_each_knob! { declare_with_set_knobs $($item)* }
    };
}
pub(crate) use with_set_knobs;

macro_rules! declare_with_set_knobs {
    (
        { $($(#[$about:meta])* $knob:ident: $wire:ty as $kind:ty = $default:expr, $bounds:expr;)* }
        $(#[$meta:meta])*
        pub struct $name:ident { $($(#[$doc:meta])* pub $field:ident: $ty:ty,)* }
    ) => {
        $crate::wire! {
            $(#[$meta])*
            pub struct $name {
                $($(#[$doc])* pub $field: $ty,)*
                $($(#[$about])* pub $knob: $wire,)*
            }
        }
    };
}
pub(crate) use declare_with_set_knobs;

with_knobs! {
    /// The knobs of finality, each with a minimum and a maximum; absent ones stay as they are, or at
    /// their defaults (RULINGS.md, "Instantiation").
    #[derive(Default)]
    pub struct Knobs {}
}

macro_rules! take_each {
    ({ $($(#[$about:meta])* $knob:ident: $wire:ty as $kind:ty = $default:expr, $bounds:expr;)* } $fields:ident) => {
        Ok(Self { $($knob: $fields.take(stringify!($knob))?,)* })
    };
}

impl Knobs {
    /// Out of the fields that they stand among: once for all messages.
    pub(crate) fn take(fields: &mut Fields) -> Result<Self, Unreadable> {
        for_each_knob! { take_each fields }
    }
}
