//! What the SDK checks of a transaction before its messages, with the SDK's codes and texts.

use bsn_rpc::address;
use bsn_rpc::key::account_of;
use bsn_rpc::proto::cosmos::crypto::secp256k1::PubKey;
use bsn_rpc::proto::cosmos::tx::v1beta1::mode_info::{Single, Sum};
use bsn_rpc::proto::cosmos::tx::v1beta1::{AuthInfo, SignDoc, TxBody, TxRaw};
use bsn_rpc::proto::{Message, Name};
use cosmwasm_std::Coin;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use super::account::Account;
use super::message;

const DIRECT: i32 = 1;
/// How many bytes a transaction may have.
pub const MAX_TX_BYTES: usize = 1_048_576;
const MAX_MEMO: usize = 256;

/// A transaction that is refused, or that failed: the SDK's code, whose code that is, and a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Whose code.
    pub codespace: String,
    /// The code.
    pub code: u32,
    /// The text.
    pub log: String,
}

/// One of the SDK's own errors.
pub fn sdk(code: u32, log: impl Into<String>) -> Refusal {
    Refusal { codespace: "sdk".to_owned(), code, log: log.into() }
}

/// A transaction that could be read.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// What it does.
    pub body: TxBody,
    /// Who signs, and what it pays.
    pub auth: AuthInfo,
    raw: TxRaw,
    /// The one signer's address.
    pub signer: String,
    /// What it pays.
    pub fee: Vec<Coin>,
    /// What it may use.
    pub gas: u64,
    /// How many bytes it has.
    pub length: usize,
}

/// What the chain knows, as far as a check needs it.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The chain's id.
    pub chain_id: &'a str,
    /// The last height.
    pub height: u64,
    /// The signer, if there is such an account.
    pub account: Option<&'a Account>,
    /// The sequence that is next.
    pub sequence: u64,
    /// The least price of a unit of gas, in parts of a million, and its denom.
    pub min_price: (u128, &'a str),
}

/// Reads a transaction: one signer, messages that are known.
///
/// # Errors
/// As the SDK's decoder and its basic checks.
pub fn decode(prefix: &str, bytes: &[u8]) -> Result<Decoded, Refusal> {
    if bytes.len() > MAX_TX_BYTES {
        return Err(sdk(21, format!("{} bytes, of at most {MAX_TX_BYTES}: tx too large", bytes.len())));
    }
    let parse = |what: &dyn ToString| sdk(2, format!("{}: tx parse error", what.to_string()));
    let raw = TxRaw::decode(bytes).map_err(|error| parse(&error))?;
    let body = TxBody::decode(raw.body_bytes.as_slice()).map_err(|error| parse(&error))?;
    let auth = AuthInfo::decode(raw.auth_info_bytes.as_slice()).map_err(|error| parse(&error))?;
    if body.messages.is_empty() {
        return Err(sdk(18, "must contain at least one message: invalid request"));
    }
    if raw.signatures.is_empty() {
        return Err(sdk(15, "no signatures supplied"));
    }
    if body.memo.len() > MAX_MEMO {
        let said = format!("maximum number of characters is {MAX_MEMO} but received {}", body.memo.len());
        return Err(sdk(12, format!("{said} characters: memo too large")));
    }
    let mut signers = Vec::new();
    for any in &body.messages {
        let signer = message::signer(any)?;
        address::decode(prefix, &signer).map_err(|error| sdk(7, format!("{error}: invalid address")))?;
        if !signers.contains(&signer) {
            signers.push(signer);
        }
    }
    if signers.len() != 1 || auth.signer_infos.len() != 1 || raw.signatures.len() != 1 {
        let (expected, got) = (signers.len(), raw.signatures.len());
        return Err(sdk(
            4,
            format!("invalid number of signer;  expected: {expected}, got {got}: unauthorized"),
        ));
    }
    let fee = auth.fee.clone().unwrap_or_default();
    let coin = |coin: &bsn_rpc::proto::cosmos::base::v1beta1::Coin| {
        let amount = coin.amount.parse::<u128>().ok()?;
        Some(Coin::new(amount, coin.denom.clone()))
    };
    let coins = fee.amount.iter().map(coin).collect::<Option<Vec<_>>>();
    Ok(Decoded {
        fee: coins.ok_or_else(|| sdk(10, "invalid coins"))?,
        gas: fee.gas_limit,
        signer: signers.pop().unwrap_or_default(),
        length: bytes.len(),
        body,
        auth,
        raw,
    })
}

/// Height, fee, account, key, sequence, signature, in the SDK's order. Gives the key.
///
/// # Errors
/// As the SDK's ante handler.
pub fn check(tx: &Decoded, facts: &Facts<'_>) -> Result<Vec<u8>, Refusal> {
    let timeout = tx.body.timeout_height;
    if timeout != 0 && facts.height > timeout {
        let said = format!("block height: {}, timeout height: {timeout}", facts.height);
        return Err(sdk(30, format!("{said}: tx timeout height")));
    }
    check_fee(tx, facts)?;
    let Some(account) = facts.account else {
        return Err(sdk(9, format!("fee payer address: {} does not exist: unknown address", tx.signer)));
    };
    let info = tx.auth.signer_infos.first().cloned().unwrap_or_default();
    let key = public_key(tx, account, info.public_key)?;
    if info.sequence != facts.sequence {
        let (expected, got) = (facts.sequence, info.sequence);
        let said = format!("account sequence mismatch, expected {expected}, got {got}");
        return Err(sdk(32, format!("{said}: incorrect account sequence")));
    }
    match info.mode_info.and_then(|mode| mode.sum) {
        Some(Sum::Single(Single { mode: DIRECT })) => {}
        other => {
            let said = format!("{other:?} is not supported: the devnet takes SIGN_MODE_DIRECT");
            return Err(sdk(37, format!("{said}: feature not supported")));
        }
    }
    let doc = SignDoc {
        body_bytes: tx.raw.body_bytes.clone(),
        auth_info_bytes: tx.raw.auth_info_bytes.clone(),
        chain_id: facts.chain_id.to_owned(),
        account_number: account.number,
    };
    let signature = tx.raw.signatures.first().map_or(&[][..], Vec::as_slice);
    if !is_signed(&key, &doc.encode_to_vec(), signature) {
        let (number, sequence, chain) = (account.number, facts.sequence, facts.chain_id);
        let said = format!(
            "signature verification failed; please verify account number ({number}), sequence ({sequence}) and chain-id ({chain})"
        );
        return Err(sdk(4, format!("{said}: (unable to verify single signer signature): unauthorized")));
    }
    Ok(key)
}

fn check_fee(tx: &Decoded, facts: &Facts<'_>) -> Result<(), Refusal> {
    if tx.gas == 0 {
        return Err(sdk(41, "must provide positive gas: invalid gas limit"));
    }
    let (price, denom) = facts.min_price;
    let required = (u128::from(tx.gas) * price).div_ceil(1_000_000);
    let paid = tx.fee.iter().find(|coin| coin.denom == denom).map_or(0, |coin| {
        cosmwasm_std::Uint128::try_from(coin.amount).map_or(u128::MAX, |amount| amount.u128())
    });
    if paid >= required {
        return Ok(());
    }
    let got: Vec<String> = tx.fee.iter().map(ToString::to_string).collect();
    let said = format!("insufficient fees; got: {} required: {required}{denom}", got.join(","));
    Err(sdk(13, format!("{said}: insufficient fee")))
}

fn public_key(
    tx: &Decoded,
    account: &Account,
    given: Option<bsn_rpc::proto::Any>,
) -> Result<Vec<u8>, Refusal> {
    let Some(any) = given else {
        return account.public_key.clone().ok_or_else(|| sdk(8, "PubKey not found: invalid pubkey"));
    };
    if any.type_url != PubKey::type_url() {
        return Err(sdk(8, format!("{} is not supported by the devnet: invalid pubkey", any.type_url)));
    }
    let key = PubKey::decode(any.value.as_slice()).map_err(|error| sdk(2, error.to_string()))?.key;
    let bytes = address::prefix(&tx.signer).and_then(|prefix| address::decode(&prefix, &tx.signer));
    if bytes.ok().as_deref() != Some(&account_of(&key)[..]) {
        let said = format!("pubKey does not match signer address {} with signer index: 0", tx.signer);
        return Err(sdk(8, format!("{said}: invalid pubkey")));
    }
    Ok(key)
}

fn is_signed(key: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_sec1_bytes(key), Signature::from_slice(signature))
    else {
        return false;
    };
    // Of the two s the SDK takes the lower one alone.
    signature.normalize_s().is_none() && key.verify_prehash(&Sha256::digest(bytes), &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use bsn_rpc::proto::cosmos::bank::v1beta1::MsgSend;
    use bsn_rpc::proto::pack;
    use bsn_rpc::query::Numbers;
    use bsn_rpc::{Fee, Key, Wallet};

    use super::*;

    const CHAIN: &str = "bsn-devnet-1";

    fn account() -> Account {
        Account { number: 3, sequence: 5, public_key: None }
    }

    fn facts(account: &Account) -> Facts<'_> {
        let min_price = (25_000, "ustake");
        Facts { chain_id: CHAIN, height: 9, account: Some(account), sequence: account.sequence, min_price }
    }

    fn signed(chain: &str, account: u64, sequence: u64, fee: u128) -> Decoded {
        let wallet = Wallet::new(Key::from_bytes(&[7; 32]).unwrap(), "bbnc").unwrap();
        let from_address = wallet.address.clone();
        let send = MsgSend { to_address: from_address.clone(), from_address, amount: Vec::new() };
        let fee = Fee::new(fee, "ustake", 100_000);
        let bytes = wallet.sign(chain, &[pack(&send)], &fee, Numbers { account, sequence }).unwrap();
        decode("bbnc", &bytes).unwrap()
    }

    fn refused(tx: &Decoded) -> Refusal {
        check(tx, &facts(&account())).unwrap_err()
    }

    #[test]
    fn what_is_signed_rightly_is_taken() {
        assert_eq!(check(&signed(CHAIN, 3, 5, 2_500), &facts(&account())).unwrap().len(), 33);
    }

    #[test]
    fn a_wrong_sequence_is_said_with_the_right_one() {
        let log = "account sequence mismatch, expected 5, got 6: incorrect account sequence";
        assert_eq!(refused(&signed(CHAIN, 3, 6, 2_500)), sdk(32, log));
    }

    #[test]
    fn a_wrong_chain_id_or_account_number_is_a_wrong_signature() {
        let said =
            "signature verification failed; please verify account number (3), sequence (5) and chain-id";
        let log = format!("{said} ({CHAIN}): (unable to verify single signer signature): unauthorized");
        assert_eq!(refused(&signed("other-1", 3, 5, 2_500)), sdk(4, log.clone()));
        assert_eq!(refused(&signed(CHAIN, 4, 5, 2_500)), sdk(4, log));
    }

    #[test]
    fn a_changed_body_is_a_wrong_signature() {
        let mut tx = signed(CHAIN, 3, 5, 2_500);
        tx.raw.body_bytes.push(0);
        assert_eq!(refused(&tx).code, 4);
    }

    #[test]
    fn a_fee_below_the_price_is_refused_with_both() {
        let log = "insufficient fees; got: 2499ustake required: 2500ustake: insufficient fee";
        assert_eq!(refused(&signed(CHAIN, 3, 5, 2_499)), sdk(13, log));
    }

    #[test]
    fn who_has_no_account_is_unknown() {
        let tx = signed(CHAIN, 3, 5, 2_500);
        let refusal = check(&tx, &Facts { account: None, ..facts(&account()) }).unwrap_err();
        let log = format!("fee payer address: {} does not exist: unknown address", tx.signer);
        assert_eq!(refusal, sdk(9, log));
    }

    #[test]
    fn another_chains_address_and_garbage_are_refused() {
        assert_eq!(decode("bbnc", b"garbage").unwrap_err().code, 2);
        let wallet = Wallet::new(Key::from_bytes(&[7; 32]).unwrap(), "other").unwrap();
        let from_address = wallet.address.clone();
        let send = MsgSend { to_address: from_address.clone(), from_address, amount: Vec::new() };
        let numbers = Numbers { account: 3, sequence: 5 };
        let bytes = wallet.sign(CHAIN, &[pack(&send)], &Fee::new(1, "ustake", 1), numbers).unwrap();
        let refusal = decode("bbnc", &bytes).unwrap_err();
        assert!(
            refusal.code == 7 && refusal.log.contains("those of this chain begin with `bbnc`"),
            "{refusal:?}"
        );
    }

    #[test]
    fn a_transaction_that_is_late_is_refused() {
        let mut tx = signed(CHAIN, 3, 5, 2_500);
        tx.body.timeout_height = 8;
        assert_eq!(refused(&tx), sdk(30, "block height: 9, timeout height: 8: tx timeout height"));
    }
}
