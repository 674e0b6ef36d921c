//! A curl command that sends just what was signed.

use core::fmt;

use oss_sign::Method;

/// The command, ready to be pasted into a POSIX shell; `FILE` in it stands for the body.
pub(crate) fn command<'a>(
    method: Method,
    url: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    // curl must send the URL as it is: `[` and `{` are no patterns, `..` is no parent.
    let mut words = vec!["curl --globoff --path-as-is".to_owned()];
    match method {
        Method::Get => {}
        Method::Head => words.push("-I".to_owned()),
        _ => words.push(format!("-X {method}")),
    }
    let mut has_content_type = false;
    for (name, value) in headers {
        has_content_type |= name.eq_ignore_ascii_case("content-type");
        words.push(format!("-H {}", ShellWord(&header(name, value))));
    }
    match Body::of(method, url) {
        Body::None => {}
        Body::Upload => words.push("--upload-file FILE".to_owned()),
        Body::Data => {
            if !has_content_type {
                // curl would send the one of a form, which is not signed.
                words.push("-H 'Content-Type:'".to_owned());
            }
            words.push("--data-binary @FILE".to_owned());
        }
    }
    words.push(ShellWord(url).to_string());
    words.join(" ") + "\n"
}

/// The command that posts a form; `FILE` in it stands for the file.
///
/// Fields go by `--form-string`, because `-F` takes `@`, `<` and `;` in a value for orders:
/// <https://curl.se/docs/manpage.html#--form-string>
pub(crate) fn form_command<'a>(
    url: &str,
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut words = vec!["curl --globoff".to_owned()];
    for (name, value) in fields {
        words.push(format!("--form-string {}", ShellWord(&format!("{name}={value}"))));
    }
    words.push("-F 'file=@FILE'".to_owned());
    words.push(ShellWord(url).to_string());
    words.join(" ") + "\n"
}

/// A header as curl wants it: `name:` would remove it, `name;` sends it empty.
/// <https://curl.se/docs/manpage.html#-H>
fn header(name: &str, value: &str) -> String {
    match value.trim_matches([' ', '\t']) {
        "" => format!("{name};"),
        value => format!("{name}: {value}"),
    }
}

/// How curl sends the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    None,
    /// From a file of any size.
    Upload,
    /// From memory, with a `Content-Length` even if it is empty.
    Data,
}

impl Body {
    fn of(method: Method, url: &str) -> Self {
        let path = url.split_once('?').map_or(url, |(path, _)| path);
        match method {
            // An upload to a path that ends with `/` gets the name of the file appended.
            // <https://curl.se/docs/manpage.html#-T>
            Method::Put if path.ends_with('/') => Self::Data,
            Method::Put => Self::Upload,
            Method::Post => Self::Data,
            _ => Self::None,
        }
    }
}

/// A text as one word of a POSIX shell: in single quotes, where nothing is special but the quote.
pub(crate) struct ShellWord<'a>(pub(crate) &'a str);

impl fmt::Display for ShellWord<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "'{}'", self.0.replace('\'', r"'\''"))
    }
}
