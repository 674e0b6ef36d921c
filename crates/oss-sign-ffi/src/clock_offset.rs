//! The time for devices without a clock.

use oss_sign::ClockOffset;

use crate::error::{Error, code};
use crate::reader::{Reader, Text};

/// Sets `offset` to what is to be added to the device's own count of seconds to have the time, from
/// what an answer of OSS says that arrived at `own_seconds`: the header Date, or ServerTime in the
/// XML of an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_sign_clock_offset(
    own_seconds: u64,
    date: Text,
    offset: *mut i64,
) -> i32 {
    let read = || {
        let mut reader = Reader::default();
        reader.reserve(offset, 1)?;
        // SAFETY: the caller promises it.
        let date = unsafe { reader.text(date)? };
        let learnt = ClockOffset::from_answer(own_seconds, date)?;
        // SAFETY: it is NULL or points to a number; nothing that was read is in it, as it was
        // reserved.
        *unsafe { offset.as_mut() }.ok_or(Error::NullPointer)? = learnt.seconds();
        Ok(())
    };
    code(read())
}

/// Sets `now` to the seconds since 1970 at which the device's own count is `own_seconds`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_sign_clock_now(offset: i64, own_seconds: u64, now: *mut u64) -> i32 {
    let tell = || {
        let time = ClockOffset::from_seconds(offset).now(own_seconds)?;
        // SAFETY: it is NULL or points to a number, by the caller's promise.
        *unsafe { now.as_mut() }.ok_or(Error::NullPointer)? = time.unix_seconds();
        Ok(())
    };
    code(tell())
}
