//! From the caller's pointers to references.

use core::ffi::{CStr, c_char};
use core::ptr;
use core::slice;

use crate::buffer::Buffer;
use crate::error::Error;

/// A text: UTF-8, not ended by NUL. Empty if its length is 0, whatever `data` is.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Text {
    /// The first byte.
    pub data: *const c_char,
    /// How many bytes.
    pub length: usize,
}

/// The text of a string that ends with NUL; an empty one for NULL.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn oss_sign_text_of(string: *const c_char) -> Text {
    if string.is_null() {
        return Text { data: ptr::null(), length: 0 };
    }
    // SAFETY: it is not NULL, so it points to a string that ends with NUL, by the caller's promise.
    Text { data: string, length: unsafe { CStr::from_ptr(string) }.count_bytes() }
}

/// A query parameter, or a header: name and value as they are, without any encoding.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Pair {
    /// The name.
    pub name: Text,
    /// The value; empty for a query parameter without one.
    pub value: Text,
}

/// Where something is: addresses from the first byte to before the last.
#[derive(Clone, Copy, Default)]
struct Place {
    start: usize,
    end: usize,
}

impl Place {
    fn new<T>(data: *const T, length: usize) -> Self {
        let start = data.addr();
        Self { start, end: start.saturating_add(length.saturating_mul(size_of::<T>())) }
    }

    fn overlaps(self, other: Self) -> bool {
        self.start.max(other.start) < self.end.min(other.end)
    }
}

/// The most buffers that a function fills, each with its structure.
const MAX_OUTPUTS: usize = 8;

/// Turns pointers into references: to memory that none of the outputs of the call overlaps, as a
/// reference promises that what it refers to does not change.
#[derive(Default)]
pub(crate) struct Reader {
    outputs: heapless::Vec<Place, MAX_OUTPUTS>,
}

impl Reader {
    /// Takes note of something that the call will write to. It may overlap no other of them.
    pub(crate) fn reserve<T>(&mut self, data: *const T, length: usize) -> Result<(), Error> {
        self.outside_of_outputs(data, length)?;
        self.outputs.push(Place::new(data, length)).map_err(|_| Error::TooMany)
    }

    /// [`reserve`](Self::reserve)s a structure of the caller and the memory it points to.
    ///
    /// # Safety
    ///
    /// `buffer` is NULL or points to a structure.
    pub(crate) unsafe fn reserve_buffer(&mut self, buffer: *mut Buffer) -> Result<(), Error> {
        // SAFETY: the caller promises it, and NULL is not let through.
        let (data, capacity) = unsafe { self.reference(buffer)? }.parts();
        if data.is_null() && capacity > 0 {
            return Err(Error::NullPointer);
        }
        self.reserve(buffer, 1)?;
        self.reserve(data, capacity)
    }

    /// # Safety
    ///
    /// `pointer` is NULL, or points to a value that stays as it is while `'a` lasts.
    pub(crate) unsafe fn reference<'a, T>(&self, pointer: *const T) -> Result<&'a T, Error> {
        // SAFETY: the caller promises it.
        unsafe { self.optional(pointer)? }.ok_or(Error::NullPointer)
    }

    /// # Safety
    ///
    /// As [`reference`](Self::reference).
    pub(crate) unsafe fn optional<'a, T>(&self, pointer: *const T) -> Result<Option<&'a T>, Error> {
        self.outside_of_outputs(pointer, 1)?;
        // SAFETY: it is NULL or valid, by the caller's promise; and nothing that this call writes to
        // overlaps it.
        Ok(unsafe { pointer.as_ref() })
    }

    /// # Safety
    ///
    /// If `length` is not 0, `data` is NULL, or points to so many values that stay as they are while
    /// `'a` lasts.
    pub(crate) unsafe fn slice<'a, T>(
        &self,
        data: *const T,
        length: usize,
    ) -> Result<&'a [T], Error> {
        if length == 0 {
            return Ok(&[]);
        }
        if data.is_null() {
            return Err(Error::NullPointer);
        }
        self.outside_of_outputs(data, length)?;
        // SAFETY: it is not NULL, so it is valid by the caller's promise, for which it is an object
        // of C, which is not larger than `isize::MAX`; and nothing that this call writes to overlaps
        // it.
        Ok(unsafe { slice::from_raw_parts(data, length) })
    }

    /// # Safety
    ///
    /// As [`slice`](Self::slice), with the parts of `text`.
    pub(crate) unsafe fn text<'a>(&self, text: Text) -> Result<&'a str, Error> {
        // SAFETY: the caller promises it; `c_char` is a byte.
        let bytes = unsafe { self.slice(text.data.cast::<u8>(), text.length)? };
        str::from_utf8(bytes).map_err(|_| Error::Utf8)
    }

    /// # Safety
    ///
    /// As [`text`](Self::text), with both parts of `pair`.
    pub(crate) unsafe fn pair<'a>(&self, pair: Pair) -> Result<(&'a str, &'a str), Error> {
        // SAFETY: the caller promises it.
        let name = unsafe { self.text(pair.name)? };
        // SAFETY: the caller promises it.
        let value = unsafe { self.text(pair.value)? };
        Ok((name, value))
    }

    fn outside_of_outputs<T>(&self, data: *const T, length: usize) -> Result<(), Error> {
        let place = Place::new(data, length);
        match self.outputs.iter().any(|output| output.overlaps(place)) {
            true => Err(Error::Overlap),
            false => Ok(()),
        }
    }
}
