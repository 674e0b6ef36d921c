//! HMAC states from keys in parts.

use hmac::digest::{Digest, Output};
use hmac::{EagerHash, Hmac, KeyInit};
use zeroize::Zeroize;

/// The state of an HMAC whose key is `parts` put together.
///
/// `Hmac::new_from_slice` wants the key in one piece and can fail by its type; the block that RFC
/// 2104 makes of the key needs neither.
pub(crate) fn keyed<D: EagerHash + Digest>(parts: &[&[u8]]) -> Hmac<D> {
    let mut block = hmac::digest::Key::<Hmac<D>>::default();
    let length = parts.iter().fold(0_usize, |length, part| length.saturating_add(part.len()));
    if length <= block.len() {
        fill(&mut block, parts.iter().copied().flatten());
    } else {
        let mut hash = D::new();
        for part in parts {
            Digest::update(&mut hash, part);
        }
        let mut digest: Output<D> = hash.finalize();
        fill(&mut block, digest.iter());
        digest.zeroize();
    }
    let state = Hmac::new(&block);
    block.zeroize();
    state
}

fn fill<'b>(block: &mut [u8], bytes: impl Iterator<Item = &'b u8>) {
    for (slot, byte) in block.iter_mut().zip(bytes) {
        *slot = *byte;
    }
}
