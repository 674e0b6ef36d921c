//! Text from elsewhere on a terminal: on its line, harmless, and no longer than it must be.

use core::fmt::Write as _;

/// Without control characters: a terminal would obey them.
pub(crate) fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            // Writing to a string does not fail.
            let _ = write!(shown, "{}", character.escape_debug());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The start of a text that grants access, such as a signature or a security token.
pub(crate) fn cut_short(text: &str) -> String {
    const KEPT: usize = 8;
    match text.char_indices().nth(KEPT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_spelled_out() {
        assert_eq!(harmless("a\u{1b}[31m\n中"), r"a\u{1b}[31m\n中");
    }

    #[test]
    fn the_start_is_kept() {
        assert_eq!(cut_short("12345678"), "12345678");
        assert_eq!(cut_short("中中中中中中中中中"), "中中中中中中中中…");
    }
}
