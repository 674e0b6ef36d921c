//! Sizes of files.

use crate::mistake::{Mistake, Quoted};

/// `MiB` is 1024 times 1024 bytes, `MB` 1000 times 1000, as IEC 80000-13 has them.
const UNITS: [(&str, u64); 8] = [
    ("", 1),
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
];

/// Reads whole bytes, or a whole number with a unit in any case.
pub(crate) fn size(text: &str) -> Result<u64, Mistake> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let unit = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit.trim_start()));
    let bytes = unit.and_then(|(_, factor)| digits.parse::<u64>().ok()?.checked_mul(*factor));
    bytes.ok_or_else(|| {
        Mistake::new(format!(
            "{} is not a size: write whole bytes (10485760), or a unit (10MiB, 500KB)",
            Quoted(text)
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("0", 0),
            ("10485760", 10 << 20),
            ("10MiB", 10 << 20),
            ("10 mib", 10 << 20),
            ("500KB", 500_000),
            ("5GB", 5_000_000_000),
            ("5GiB", 5 << 30),
            ("1B", 1),
        ] {
            assert_eq!(size(text).unwrap(), bytes, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_size() {
        for text in ["", "MiB", "1.5MiB", "-1", "10M", "10 MiB/s", "18446744073709551615KB", "９"]
        {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
