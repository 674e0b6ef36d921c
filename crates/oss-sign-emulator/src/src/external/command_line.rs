//! A command that is one line of text, split into program and arguments without a shell.
//!
//! The rules are those of the official SDKs and of the `aliyun` command on POSIX systems, and those
//! of `CommandLineToArgvW` on Windows.

use core::fmt;
use core::iter::Peekable;
use core::str::Chars;

/// How quotes and backslashes are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// Single quotes, double quotes and backslashes, as in a POSIX shell, but nothing is expanded.
    Posix,
    /// Double quotes alone; a backslash is one, but for those before a double quote.
    Windows,
}

impl Quoting {
    /// Those of the system that this runs on.
    pub(crate) const NATIVE: Self = if cfg!(windows) { Self::Windows } else { Self::Posix };
}

/// Why a line is no command. Says nothing of the line itself: it can hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommandLineError {
    Empty,
    UnclosedQuote,
    TrailingBackslash,
}

impl fmt::Display for CommandLineError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "the command is empty: name a program",
            Self::UnclosedQuote => "the command has a quote that is not closed: close it",
            Self::TrailingBackslash => "the command ends with a backslash: remove or double it",
        })
    }
}

/// Program and arguments; the program is not empty.
pub(crate) fn split(line: &str, quoting: Quoting) -> Result<(String, Vec<String>), CommandLineError> {
    let mut characters = line.chars().peekable();
    let mut words = Vec::new();
    while let Some(word) = next_word(&mut characters, quoting)? {
        words.push(word);
    }
    let mut words = words.into_iter();
    let program = words.next().filter(|program| !program.is_empty());
    Ok((program.ok_or(CommandLineError::Empty)?, words.collect()))
}

fn next_word(
    characters: &mut Peekable<Chars<'_>>,
    quoting: Quoting,
) -> Result<Option<String>, CommandLineError> {
    while characters.next_if(|character| character.is_whitespace()).is_some() {}
    if characters.peek().is_none() {
        return Ok(None);
    }
    let mut word = String::new();
    while let Some(character) = characters.next_if(|character| !character.is_whitespace()) {
        match (quoting, character) {
            (Quoting::Posix, '\'') => single_quoted(characters, &mut word)?,
            (Quoting::Posix, '"') => double_quoted(characters, &mut word)?,
            (Quoting::Posix, '\\') => match characters.next() {
                None => return Err(CommandLineError::TrailingBackslash),
                // The line goes on.
                Some('\n') => {}
                Some(escaped) => word.push(escaped),
            },
            (Quoting::Windows, '"') => windows_quoted(characters, &mut word)?,
            (Quoting::Windows, '\\') => {
                if windows_backslashes(characters, &mut word) {
                    windows_quoted(characters, &mut word)?;
                }
            }
            (_, literal) => word.push(literal),
        }
    }
    Ok(Some(word))
}

fn single_quoted(
    characters: &mut Peekable<Chars<'_>>,
    word: &mut String,
) -> Result<(), CommandLineError> {
    for character in characters {
        match character {
            '\'' => return Ok(()),
            literal => word.push(literal),
        }
    }
    Err(CommandLineError::UnclosedQuote)
}

fn double_quoted(
    characters: &mut Peekable<Chars<'_>>,
    word: &mut String,
) -> Result<(), CommandLineError> {
    while let Some(character) = characters.next() {
        match character {
            '"' => return Ok(()),
            '\\' => match characters.next() {
                None => break,
                Some('\n') => {}
                Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                Some(literal) => word.extend(['\\', literal]),
            },
            literal => word.push(literal),
        }
    }
    Err(CommandLineError::UnclosedQuote)
}

/// After the opening quote.
fn windows_quoted(
    characters: &mut Peekable<Chars<'_>>,
    word: &mut String,
) -> Result<(), CommandLineError> {
    while let Some(character) = characters.next() {
        match character {
            // Two of them are one, and the quotation goes on.
            '"' if characters.next_if_eq(&'"').is_some() => word.push('"'),
            '"' => return Ok(()),
            '\\' => {
                if windows_backslashes(characters, word) {
                    return Ok(());
                }
            }
            literal => word.push(literal),
        }
    }
    Err(CommandLineError::UnclosedQuote)
}

/// A run of backslashes, whose first one was taken. Before a double quote each two of them are one,
/// and an odd one makes the quote a literal. Whether a quote that counts was taken too.
fn windows_backslashes(characters: &mut Peekable<Chars<'_>>, word: &mut String) -> bool {
    let mut count = 1;
    while characters.next_if_eq(&'\\').is_some() {
        count += 1;
    }
    if characters.next_if_eq(&'"').is_none() {
        word.extend(core::iter::repeat_n('\\', count));
        return false;
    }
    word.extend(core::iter::repeat_n('\\', count / 2));
    if count % 2 == 1 {
        word.push('"');
    }
    count % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str, quoting: Quoting) -> Vec<String> {
        let (program, arguments) = split(line, quoting).unwrap();
        core::iter::once(program).chain(arguments).collect()
    }

    #[test]
    fn t54_a_line_is_split_by_the_rules_of_posix() {
        let cases: [(&str, &[&str]); 13] = [
            ("tool a b", &["tool", "a", "b"]),
            (" \t tool\ta \n b ", &["tool", "a", "b"]),
            (r#""/opt/my tools/get" --profile x"#, &["/opt/my tools/get", "--profile", "x"]),
            ("'/opt/my tools/get' x", &["/opt/my tools/get", "x"]),
            (r#"tool "a b"'c d'e"#, &["tool", "a bc de"]),
            (r"tool a\ b \'c", &["tool", "a b", "'c"]),
            (r#"tool "say \"hi\"""#, &["tool", r#"say "hi""#]),
            (r#"tool "\$HOME \`x\` \\ \n""#, &["tool", r"$HOME `x` \ \n"]),
            (r"tool 'a\b$c'", &["tool", r"a\b$c"]),
            (r#"tool "" ''"#, &["tool", "", ""]),
            ("tool a\\\nb \"c\\\nd\"", &["tool", "ab", "cd"]),
            ("tool a;b|c&d #e", &["tool", "a;b|c&d", "#e"]),
            (r#""C:\Program Files\tool.exe" x"#, &[r"C:\Program Files\tool.exe", "x"]),
        ];
        for (line, expected) in cases {
            assert_eq!(words(line, Quoting::Posix), expected, "{line}");
        }
    }

    #[test]
    fn t54_what_is_no_command_is_refused() {
        for (line, expected) in [
            ("", CommandLineError::Empty),
            (" \t", CommandLineError::Empty),
            (r#""" x"#, CommandLineError::Empty),
            ("'tool", CommandLineError::UnclosedQuote),
            (r#"tool "a"#, CommandLineError::UnclosedQuote),
            (r#"tool "a\"#, CommandLineError::UnclosedQuote),
            (r"tool\", CommandLineError::TrailingBackslash),
        ] {
            assert_eq!(split(line, Quoting::Posix), Err(expected), "{line}");
        }
    }

    #[test]
    fn t55_a_line_is_split_by_the_rules_of_windows() {
        let cases: [(&str, &[&str]); 8] = [
            (r"C:\Users\RUNNER~1\tool.bat", &[r"C:\Users\RUNNER~1\tool.bat"]),
            (r#""C:\Program Files\tool.exe" get"#, &[r"C:\Program Files\tool.exe", "get"]),
            (r#"tool "say \"hi\"""#, &["tool", r#"say "hi""#]),
            (
                r#"tool O'Brien "arg with space" "" "say \"hi\"" "a&b|c""#,
                &["tool", "O'Brien", "arg with space", "", r#"say "hi""#, "a&b|c"],
            ),
            (r#"tool "C:\dir\\" x"#, &["tool", r"C:\dir\", "x"]),
            (r#"tool a\\\"b c\\"d e""#, &["tool", r#"a\"b"#, r"c\d e"]),
            (r#"tool "a""b""#, &["tool", r#"a"b"#]),
            (r"tool a\ b\", &["tool", r"a\", r"b\"]),
        ];
        for (line, expected) in cases {
            assert_eq!(words(line, Quoting::Windows), expected, "{line}");
        }
    }

    #[test]
    fn t55_a_quote_must_be_closed_on_windows_too() {
        for line in [r#"tool "a"#, r#"tool "a\""#, r#""C:\Program Files\tool.exe"#] {
            assert_eq!(split(line, Quoting::Windows), Err(CommandLineError::UnclosedQuote), "{line}");
        }
    }
}
