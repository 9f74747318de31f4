//! Timestamps that a chain writes into Bitcoin itself, without Babylon.

use bitcoin_spv::Transaction;
use primitives::{AppHash, BlockHeight, SigningContext};

/// `OP_RETURN`, and a push of 52 bytes.
const HEAD: [u8; 2] = [0x6a, 52];
/// What tells them from other data.
const TAG: [u8; 4] = *b"BSN1";

/// That a block of the chain had this application hash in its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnTimestamp {
    /// Its height.
    pub height: BlockHeight,
    /// The application hash.
    pub app_hash: AppHash,
}

impl OwnTimestamp {
    /// The output script that carries it: `6a 34`, `BSN1`, the first eight bytes of the digest of
    /// [`SigningContext::bitcoin_timestamp`], the height (eight bytes, big endian) and the application hash.
    pub fn script(&self, context: &SigningContext) -> Vec<u8> {
        let height = self.height.get().to_be_bytes();
        [&HEAD[..], &TAG, &name(context), &height, self.app_hash.as_bytes()].concat()
    }

    /// The first one of this chain that a transaction carries. Others than these 54 bytes are none.
    pub fn find(transaction: &Transaction, context: &SigningContext) -> Option<Self> {
        let begin = [&HEAD[..], &TAG, &name(context)].concat();
        transaction.outputs.iter().find_map(|output| {
            let rest = output.script.strip_prefix(&begin[..])?;
            let (height, app_hash) = rest.split_first_chunk()?;
            let height = BlockHeight::new(u64::from_be_bytes(*height));
            Some(Self { height, app_hash: AppHash::from_slice(app_hash).ok()? })
        })
    }
}

/// Which chain's: the contexts of two chains that begin alike would have to be looked for, and win nothing, since a contract compares the
/// hash with its own.
fn name(context: &SigningContext) -> [u8; 8] {
    let digest = context.digest();
    core::array::from_fn(|place| digest.get(place).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use bitcoin::consensus::serialize;
    use bitcoin::{Amount, ScriptBuf, TxOut, absolute::LockTime, transaction::Version};

    use super::*;

    fn context(chain: &str) -> SigningContext {
        SigningContext::bitcoin_timestamp(chain, "contract")
    }

    fn transaction(scripts: &[Vec<u8>]) -> Transaction {
        let output = scripts
            .iter()
            .map(|script| TxOut { value: Amount::ZERO, script_pubkey: ScriptBuf::from_bytes(script.clone()) })
            .collect();
        let input = vec![bitcoin::TxIn::default()];
        let tx = bitcoin::Transaction { version: Version::TWO, lock_time: LockTime::ZERO, input, output };
        Transaction::parse(&serialize(&tx)).unwrap()
    }

    const STAMP: OwnTimestamp =
        OwnTimestamp { height: BlockHeight::new(600), app_hash: AppHash::from_bytes([0xab; 32]) };

    #[test]
    fn it_is_an_output_that_bitcoin_relays_and_never_spends() {
        let script = ScriptBuf::from_bytes(STAMP.script(&context("chain")));
        assert!(script.is_op_return());
        let pushed: Vec<_> = script.instructions().collect::<Result<_, _>>().unwrap();
        assert_eq!(pushed[1].push_bytes().unwrap().as_bytes().len(), 52);
        let digest = context("chain").digest();
        let bytes = [b"BSN1", &digest[..8], &600_u64.to_be_bytes(), &[0xab; 32]].concat();
        assert_eq!(pushed[1].push_bytes().unwrap().as_bytes(), bytes);
    }

    #[test]
    fn the_first_one_of_this_chain_is_found_and_nothing_else() {
        let (ours, theirs) = (STAMP.script(&context("chain")), STAMP.script(&context("other")));
        let later = OwnTimestamp { height: 601.into(), ..STAMP };
        let found = |scripts: &[Vec<u8>]| OwnTimestamp::find(&transaction(scripts), &context("chain"));
        let all = [theirs.clone(), vec![0x51], ours.clone(), later.script(&context("chain"))];
        assert_eq!(found(&all), Some(STAMP));
        assert_eq!(found(&[theirs]), None);
        for place in 0..14 {
            let mut wrong = ours.clone();
            wrong[place] ^= 1;
            assert_eq!(found(&[wrong]), None, "byte {place}");
        }
        let long = [&ours[..], &[0]].concat();
        assert_eq!((found(&[ours[..53].to_vec()]), found(&[long])), (None, None));
    }
}
