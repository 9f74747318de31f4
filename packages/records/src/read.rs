use serde::de::value::U32Deserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, SeqAccess, VariantAccess, Visitor,
};

use crate::Broken;
use crate::bytes::Bytes;

type Result<T> = core::result::Result<T, Broken>;

/// What records do not have: maps, floats, letters, and signed numbers of 8 and 128 bits.
macro_rules! refused {
    ($($function:ident)*) => {
        $(fn $function<V: Visitor<'de>>(self, _: V) -> Result<V::Value> {
            Err(Broken::Type)
        })*
    };
}

macro_rules! numbers {
    ($($function:ident: $visit:ident(self.$read:ident as $number:ty);)*) => {
        $(fn $function<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            let number = self.$read(<$number>::BITS)?;
            visitor.$visit(number.try_into().map_err(|_| Broken::Number)?)
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Bytes<'de> {
    type Error = Broken;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_bool(self.flag()?)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_u8(self.byte()?)
    }

    numbers! {
        deserialize_u16: visit_u16(self.number as u16);
        deserialize_u32: visit_u32(self.number as u32);
        deserialize_u64: visit_u64(self.number as u64);
        deserialize_i16: visit_i16(self.signed as i16);
        deserialize_i32: visit_i32(self.signed as i32);
        deserialize_i64: visit_i64(self.signed as i64);
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_u128(self.long_number()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_bytes(self.slice()?)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_bytes(self.slice()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.flag()? { visitor.visit_some(self) } else { visitor.visit_none() }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let left = self.length()?;
        visitor.visit_seq(Items { bytes: self, left })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(Fields { bytes: self })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_seq(Fields { bytes: self })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_seq(Fields { bytes: self })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_enum(self)
    }

    refused! {
        deserialize_any deserialize_ignored_any deserialize_identifier deserialize_map deserialize_char
        deserialize_i8 deserialize_i128
        deserialize_f32 deserialize_f64
    }
}

/// Items of a list that says how many it has.
struct Items<'a, 'de> {
    bytes: &'a mut Bytes<'de>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Broken;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(&mut *self.bytes).map(Some)
    }

    /// A list has no more items than bytes follow, whatever it says: none of ours takes no byte.
    fn size_hint(&self) -> Option<usize> {
        Some(self.left.min(self.bytes.rest().len()))
    }
}

/// Fields of a type that knows how many it has, and asks for no more: each is there, or the record is broken.
struct Fields<'a, 'de> {
    bytes: &'a mut Bytes<'de>,
}

impl<'de> SeqAccess<'de> for Fields<'_, 'de> {
    type Error = Broken;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        seed.deserialize(&mut *self.bytes).map(Some)
    }
}

impl<'de> EnumAccess<'de> for &mut Bytes<'de> {
    type Error = Broken;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self)> {
        let place = u32::try_from(self.number(u32::BITS)?).map_err(|_| Broken::Number)?;
        let place: U32Deserializer<Broken> = place.into_deserializer();
        Ok((seed.deserialize(place)?, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Bytes<'de> {
    type Error = Broken;

    fn unit_variant(self) -> Result<()> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(Fields { bytes: self })
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value> {
        visitor.visit_seq(Fields { bytes: self })
    }
}
