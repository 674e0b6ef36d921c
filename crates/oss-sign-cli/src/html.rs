//! A page with an upload form.

use core::fmt;

/// A page that needs nothing but itself.
pub(crate) struct Page<'a> {
    pub(crate) url: &'a str,
    /// In their order, without `file`.
    pub(crate) fields: &'a [(&'a str, &'a str)],
    /// What the chooser of files shows: `image/*`.
    pub(crate) accept: Option<&'a str>,
    /// Whether the field `content-type` is to be that of the file.
    pub(crate) sends_content_type: bool,
}

/// The browser knows the type of the file when it is chosen, and not before.
const SCRIPT: &str = "\
<script>
  const form = document.forms[0].elements;
  form[\"file\"].onchange = () => {
    form[\"content-type\"].value = form[\"file\"].files[0]?.type ?? \"\";
  };
</script>
";

impl fmt::Display for Page<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n")?;
        formatter.write_str("<title>Upload</title>\n")?;
        writeln!(
            formatter,
            "<form action=\"{}\" method=\"post\" enctype=\"multipart/form-data\" \
             accept-charset=\"utf-8\">",
            Escaped(self.url)
        )?;
        for (name, value) in self.fields {
            writeln!(
                formatter,
                "  <input type=\"hidden\" name=\"{}\" value=\"{}\">",
                Escaped(name),
                Escaped(value)
            )?;
        }
        if self.sends_content_type {
            formatter.write_str("  <input type=\"hidden\" name=\"content-type\">\n")?;
        }
        formatter.write_str("  <input type=\"file\" name=\"file\"")?;
        if let Some(accept) = self.accept {
            write!(formatter, " accept=\"{}\"", Escaped(accept))?;
        }
        // Without a name the button is no field, which would follow `file`.
        formatter.write_str(" required>\n  <button>Upload</button>\n</form>\n")?;
        if self.sends_content_type {
            formatter.write_str(SCRIPT)?;
        }
        Ok(())
    }
}

/// The value of an attribute in double quotes.
/// <https://html.spec.whatwg.org/multipage/syntax.html#attributes-2>
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in self.0.split_inclusive(['&', '"', '\'', '<', '>']) {
            let mut characters = piece.chars();
            let entity = match characters.next_back() {
                Some('&') => "&amp;",
                Some('"') => "&quot;",
                Some('\'') => "&#39;",
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                _ => {
                    formatter.write_str(piece)?;
                    continue;
                }
            };
            formatter.write_str(characters.as_str())?;
            formatter.write_str(entity)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_an_attribute() {
        let escaped = Escaped("a\"><script>'&amp;中").to_string();
        assert_eq!(escaped, "a&quot;&gt;&lt;script&gt;&#39;&amp;amp;中");
    }
}
