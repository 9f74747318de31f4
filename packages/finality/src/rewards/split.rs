use crate::active_set::Member;
use primitives::FpId;

/// The unit of a ratio: 18 decimals.
pub const ONE: u128 = 1_000_000_000_000_000_000;

/// Why an FP with a weight is or is not paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is.
    Paid,
    /// It was slashed meanwhile.
    Slashed,
    /// Babylon would refuse the whole transfer for it: it has no live stake, is of another consumer, or unknown.
    Refused,
}

/// What becomes of a group's part of what is owed. The three amounts are the part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// What is sent to those who are paid.
    pub send: u128,
    /// What is burned: the part of the slashed, where the configuration says so.
    pub burn: u128,
    /// What goes to the next period: the part of all others.
    pub back: u128,
    /// The numbers of those who are paid and their ratios of what is sent, in units of 10^-18, none of them zero.
    pub ratios: Vec<(FpId, u128)>,
}

/// Splits `amount` among the FPs of a group, by weight. What rounding leaves is sent: it makes no payout of its own.
pub fn split(amount: u128, claims: &[(Member, Claim)], burn_slashed: bool) -> Split {
    let (mut paid, mut slashed, mut refused) = (0u128, 0u128, 0u128);
    for (member, claim) in claims {
        let sum = match claim {
            Claim::Paid => &mut paid,
            Claim::Slashed => &mut slashed,
            Claim::Refused => &mut refused,
        };
        *sum = sum.saturating_add(member.power.get());
    }
    let whole = paid.saturating_add(slashed).saturating_add(refused);
    let shift = shift(whole);
    let (burned, unpaid) =
        if burn_slashed { (slashed, refused) } else { (0, refused.saturating_add(slashed)) };
    let (whole, paid) = (whole >> shift, paid >> shift);
    let burn = part(amount, burned >> shift, whole);
    let mut ratios = Vec::new();
    for (member, claim) in claims {
        let ratio = part(ONE, member.power.get() >> shift, paid);
        if *claim == Claim::Paid && ratio > 0 {
            ratios.push((member.id, ratio));
        }
    }
    let left = amount.saturating_sub(burn);
    let back = if ratios.is_empty() { left } else { part(amount, unpaid >> shift, whole) };
    Split { send: left.saturating_sub(back), burn, back, ratios }
}

impl Split {
    /// What each who is paid gets of what is sent: together exactly that. What rounding leaves goes to the first.
    pub fn amounts(&self) -> Vec<(FpId, u128)> {
        let mut amounts: Vec<_> =
            self.ratios.iter().map(|(id, ratio)| (*id, portion(self.send, *ratio, ONE))).collect();
        let paid = amounts.iter().fold(0_u128, |sum, (_, amount)| sum.saturating_add(*amount));
        if let Some((_, first)) = amounts.first_mut() {
            *first = first.saturating_add(self.send.saturating_sub(paid));
        }
        amounts.retain(|(_, amount)| *amount > 0);
        amounts
    }
}

/// `amount * of / whole`, rounded down, for `of <= whole`; nothing where `whole` is.
pub(super) fn portion(amount: u128, of: u128, whole: u128) -> u128 {
    let shift = shift(whole);
    part(amount, of >> shift, whole >> shift)
}

/// Half the bits are enough for any share, and leave room to multiply.
const fn shift(whole: u128) -> u32 {
    64u32.saturating_sub(whole.leading_zeros())
}

/// `amount * of / whole`, rounded down, for `of <= whole < 2^64`.
fn part(amount: u128, of: u128, whole: u128) -> u128 {
    let (Some(times), Some(rest)) = (amount.checked_div(whole), amount.checked_rem(whole)) else { return 0 };
    let rest = rest.saturating_mul(of).checked_div(whole).unwrap_or_default();
    times.saturating_mul(of).saturating_add(rest)
}

/// A ratio as decimal text with all 18 decimals.
pub fn decimal(ratio: u128) -> String {
    let whole = ratio.checked_div(ONE).unwrap_or_default();
    let decimals = ratio.checked_rem(ONE).unwrap_or_default().to_string();
    let mut text = whole.to_string();
    text.push('.');
    for _ in decimals.len()..18 {
        text.push('0');
    }
    text.push_str(&decimals);
    text
}
