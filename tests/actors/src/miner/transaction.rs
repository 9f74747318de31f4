use primitives::Txid;

use super::hash::double_sha256;

/// An input of a [`Transaction`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The transaction whose output is spent.
    pub txid: Txid,
    /// Which of its outputs.
    pub output: u32,
    /// The unlocking script; empty for a segwit output.
    pub script: Vec<u8>,
    /// The sequence number.
    pub sequence: u32,
    /// The witness stack; empty for none.
    pub witness: Vec<Vec<u8>>,
}

/// An output of a [`Transaction`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The amount in sats.
    pub sats: u64,
    /// The locking script.
    pub script: Vec<u8>,
}

impl Output {
    /// Pays to the taproot output key `key` (x-only, 32 bytes; BIP-341): `OP_1 <key>`.
    pub fn taproot(sats: u64, key: [u8; 32]) -> Self {
        Self { sats, script: [&[0x51, 0x20], key.as_slice()].concat() }
    }

    /// Carries `data` and burns nothing: `OP_RETURN <data>`, at most 255 bytes of it.
    pub fn op_return(data: &[u8]) -> Self {
        let length = u8::try_from(data.len()).expect("at most 255 bytes");
        let head: &[u8] = if length <= 75 { &[0x6a, length] } else { &[0x6a, 0x4c, length] };
        Self { sats: 0, script: [head, data].concat() }
    }
}

/// A Bitcoin transaction, to be written (never read).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// The version.
    pub version: i32,
    /// What it spends.
    pub inputs: Vec<Input>,
    /// Whom it pays.
    pub outputs: Vec<Output>,
    /// nLockTime: a block height below 500,000,000, from there on a Unix time.
    pub lock_time: u32,
}

impl Transaction {
    /// The serialization without witness, whose double sha256 is the txid. Checkpoints are sent so.
    pub fn serialize_stripped(&self) -> Vec<u8> {
        let mut bytes = self.version.to_le_bytes().to_vec();
        self.write_body(&mut bytes);
        bytes.extend(self.lock_time.to_le_bytes());
        bytes
    }

    /// The serialization with its witness, if any input has one (BIP-144).
    pub fn serialize(&self) -> Vec<u8> {
        if self.inputs.iter().all(|input| input.witness.is_empty()) {
            return self.serialize_stripped();
        }
        let mut bytes = self.version.to_le_bytes().to_vec();
        bytes.extend([0, 1]);
        self.write_body(&mut bytes);
        for input in &self.inputs {
            write_count(&mut bytes, input.witness.len());
            input.witness.iter().for_each(|item| write_bytes(&mut bytes, item));
        }
        bytes.extend(self.lock_time.to_le_bytes());
        bytes
    }

    /// The transaction's id.
    pub fn txid(&self) -> Txid {
        Txid::from_bytes(double_sha256(&self.serialize_stripped()))
    }

    fn write_body(&self, bytes: &mut Vec<u8>) {
        write_count(bytes, self.inputs.len());
        for input in &self.inputs {
            bytes.extend(input.txid.as_bytes());
            bytes.extend(input.output.to_le_bytes());
            write_bytes(bytes, &input.script);
            bytes.extend(input.sequence.to_le_bytes());
        }
        write_count(bytes, self.outputs.len());
        for output in &self.outputs {
            bytes.extend(output.sats.to_le_bytes());
            write_bytes(bytes, &output.script);
        }
    }
}

/// Bitcoin's CompactSize, up to 65,535.
fn write_count(bytes: &mut Vec<u8>, count: usize) {
    match (u8::try_from(count), u16::try_from(count)) {
        (Ok(small), _) if small < 0xfd => bytes.push(small),
        (_, Ok(medium)) => {
            bytes.push(0xfd);
            bytes.extend(medium.to_le_bytes());
        }
        _ => panic!("{count} is more than any actor writes"),
    }
}

fn write_bytes(bytes: &mut Vec<u8>, content: &[u8]) {
    write_count(bytes, content.len());
    bytes.extend(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The coinbase of Bitcoin's genesis block, public since 2009.
    fn genesis_coinbase() -> Transaction {
        let news = b"The Times 03/Jan/2009 Chancellor on brink of second bailout for banks";
        let key = "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f";
        Transaction {
            version: 1,
            inputs: vec![Input {
                txid: Txid::from_bytes([0; 32]),
                output: u32::MAX,
                script: [&[0x04, 0xff, 0xff, 0x00, 0x1d, 0x01, 0x04, 0x45], news.as_slice()].concat(),
                sequence: u32::MAX,
                witness: Vec::new(),
            }],
            outputs: vec![Output {
                sats: 5_000_000_000,
                script: [&[0x41], hex::decode(key).unwrap().as_slice(), &[0xac]].concat(),
            }],
            lock_time: 0,
        }
    }

    #[test]
    fn the_genesis_coinbase_has_its_famous_txid() {
        assert_eq!(
            genesis_coinbase().txid().to_string(),
            "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
        );
    }

    #[test]
    fn a_witness_changes_the_bytes_but_not_the_txid() {
        let mut signed = genesis_coinbase();
        signed.inputs[0].witness = vec![vec![7; 64], vec![]];
        assert_eq!(signed.txid(), genesis_coinbase().txid());
        let bytes = signed.serialize();
        assert_eq!(bytes.len(), signed.serialize_stripped().len() + 2 + 1 + 1 + 64 + 1);
        assert_eq!(&bytes[4..6], &[0, 1]);
        assert_eq!(genesis_coinbase().serialize(), genesis_coinbase().serialize_stripped());
    }

    #[test]
    fn long_scripts_get_a_long_count() {
        let mut bytes = Vec::new();
        write_bytes(&mut bytes, &[1; 0xfc]);
        assert_eq!(bytes[..2], [0xfc, 1]);
        bytes.clear();
        write_bytes(&mut bytes, &[1; 0x1fd]);
        assert_eq!(bytes[..4], [0xfd, 0xfd, 0x01, 1]);
        assert_eq!(Output::op_return(&[9; 78]).script[..4], [0x6a, 0x4c, 78, 9]);
        assert_eq!(Output::op_return(&[9; 63]).script[..3], [0x6a, 63, 9]);
    }
}
