use crate::{Committee, Refusal, XOnlyKey};

/// Rule S03: which of the finality providers is registered here, and its place in the list.
///
/// Exactly one may be: each would get power for the whole stake.
pub(super) fn check_fps(
    fps: &[XOnlyKey],
    max: u8,
    is_registered: impl Fn(&XOnlyKey) -> bool,
) -> Result<(usize, XOnlyKey), Refusal> {
    let got = fps.len();
    if !(1..=usize::from(max)).contains(&got) {
        return Err(Refusal::FpCount { got, max });
    }
    if let Some(twice) = repeated(fps) {
        return Err(Refusal::RepeatedFp(twice));
    }
    let ours: Vec<_> = fps.iter().copied().enumerate().filter(|(_, fp)| is_registered(fp)).collect();
    match ours[..] {
        [only] => Ok(only),
        _ => Err(Refusal::RegisteredFps { got: ours.len() }),
    }
}

/// Rule S04: no key has two roles, and each is below the group order. The committee's were checked with the parameters.
///
/// Whether the keys are points is left to who uses them: a staker without one has signed nothing, and a finality
/// provider that is not ours is never asked.
pub(super) fn check_keys(staker: &XOnlyKey, fps: &[XOnlyKey], committee: &Committee) -> Result<(), Refusal> {
    for key in fps.iter().chain([staker]) {
        if key.scalar().is_none() {
            return Err(Refusal::UnusableKey(*key));
        }
        if committee.contains(key) {
            return Err(Refusal::SharedKey(*key));
        }
    }
    if fps.contains(staker) { Err(Refusal::SharedKey(*staker)) } else { Ok(()) }
}

fn repeated(keys: &[XOnlyKey]) -> Option<XOnlyKey> {
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    sorted.array_windows().find(|[one, next]| one == next).map(|[twice, _]| *twice)
}
