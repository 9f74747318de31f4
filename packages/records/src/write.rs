use serde::ser::{
    Impossible, Serialize, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::Broken;

type Result<T = ()> = core::result::Result<T, Broken>;

/// A record that is being written. Every type shares its functions: none is copied into its callers.
#[derive(Default)]
pub struct Record {
    bytes: Vec<u8>,
}

impl Record {
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    #[inline(never)]
    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Seven bits a byte, the lowest first; the highest bit of a byte says that another follows.
    #[inline(never)]
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.byte(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.byte(number.to_le_bytes()[0]);
    }

    /// A signed number: 0, -1, 1, -2, 2 are 0, 1, 2, 3, 4.
    #[inline(never)]
    fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)).cast_unsigned());
    }

    /// As [`Self::number`], with 128 bits, which 64-bit arithmetic does not hold.
    #[inline(never)]
    fn long_number(&mut self, mut number: u128) {
        while number >= 0x80 {
            self.byte(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.byte(number.to_le_bytes()[0]);
    }

    /// A length, and so many bytes.
    #[inline(never)]
    fn slice(&mut self, slice: &[u8]) {
        self.number(slice.len() as u64);
        self.bytes.extend_from_slice(slice);
    }
}

macro_rules! numbers {
    ($($function:ident($number:ty))*) => {
        $(fn $function(self, value: $number) -> Result {
            self.number(value.into());
            Ok(())
        })*
    };
}

macro_rules! signed {
    ($($function:ident($number:ty))*) => {
        $(fn $function(self, value: $number) -> Result {
            self.signed(value.into());
            Ok(())
        })*
    };
}

/// What records do not have: floats, letters, and signed numbers of 8 and 128 bits.
macro_rules! refused {
    ($($function:ident($refused:ty))*) => {
        $(
            #[allow(clippy::disallowed_types)]
            fn $function(self, _: $refused) -> Result {
                Err(Broken::Type)
            }
        )*
    };
}

impl Serializer for &mut Record {
    type Ok = ();
    type Error = Broken;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Impossible<(), Broken>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Result {
        self.serialize_u8(value.into())
    }

    fn serialize_u8(self, value: u8) -> Result {
        self.byte(value);
        Ok(())
    }

    numbers! { serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) }

    signed! { serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) }

    fn serialize_u128(self, value: u128) -> Result {
        self.long_number(value);
        Ok(())
    }

    refused! {
        serialize_i8(i8) serialize_i128(i128)
        serialize_f32(f32) serialize_f64(f64) serialize_char(char)
    }

    fn serialize_str(self, value: &str) -> Result {
        self.serialize_bytes(value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        self.slice(value);
        Ok(())
    }

    fn serialize_none(self) -> Result {
        self.serialize_u8(0)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        self.byte(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, place: u32, _: &'static str) -> Result {
        self.serialize_u32(place)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        place: u32,
        _: &'static str,
        value: &T,
    ) -> Result {
        self.number(place.into());
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self> {
        self.number(length.ok_or(Broken::Type)? as u64);
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self> {
        Ok(self)
    }

    fn serialize_tuple_variant(self, _: &'static str, place: u32, _: &'static str, _: usize) -> Result<Self> {
        self.number(place.into());
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap> {
        Err(Broken::Type)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        place: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self> {
        self.number(place.into());
        Ok(self)
    }
}

/// What holds others: one after another, with nothing around them.
macro_rules! parts {
    ($($container:ident::$part:ident($($name:ty)?);)*) => {
        $(impl $container for &mut Record {
            type Ok = ();
            type Error = Broken;

            fn $part<T: Serialize + ?Sized>(&mut self, $(_: $name,)? value: &T) -> Result {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result {
                Ok(())
            }
        })*
    };
}

parts! {
    SerializeSeq::serialize_element();
    SerializeTuple::serialize_element();
    SerializeTupleStruct::serialize_field();
    SerializeTupleVariant::serialize_field();
    SerializeStruct::serialize_field(&'static str);
    SerializeStructVariant::serialize_field(&'static str);
}
