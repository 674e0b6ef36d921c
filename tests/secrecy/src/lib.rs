//! Whether a secret is in what a type shows: for tests that walk the public types of a crate.

use core::any::type_name;
use core::fmt::{Debug, Display};
use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;

/// So many bytes of a secret in a row are a leak. Tokens and signatures that are shown cut short have
/// fewer.
const LEAK: usize = 8;

/// What values showed, and of which types they are.
#[derive(Debug, Default)]
pub struct Shown {
    types: BTreeSet<String>,
    texts: Vec<String>,
}

impl Shown {
    /// What `Debug` shows of it, in one line and in many.
    ///
    /// # Panics
    ///
    /// It shows nothing: that would have no secret in it, and be of no use.
    #[track_caller]
    pub fn debug<T: Debug>(&mut self, value: &T) {
        let name = type_name::<T>();
        self.types.insert(name.split('<').next().unwrap_or(name).to_owned());
        let line = format!("{value:?}");
        assert!(!line.is_empty(), "Debug of {name} shows nothing");
        self.text(line);
        self.text(format!("{value:#?}"));
    }

    /// And what `Display` does.
    #[track_caller]
    pub fn display<T: Debug + Display>(&mut self, value: &T) {
        self.debug(value);
        self.text(value.to_string());
    }

    /// Something else that somebody gets to see.
    pub fn text(&mut self, text: impl Into<String>) {
        self.texts.push(text.into());
    }

    /// None of the secrets is in what was shown.
    ///
    /// # Panics
    ///
    /// Eight bytes in a row of one of them are: plain or percent-encoded, in base64, in hexadecimal
    /// digits or as a list of numbers.
    #[track_caller]
    pub fn assert_hides<'s>(&self, secrets: impl IntoIterator<Item = &'s [u8]>) {
        for secret in secrets {
            assert!(secret.len() >= LEAK, "too short for a secret");
            for text in &self.texts {
                assert!(!is_in(text, secret), "{text}");
            }
        }
    }

    /// Every type that the sources of `krate` make public was shown, so that none can be forgotten.
    /// Those whose paths begin with one of `but` are not looked for.
    ///
    /// # Panics
    ///
    /// One was not.
    #[track_caller]
    pub fn assert_has_every_type_of(&self, krate: &str, sources: &Path, but: &[&str]) {
        let mut public = BTreeSet::new();
        let read = collect_public_types(krate, sources, &mut public);
        assert!(
            read.is_ok() && !public.is_empty(),
            "no sources in {}: {read:?}",
            sources.display()
        );
        public.retain(|name| !but.iter().any(|but| name.starts_with(but)));
        let missing: Vec<_> = public.difference(&self.types).collect();
        assert!(missing.is_empty(), "not shown: {missing:?}");
    }
}

fn is_in(text: &str, secret: &[u8]) -> bool {
    let decoded = percent_decode_str(text).collect::<Vec<u8>>();
    let lower: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let lower = lower.to_ascii_lowercase();
    secret.windows(LEAK).any(|part| {
        let numbers: Vec<_> = part.iter().map(u8::to_string).collect();
        contains(text.as_bytes(), part)
            || contains(&decoded, part)
            || base64(part).any(|part| contains(&decoded, part.as_bytes()))
            || lower.contains(&hex::encode(part))
            || lower.contains(&numbers.join(","))
    })
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// What is in every base64 of a text with this part, wherever in it the part begins.
fn base64(part: &[u8]) -> impl Iterator<Item = String> {
    (0..3).filter_map(|start| part.get(start..)).flat_map(|part| {
        let whole = part.chunks_exact(3).flatten().copied().collect::<Vec<_>>();
        [STANDARD_NO_PAD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)]
    })
}

/// The paths of the types that are public in the folder of a module.
fn collect_public_types(
    module: &str,
    folder: &Path,
    types: &mut BTreeSet<String>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let inner = match stem.as_ref() {
            "lib" | "mod" => module.to_owned(),
            stem => format!("{module}::{stem}"),
        };
        if path.is_dir() {
            collect_public_types(&inner, &path, types)?;
            continue;
        }
        let source = fs::read_to_string(&path)?;
        types.extend(source.lines().filter_map(|line| {
            let rest = line.strip_prefix("pub struct ").or(line.strip_prefix("pub enum "))?;
            let name = rest.split(|c: char| !c.is_alphanumeric()).next()?;
            Some(format!("{inner}::{name}"))
        }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"Quiet/As+A=Mouse";

    #[test]
    fn a_secret_is_found_in_any_spelling() {
        for text in [
            "x Quiet/As+A=Mouse",
            "half of it: Quiet/As",
            "Quiet%2FAs%2bA%3DMouse",
            "%51%75%69%65%74%2f%41%73",
            "xUXVpZXQvQXMrQT1Nb3VzZQ==",
            "eFF1aWV0L0FzK0E9TW91c2U=",
            "eHhRdWlldC9BcytBPU1vdXNl",
            "51756965742F41732B413D4D6F757365",
            "[81, 117, 105, 101, 116, 47, 65, 115]",
            "[\n    81,\n    117,\n    105,\n    101,\n    116,\n    47,\n    65,\n    115,\n]",
        ] {
            assert!(is_in(text, SECRET), "{text}");
        }
    }

    #[test]
    fn what_is_no_secret_is_not_found() {
        for text in ["", "Quiet/A", "UXVpZXQ", "[81, 117]", "Secret { .. }"] {
            assert!(!is_in(text, SECRET), "{text}");
        }
    }

    #[test]
    #[should_panic(expected = "not shown: [\"oss_sign_secrecy::Shown\"]")]
    fn a_type_that_is_forgotten_is_missed() {
        let sources = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
        Shown::default().assert_has_every_type_of("oss_sign_secrecy", sources, &[]);
    }
}
