use k256::{
    Scalar, U256,
    elliptic_curve::{PrimeField, bigint::Encoding},
};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    bytes,
    curve::{FIELD, ORDER, Signed, Signer, even, is_on_curve, scalar, x},
};

macro_rules! changes {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What is done to a valid vote.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Change {
            $($(#[$doc])* $name,)*
        }

        impl Change {
            /// All of them, in the order in which they are made.
            pub const ALL: [Self; [$(Self::$name),*].len()] = [$(Self::$name),*];
        }
    };
}

changes! {
    /// Nothing.
    None,
    /// One bit of the key is flipped.
    KeyBit,
    /// One bit of the randomness is flipped.
    RandomnessBit,
    /// One bit of the hash is flipped.
    HashBit,
    /// One bit of the signature is flipped.
    SignatureBit,
    /// A valid one of the smallest or the largest secret key.
    ExtremeKey,
    /// A valid one with the smallest or the largest nonce.
    ExtremeNonce,
    /// A valid one of a hash of zeros or of ones.
    ExtremeHash,
    /// A valid one in which key and nonce are the same.
    KeyAsNonce,
    /// s is replaced by n − s.
    NegatedSignature,
    /// The nonce point has the right x and odd y: what a check of x alone accepts.
    OddNonce,
    /// Signed with the negated key.
    OddKey,
    /// Both at once.
    OddNonceAndKey,
    /// By another key.
    AnotherKey,
    /// With another nonce.
    AnotherNonce,
    /// Of another hash, under the same nonce.
    AnotherHash,
    /// Of the hash read backwards.
    ReversedHash,
    /// Randomness and signature change places.
    Swapped,
    /// s = n or little more: zero and small numbers modulo n.
    SignatureAboveOrder,
    /// s = 2^256 − 1.
    SignatureOfOnes,
    /// s = 0.
    ZeroSignature,
    /// The key is the x of a point, at or above n.
    KeyAboveOrder,
    /// The key is p or little more.
    KeyAboveField,
    /// The key is below n and no x of a point.
    KeyOffCurve,
    /// The key is zero.
    ZeroKey,
    /// The randomness is p or little more.
    RandomnessAboveField,
    /// The randomness is no x of a point, and s answers it.
    RandomnessOffCurve,
    /// The randomness is zero, and s·G − e·P is the point at infinity.
    InfinityAsZero,
    /// The randomness is one, and s·G − e·P is the point at infinity.
    InfinityAsOne,
    /// The randomness is honest, and s·G − e·P is the point at infinity.
    Infinity,
    /// Everything is random.
    Noise,
}

impl Change {
    /// Whether the vote stays valid.
    pub const fn is_harmless(self) -> bool {
        use Change::{ExtremeHash, ExtremeKey, ExtremeNonce, KeyAsNonce, None};
        matches!(self, None | ExtremeKey | ExtremeNonce | ExtremeHash | KeyAsNonce)
    }

    /// Makes one.
    pub(super) fn make(self, rng: &mut ChaCha8Rng) -> Signed {
        let signer = Signer::draw(rng);
        let (d, k) = (even(signer.d), even(signer.k));
        let honest = signer.sign();
        match self {
            Self::None => honest,
            Self::KeyBit => Signed { key: flip(rng, honest.key), ..honest },
            Self::RandomnessBit => Signed { randomness: flip(rng, honest.randomness), ..honest },
            Self::HashBit => Signed { hash: flip(rng, honest.hash), ..honest },
            Self::SignatureBit => Signed { signature: flip(rng, honest.signature), ..honest },
            Self::ExtremeKey => Signer { d: extreme(rng), ..signer }.sign(),
            Self::ExtremeNonce => Signer { k: extreme(rng), ..signer }.sign(),
            Self::ExtremeHash => Signer { hash: [if rng.r#gen() { 0 } else { 0xff }; 32], ..signer }.sign(),
            Self::KeyAsNonce => Signer { k: signer.d, ..signer }.sign(),
            Self::NegatedSignature => Signed { signature: negate(honest.signature), ..honest },
            Self::OddNonce => signer.sign_with(d, -k),
            Self::OddKey => signer.sign_with(-d, k),
            Self::OddNonceAndKey => signer.sign_with(-d, -k),
            Self::AnotherKey => signer.sign_with(scalar(rng), k),
            Self::AnotherNonce => signer.sign_with(d, scalar(rng)),
            Self::AnotherHash => Signed { hash: bytes(rng), ..honest },
            Self::ReversedHash => Signed { hash: reverse(honest.hash), ..honest },
            Self::Swapped => Signed { randomness: honest.signature, signature: honest.randomness, ..honest },
            Self::SignatureAboveOrder => Signed { signature: little_above(rng, ORDER), ..honest },
            Self::SignatureOfOnes => Signed { signature: [0xff; 32], ..honest },
            Self::ZeroSignature => Signed { signature: [0; 32], ..honest },
            Self::KeyAboveOrder => {
                Signed { key: search(rng, |rng| little_above(rng, ORDER), true), ..honest }
            }
            Self::KeyAboveField => Signed { key: little_above(rng, FIELD), ..honest },
            Self::KeyOffCurve => Signed { key: search(rng, bytes, false), ..honest },
            Self::ZeroKey => Signed { key: [0; 32], ..honest },
            Self::RandomnessAboveField => Signed { randomness: little_above(rng, FIELD), ..honest },
            Self::RandomnessOffCurve => signer.answer(search(rng, bytes, false), |e| k + e * d),
            Self::InfinityAsZero => signer.answer([0; 32], |e| e * d),
            Self::InfinityAsOne => signer.answer(U256::ONE.to_be_bytes(), |e| e * d),
            Self::Infinity => signer.answer(x(signer.k), |e| e * d),
            Self::Noise => {
                Signed { key: bytes(rng), randomness: bytes(rng), hash: bytes(rng), signature: bytes(rng) }
            }
        }
    }
}

fn flip(rng: &mut ChaCha8Rng, mut bytes: [u8; 32]) -> [u8; 32] {
    bytes[rng.gen_range(0..32)] ^= 1 << rng.gen_range(0..8);
    bytes
}

fn reverse(mut bytes: [u8; 32]) -> [u8; 32] {
    bytes.reverse();
    bytes
}

/// 1, 2, n − 2 or n − 1.
fn extreme(rng: &mut ChaCha8Rng) -> Scalar {
    let small = Scalar::from(rng.gen_range(1..=2u32));
    if rng.r#gen() { -small } else { small }
}

fn negate(scalar: [u8; 32]) -> [u8; 32] {
    let scalar = Scalar::from_repr(scalar.into()).expect("the scalar of an honest signature");
    (-scalar).to_bytes().into()
}

fn little_above(rng: &mut ChaCha8Rng, least: U256) -> [u8; 32] {
    least.wrapping_add(&U256::from(rng.gen_range(0..977u32))).to_be_bytes()
}

/// Draws until something is on the curve, or off it.
fn search(rng: &mut ChaCha8Rng, draw: impl Fn(&mut ChaCha8Rng) -> [u8; 32], on_curve: bool) -> [u8; 32] {
    loop {
        let x = draw(rng);
        if is_on_curve(&x) == on_curve {
            return x;
        }
    }
}
