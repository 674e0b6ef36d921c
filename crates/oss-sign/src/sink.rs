//! Where emitted text goes.
//!
//! Every text of this crate (canonical request, string to sign, URL, header value) is written by
//! exactly one function, piece by piece, into a [`Sink`]. Whether the text is hashed, counted,
//! copied or shown is the business of the sink's [`Outlet`], so the text that a person reads is the
//! text that was signed.

use core::fmt;

use crate::error::BufferTooSmall;

/// Gathers the pieces of a text in a buffer, and hands the buffer over whenever it is full.
///
/// There is one type of sink, so each text's function is compiled once; and its pieces are short, so
/// that a buffer's worth of them pays for the call of the outlet.
pub(crate) struct Sink<'o> {
    buffer: &'o mut [u8],
    filled: usize,
    outlet: &'o mut dyn Outlet,
}

/// Takes a text, a buffer's worth at a time.
pub(crate) trait Outlet {
    /// Takes what is in a full buffer. What it cannot take yet it moves to the start, and returns
    /// how many bytes that is.
    fn take(&mut self, full: &mut [u8]) -> usize;
}

/// Lets `emit` write into `buffer`, which is not empty, and from there into `outlet`. Returns how many
/// bytes are left in the buffer at the end.
pub(crate) fn gather(
    buffer: &mut [u8],
    outlet: &mut dyn Outlet,
    emit: impl FnOnce(&mut Sink<'_>),
) -> usize {
    let mut sink = Sink { buffer, filled: 0, outlet };
    emit(&mut sink);
    sink.filled
}

impl Sink<'_> {
    /// Adds a piece to the text. There are some sixty calls of it: in each, it would be a quarter of
    /// all code of a small device.
    #[cfg_attr(target_pointer_width = "64", inline)]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn write(&mut self, piece: &[u8]) {
        let room = self.buffer.get_mut(self.filled..).and_then(|room| room.get_mut(..piece.len()));
        match room {
            Some(room) => {
                copy(piece, room);
                self.filled = self.filled.wrapping_add(piece.len());
            }
            None => self.write_across(piece),
        }
    }

    /// Adds the first `length` of `bytes`. Where the text that it begins, of `left` bytes, is as long,
    /// the others are written too, and are written over by what comes next: what is beyond a text in a
    /// buffer stays as it is.
    #[cfg_attr(target_pointer_width = "64", inline)]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn write_start<const N: usize>(
        &mut self,
        bytes: [u8; N],
        length: usize,
        left: usize,
    ) {
        match self.buffer.get_mut(self.filled..).and_then(|room| room.first_chunk_mut()) {
            Some(room) if left >= N => {
                *room = bytes;
                self.filled = self.filled.wrapping_add(length);
            }
            _ => self.write_bytes(bytes.get(..length).unwrap_or_default()),
        }
    }

    /// How many bytes are in the buffer.
    pub(crate) fn filled(&self) -> usize {
        self.filled
    }

    /// What is in the buffer from `start` on.
    pub(crate) fn since(&self, start: usize) -> &[u8] {
        self.buffer.get(start..self.filled).unwrap_or_default()
    }

    /// Adds a piece, in the one place where it is not worth to do so at once.
    #[inline(never)]
    fn write_bytes(&mut self, piece: &[u8]) {
        self.write(piece);
    }

    /// Adds a piece that is longer than the room for it.
    #[inline(never)]
    fn write_across(&mut self, mut piece: &[u8]) {
        loop {
            let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
            copy(piece, room);
            match piece.split_at_checked(room.len()) {
                Some((_, rest)) if !rest.is_empty() => piece = rest,
                _ => break,
            }
            self.filled = self.outlet.take(self.buffer);
        }
        self.filled = self.filled.wrapping_add(piece.len());
    }
}

/// Copies as many bytes as there are in both: `copy_from_slice` has a panic in it that the compiler
/// cannot always prove away.
#[inline]
pub(crate) fn copy(from: &[u8], to: &mut [u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

/// A text that can be written into any sink, any number of times, always the same.
pub(crate) trait Emit {
    fn emit(&self, sink: &mut Sink<'_>);

    /// The length of the text in bytes.
    fn length(&self) -> usize
    where
        Self: Sized,
    {
        length(self)
    }

    /// Writes the text to the start of `buffer`.
    fn write_to<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall>
    where
        Self: Sized,
    {
        let end = fill(buffer, |sink| self.emit(sink));
        written_to(buffer, end, || self.length())
    }

    fn to_string_of<const N: usize>(&self) -> Result<heapless::String<N>, BufferTooSmall>
    where
        Self: Sized,
    {
        let mut bytes = heapless::Vec::<u8, N>::new();
        // As long as there is room.
        let _ = bytes.resize_default(N);
        let length = self.write_to(&mut bytes)?.len();
        bytes.truncate(length);
        Ok(heapless::String::from_utf8(bytes).unwrap_or_default())
    }
}

fn length(text: &dyn Emit) -> usize {
    let (mut buffer, mut outlet) = ([0; 64], Length(0));
    let rest = gather(&mut buffer, &mut outlet, |sink| text.emit(sink));
    outlet.0.saturating_add(rest)
}

/// The text in a string of just its length. What is no longer than most URLs with a security token is
/// emitted but once: that it is copied costs less than to emit it a second time, for its length.
#[cfg(feature = "alloc")]
pub(crate) fn string(text: &impl Emit) -> alloc::string::String {
    let mut buffer = [0; 2048];
    let bytes = match text.write_to(&mut buffer) {
        Ok(written) => written.to_vec(),
        Err(BufferTooSmall { needed, .. }) => {
            let mut bytes = alloc::vec![0; needed];
            // It has the room.
            let _ = text.write_to(&mut bytes);
            bytes
        }
    };
    alloc::string::String::from_utf8(bytes).unwrap_or_default()
}

/// Lets `emit` write to the start of `buffer`, and returns where it ends; `None` if it did not fit.
pub(crate) fn fill(buffer: &mut [u8], emit: impl FnOnce(&mut Sink<'_>)) -> Option<usize> {
    let mut beyond = Length(0);
    if buffer.is_empty() {
        // A header may have no value.
        return (gather(&mut [0], &mut beyond, emit) == 0).then_some(0);
    }
    let end = gather(buffer, &mut beyond, emit);
    (beyond.0 == 0).then_some(end)
}

/// The text that was written to the start of `buffer`, if it did fit.
pub(crate) fn written_to(
    buffer: &mut [u8],
    end: Option<usize>,
    length: impl FnOnce() -> usize,
) -> Result<&[u8], BufferTooSmall> {
    let Some(end) = end else {
        // Half a URL may look like a whole one.
        buffer.fill(0);
        return Err(BufferTooSmall { needed: length(), capacity: buffer.len() });
    };
    Ok(buffer.get(..end).unwrap_or_default())
}

/// Always the whole text, as the texts of requests that are signed are UTF-8; knowing it for certain
/// would take `unsafe`.
pub(crate) fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}

/// Shows a text to a formatter. What is not UTF-8, in a request that was received, is shown as
/// U+FFFD.
pub(crate) fn show(text: &dyn Emit, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (mut buffer, mut outlet) = ([0; 128], Shown { formatter, result: Ok(()) });
    let rest = gather(&mut buffer, &mut outlet, |sink| text.emit(sink));
    outlet.show(buffer.get(..rest).unwrap_or_default());
    outlet.result
}

/// Writes what `emit` writes in another form, that of `encode`, which gets `N` bytes at a time, and
/// what is left at the end.
pub(crate) fn encoded<const N: usize>(
    sink: &mut Sink<'_>,
    encode: fn(&[u8], &mut Sink<'_>),
    emit: impl FnOnce(&mut Sink<'_>),
) {
    let (mut buffer, mut outlet) = ([0; N], Encoded { sink, encode });
    let rest = gather(&mut buffer, &mut outlet, emit);
    encode(buffer.get(..rest).unwrap_or_default(), sink);
}

/// Counts bytes.
struct Length(usize);

impl Outlet for Length {
    fn take(&mut self, full: &mut [u8]) -> usize {
        self.0 = self.0.saturating_add(full.len());
        0
    }
}

struct Encoded<'s, 'o> {
    sink: &'s mut Sink<'o>,
    encode: fn(&[u8], &mut Sink<'_>),
}

impl Outlet for Encoded<'_, '_> {
    fn take(&mut self, full: &mut [u8]) -> usize {
        (self.encode)(full, self.sink);
        0
    }
}

struct Shown<'f, 'w> {
    formatter: &'f mut fmt::Formatter<'w>,
    result: fmt::Result,
}

impl Shown<'_, '_> {
    fn show(&mut self, text: &[u8]) {
        for chunk in text.utf8_chunks() {
            let replacement = if chunk.invalid().is_empty() { "" } else { "\u{fffd}" };
            self.result = self
                .result
                .and_then(|()| self.formatter.write_str(chunk.valid()))
                .and_then(|()| self.formatter.write_str(replacement));
        }
    }
}

impl Outlet for Shown<'_, '_> {
    /// The start of a character stays until the rest of it is here.
    fn take(&mut self, full: &mut [u8]) -> usize {
        let unfinished = full.utf8_chunks().last().map_or(0, |chunk| {
            let is_unfinished =
                str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
            if is_unfinished { chunk.invalid().len() } else { 0 }
        });
        let whole = full.len().saturating_sub(unfinished);
        self.show(full.get(..whole).unwrap_or_default());
        // It is shorter than four bytes.
        for (index, from) in (whole..full.len()).enumerate() {
            let byte = full.get(from).copied().unwrap_or_default();
            if let Some(slot) = full.get_mut(index) {
                *slot = byte;
            }
        }
        unfinished
    }
}

/// Gives a public type that emits text its ways out: `len`, `write_to_slice`, `to_heapless`,
/// `String::from`, `Display`.
macro_rules! text_output {
    ($type:ident $(<$lifetime:lifetime>)?) => {
        impl $type $(<$lifetime>)? {
            /// The exact length of the text in bytes.
            #[must_use]
            #[allow(clippy::len_without_is_empty, reason = "never empty")]
            pub fn len(&self) -> usize {
                $crate::sink::Emit::length(self)
            }

            /// Writes the text to the start of `buffer` and returns it.
            ///
            /// # Errors
            ///
            /// [`BufferTooSmall`](crate::BufferTooSmall) says how many bytes are needed; `buffer`
            /// is then filled with zeros, so that no half text is mistaken for a whole one.
            pub fn write_to_slice<'buffer>(
                &self,
                buffer: &'buffer mut [u8],
            ) -> Result<&'buffer str, $crate::error::BufferTooSmall> {
                $crate::sink::Emit::write_to(self, buffer).map($crate::sink::text)
            }

            /// As [`write_to_slice`](Self::write_to_slice), for those who want bytes, as C does: the
            /// text is UTF-8, and saying so takes a device 700 bytes of flash.
            ///
            /// # Errors
            ///
            /// [`BufferTooSmall`](crate::BufferTooSmall), as there.
            pub fn write_bytes_to_slice<'buffer>(
                &self,
                buffer: &'buffer mut [u8],
            ) -> Result<&'buffer [u8], $crate::error::BufferTooSmall> {
                $crate::sink::Emit::write_to(self, buffer)
            }

            /// The text as a `heapless::String` of at most `N` bytes.
            ///
            /// # Errors
            ///
            /// [`BufferTooSmall`](crate::BufferTooSmall) says how many bytes are needed.
            pub fn to_heapless<const N: usize>(
                &self,
            ) -> Result<heapless::String<N>, $crate::error::BufferTooSmall> {
                $crate::sink::Emit::to_string_of(self)
            }
        }

        #[cfg(feature = "alloc")]
        impl From<&$type $(<$lifetime>)?> for alloc::string::String {
            /// The text, with one allocation; `to_string` grows its string as it goes.
            fn from(text: &$type $(<$lifetime>)?) -> Self {
                $crate::sink::string(text)
            }
        }

        impl core::fmt::Display for $type $(<$lifetime>)? {
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::sink::show(self, formatter)
            }
        }
    };
}

pub(crate) use text_output;

/// What `emit` writes, through a small buffer.
#[cfg(test)]
pub(crate) fn written(emit: impl FnOnce(&mut Sink<'_>)) -> std::vec::Vec<u8> {
    struct Bytes(std::vec::Vec<u8>);

    impl Outlet for Bytes {
        fn take(&mut self, full: &mut [u8]) -> usize {
            self.0.extend_from_slice(full);
            0
        }
    }

    let (mut buffer, mut outlet) = ([0; 7], Bytes(std::vec::Vec::new()));
    let rest = gather(&mut buffer, &mut outlet, emit);
    outlet.0.extend_from_slice(&buffer[..rest]);
    outlet.0
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    /// So many letters.
    #[cfg(feature = "alloc")]
    struct Letters(usize);

    #[cfg(feature = "alloc")]
    impl Emit for Letters {
        fn emit(&self, sink: &mut Sink<'_>) {
            (0..self.0).for_each(|_| sink.write(b"a"));
        }
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn a_string_has_the_whole_text_however_long() {
        for length in [0, 1, 2047, 2048, 2049, 5000] {
            assert_eq!(string(&Letters(length)), "a".repeat(length));
        }
    }

    #[test]
    fn only_an_empty_text_fits_into_an_empty_buffer() {
        assert_eq!(fill(&mut [], |sink| sink.write(b"")), Some(0));
        assert_eq!(fill(&mut [], |sink| sink.write(b"a")), None);
        assert_eq!(fill(&mut [], |sink| sink.write(b"ab")), None);
    }
}
