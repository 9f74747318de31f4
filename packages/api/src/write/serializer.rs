use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::{Text, Unwritable};

type Result<T = ()> = core::result::Result<T, Unwritable>;

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
            if value < 0 {
                self.raw("-");
            }
            self.number(value.unsigned_abs().into());
            Ok(())
        })*
    };
}

impl Serializer for &mut Text {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn serialize_bool(self, value: bool) -> Result {
        self.raw(if value { "true" } else { "false" });
        Ok(())
    }

    numbers! { serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) }
    signed! { serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) }

    #[allow(clippy::disallowed_types)]
    fn serialize_f32(self, _: f32) -> Result {
        Err(Unwritable)
    }

    #[allow(clippy::disallowed_types)]
    fn serialize_f64(self, _: f64) -> Result {
        Err(Unwritable)
    }

    fn serialize_char(self, value: char) -> Result {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result {
        self.text(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        self.raw("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        self.variant(variant);
        value.serialize(&mut *self)?;
        self.raw("}");
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self> {
        self.raw("[");
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self> {
        self.variant(variant);
        self.serialize_seq(None)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self> {
        self.raw("{");
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self> {
        self.variant(variant);
        self.serialize_map(None)
    }
}

/// Containers of items: each an item, then what ends the container.
macro_rules! items {
    ($($container:ident::$item:ident, $end:literal;)*) => {
        $(impl $container for &mut Text {
            type Ok = ();
            type Error = Unwritable;

            fn $item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
                self.next();
                value.serialize(&mut **self)
            }

            fn end(self) -> Result {
                self.raw($end);
                Ok(())
            }
        })*
    };
}

items! {
    SerializeSeq::serialize_element, "]";
    SerializeTuple::serialize_element, "]";
    SerializeTupleStruct::serialize_field, "]";
    SerializeTupleVariant::serialize_field, "]}";
}

/// Containers of named fields.
macro_rules! fields {
    ($($container:ident, $end:literal;)*) => {
        $(impl $container for &mut Text {
            type Ok = ();
            type Error = Unwritable;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result {
                self.name(name);
                value.serialize(&mut **self)
            }

            fn end(self) -> Result {
                self.raw($end);
                Ok(())
            }
        })*
    };
}

fields! {
    SerializeStruct, "}";
    SerializeStructVariant, "}}";
}

impl SerializeMap for &mut Text {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        self.next();
        let begins = self.length();
        key.serialize(&mut **self)?;
        if self.is_text(begins) { Ok(()) } else { Err(Unwritable) }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.raw(":");
        value.serialize(&mut **self)
    }

    fn end(self) -> Result {
        self.raw("}");
        Ok(())
    }
}
