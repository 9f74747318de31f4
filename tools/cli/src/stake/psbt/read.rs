//! What others wrote.

use std::collections::BTreeMap;

use bitcoin_spv::Output;

use super::{END, MAGIC, Psbt, PsbtError, UNSIGNED_TX, VERSION, WITNESS_UTXO, transaction};

impl Psbt {
    /// Reads one of version 0, whoever wrote it. Other fields than those that are written here are read past.
    ///
    /// # Errors
    /// [`PsbtError`], but [`Inputs`](PsbtError::Inputs).
    pub fn read(bytes: &[u8]) -> Result<Self, PsbtError> {
        let mut reader = Reader { rest: bytes.strip_prefix(&MAGIC).ok_or(PsbtError::Magic)? };
        let global = Fields::read(&mut reader, || "the whole".to_owned())?;
        let version = global.only(VERSION)?.map_or(Ok(0), version)?;
        if version != 0 {
            return Err(PsbtError::Version(version));
        }
        let tx = transaction(global.only(UNSIGNED_TX)?.ok_or(PsbtError::NoTransaction)?)?;
        let input = |place: usize| {
            let fields = Fields::read(&mut reader, || format!("input {place}"))?;
            let found = fields.only(WITNESS_UTXO)?;
            found.map(|value| output(value).ok_or(PsbtError::WitnessUtxo(place))).transpose()
        };
        let spent = (0..tx.inputs().count()).map(input).collect::<Result<_, _>>()?;
        for place in 0..tx.outputs.len() {
            Fields::read(&mut reader, || format!("output {place}"))?;
        }
        if !reader.rest.is_empty() {
            return Err(PsbtError::TrailingBytes(reader.rest.len()));
        }
        Ok(Self { tx, spent, leaf: Vec::new() })
    }
}

/// The fields of a part.
struct Fields<'a> {
    part: String,
    values: BTreeMap<&'a [u8], &'a [u8]>,
}

impl<'a> Fields<'a> {
    fn read(reader: &mut Reader<'a>, part: impl Fn() -> String) -> Result<Self, PsbtError> {
        let mut values = BTreeMap::new();
        loop {
            let key = reader.with_length("keys")?;
            if key.is_empty() {
                return Ok(Self { part: part(), values });
            }
            let value = reader.with_length("values")?;
            if values.insert(key, value).is_some() {
                return Err(PsbtError::KeyTwice { part: part(), key: hex::encode(key) });
            }
        }
    }

    /// The field of a type of which there is one.
    fn only(&self, kind: u8) -> Result<Option<&'a [u8]>, PsbtError> {
        let is_long = |key: &&&[u8]| key.len() > 1 && key.first() == Some(&kind);
        match self.values.keys().find(is_long) {
            Some(key) => Err(PsbtError::LongKey { part: self.part.clone(), key: hex::encode(key) }),
            None => Ok(self.values.get(&[kind][..]).copied()),
        }
    }
}

fn version(value: &[u8]) -> Result<u32, PsbtError> {
    value.try_into().map(u32::from_le_bytes).map_err(|_| PsbtError::Truncated("version"))
}

/// An output, and nothing after it.
fn output(value: &[u8]) -> Option<Output> {
    let (value, rest) = value.split_first_chunk()?;
    let mut reader = Reader { rest };
    let script = reader.with_length("script").ok()?.to_vec();
    reader.rest.is_empty().then_some(Output { value: u64::from_le_bytes(*value), script })
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize, field: &'static str) -> Result<&'a [u8], PsbtError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(PsbtError::Truncated(field))?;
        self.rest = rest;
        Ok(taken)
    }

    /// Bytes behind their length (`ReadCompactSize`).
    fn with_length(&mut self, field: &'static str) -> Result<&'a [u8], PsbtError> {
        let first = self.take(1, field)?.first().copied().unwrap_or(END);
        let (bytes, least) = match first {
            0xfd => (2, 0xfd),
            0xfe => (4, 0x1_0000),
            0xff => (8, 0x1_0000_0000),
            short => return self.take(short.into(), field),
        };
        let length = self.take(bytes, field)?.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        if length < least {
            return Err(PsbtError::LongLength(length));
        }
        self.take(usize::try_from(length).map_err(|_| PsbtError::Truncated(field))?, field)
    }
}
