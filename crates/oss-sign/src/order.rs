//! Sorting without a heap.

use core::cmp::Ordering;

/// How many query parameters a request may have, those of the signature not counted.
pub const MAX_PARAMETERS: usize = 64;

/// How many headers a request may have, those of the signature not counted.
pub const MAX_HEADERS: usize = 64;

/// Room for the caller's entries and those of the signature, of which there are at most seven.
const CAPACITY: usize = 72;

/// The sorted order of up to 72 entries that are kept elsewhere: their indexes.
///
/// An entry that comes after all others costs one comparison; any other a binary search and a shift
/// of a few bytes. So sorting stays cheap beside the hash, whatever the order of the input.
#[derive(Clone, Debug)]
pub(crate) struct Order(heapless::Vec<u8, CAPACITY, u8>);

/// An entry compares equal to one that was inserted before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Duplicate;

impl Order {
    pub(crate) const fn empty() -> Self {
        Self(heapless::Vec::new())
    }

    /// Puts an entry last that is known to belong there.
    pub(crate) fn push(&mut self, index: u8) {
        // Never full: the limits of the caller's entries are checked before.
        let _ = self.0.push(index);
    }

    /// Inserts an entry; `compare` compares one that is here with the new one.
    pub(crate) fn insert(
        &mut self,
        index: u8,
        compare: &mut dyn FnMut(u8) -> Ordering,
    ) -> Result<(), Duplicate> {
        let position = match self.0.last().map(|&last| compare(last)) {
            None | Some(Ordering::Less) => self.0.len(),
            Some(_) => match self.0.binary_search_by(|&other| compare(other)) {
                Ok(_) => return Err(Duplicate),
                Err(position) => position,
            },
        };
        let mut carried = index;
        for slot in self.0.iter_mut().skip(position) {
            core::mem::swap(slot, &mut carried);
        }
        self.push(carried);
        Ok(())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u8> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    fn sorted(entries: &[&str]) -> Result<Vec<u8>, Duplicate> {
        let mut order = Order::empty();
        for (index, entry) in entries.iter().enumerate() {
            let index = u8::try_from(index).unwrap();
            order.insert(index, &mut |other| entries[usize::from(other)].cmp(entry))?;
        }
        Ok(order.iter().collect())
    }

    #[test]
    fn sorts() {
        assert_eq!(sorted(&["a", "b", "c"]), Ok(vec![0, 1, 2]));
        assert_eq!(sorted(&["c", "a", "d", "b"]), Ok(vec![1, 3, 0, 2]));
    }

    #[test]
    fn refuses_an_equal_entry() {
        assert_eq!(sorted(&["b", "a", "c", "a"]), Err(Duplicate));
        assert_eq!(sorted(&["a", "b", "b"]), Err(Duplicate));
    }

    #[test]
    fn has_room_for_the_limits() {
        let mut order = Order::empty();
        let entries = u8::try_from(MAX_PARAMETERS.max(MAX_HEADERS) + 7).unwrap();
        for index in (0..entries).rev() {
            assert_eq!(order.insert(index, &mut |other| other.cmp(&index)), Ok(()));
        }
        assert!(order.iter().eq(0..entries));
    }
}
