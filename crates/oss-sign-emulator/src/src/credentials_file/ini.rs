//! The INI dialect of the official SDKs, Java's in the main, for it is the one that has rules.

use core::fmt;

use zeroize::Zeroizing;

/// The sections of a file, with values that are wiped when it is dropped.
pub(crate) struct Ini(Vec<Section>);

pub(crate) struct Section {
    name: String,
    properties: Vec<(String, Zeroizing<String>)>,
}

/// Why a text is no INI file: the number of the line, and nothing that stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IniError {
    UnclosedSection { line: usize },
    NoName { line: usize },
    NoEqualsSign { line: usize },
}

impl fmt::Display for IniError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnclosedSection { line } => {
                write!(formatter, "line {line} begins a section and has no `]`: write `[NAME]`")
            }
            Self::NoName { line } => {
                write!(formatter, "line {line} has no name before the `=`: write `NAME = VALUE`")
            }
            Self::NoEqualsSign { line } => {
                write!(formatter, "line {line} has no `=`: write `NAME = VALUE`")
            }
        }
    }
}

impl Ini {
    /// A line is empty, a comment (`#` or `;`), a `[SECTION]`, a `NAME = VALUE`, or begins with a tab
    /// and continues the value before it. A comment may end any other line if white space is before
    /// its `#`. Where a name occurs twice in a section, the later value counts.
    pub(crate) fn parse(text: &str) -> Result<Self, IniError> {
        let mut sections: Vec<Section> = Vec::new();
        for (index, raw) in text.lines().enumerate() {
            let line = index + 1;
            let content = without_comment(raw).trim();
            if content.is_empty() || content.starts_with(';') {
                continue;
            }
            if let Some(rest) = content.strip_prefix('[') {
                let name = rest.strip_suffix(']').ok_or(IniError::UnclosedSection { line })?;
                sections.push(Section { name: name.trim().to_owned(), properties: Vec::new() });
                continue;
            }
            // What stands before the first section belongs to none.
            let properties = sections.last_mut().map(|section| &mut section.properties);
            if raw.starts_with('\t')
                && let Some((_, value)) = properties.as_ref().and_then(|all| all.last())
            {
                let continued = Zeroizing::new(format!("{}\n{content}", value.as_str()));
                if let Some((_, value)) = properties.and_then(|all| all.last_mut()) {
                    *value = continued;
                }
                continue;
            }
            let (name, value) = content.split_once('=').ok_or(IniError::NoEqualsSign { line })?;
            let name = name.trim_end();
            if name.is_empty() {
                return Err(IniError::NoName { line });
            }
            if let Some(properties) = properties {
                properties.push((name.to_owned(), Zeroizing::new(value.trim_start().to_owned())));
            }
        }
        Ok(Self(sections))
    }

    /// The last section of that name, as a later one hides those before it.
    pub(crate) fn section(&self, name: &str) -> Option<&Section> {
        self.0.iter().rfind(|section| section.name == name)
    }
}

impl Section {
    /// The value of a name; an empty one counts as none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.properties.iter().rfind(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    for (index, character) in line.char_indices() {
        if character == '#' && before.is_whitespace() {
            return line.get(..index).unwrap_or(line);
        }
        before = character;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t73_comments_duplicates_and_continuations() {
        let text = "\
stray = before any section
# comment
; comment
[default] # comment
region = cn-hangzhou#not a comment
id = one # comment
id = two
policy = {
\t\"Version\": \"1\"
\t}
  indented = yes
empty =
equals = a=b

[ other ]
id = three
";
        let ini = Ini::parse(text).unwrap();
        let section = ini.section("default").unwrap();
        for (name, value) in [
            ("region", Some("cn-hangzhou#not a comment")),
            ("id", Some("two")),
            ("policy", Some("{\n\"Version\": \"1\"\n}")),
            ("indented", Some("yes")),
            ("empty", None),
            ("equals", Some("a=b")),
            ("stray", None),
        ] {
            assert_eq!(section.get(name), value, "{name}");
        }
        assert_eq!(ini.section("other").unwrap().get("id"), Some("three"));
        assert!(ini.section("third").is_none());
    }

    #[test]
    fn t73_a_tab_begins_a_continuation_only_after_a_value() {
        let ini = Ini::parse("[default]\n\tid = one").unwrap();
        assert_eq!(ini.section("default").unwrap().get("id"), Some("one"));
    }

    #[test]
    fn t73_what_is_no_ini_is_refused_by_its_line() {
        for (text, expected) in [
            ("[default", IniError::UnclosedSection { line: 1 }),
            ("[default]\n = value", IniError::NoName { line: 2 }),
            ("[default]\n\nsecret", IniError::NoEqualsSign { line: 3 }),
        ] {
            assert_eq!(Ini::parse(text).err(), Some(expected), "{text}");
        }
    }

    #[test]
    fn the_later_section_of_a_name_counts() {
        let ini = Ini::parse("[a]\nx = 1\n[a]\nx = 2").unwrap();
        assert_eq!(ini.section("a").unwrap().get("x"), Some("2"));
    }
}
