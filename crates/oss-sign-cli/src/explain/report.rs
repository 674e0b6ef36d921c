//! What `explain` finds, and how it looks.

use core::fmt;

use anstyle::{AnsiColor, Style};
use oss_sign::verify::Refusal;
use oss_sign::{Credentials, Timestamp};

use super::causes::{Cause, Context};
use super::comparison::{
    Line, Part, compare, is_v4, parts_of_canonical_request, parts_of_string_to_sign,
};
use super::error_answer::ErrorAnswer;
use super::meant::Meant;
use super::{differences, numbers, oracle};
use crate::facts::Facts;
use crate::mistake::Mistake;
use crate::presented::Presented;
use crate::problems;
use crate::shown::{cut_short, harmless};

const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();
const STRONG: Style = Style::new().bold();

/// More than a request of OSS has.
const MAX_LINES: usize = 300;

/// The explanation of one error.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// `Code`, `Message` and the rest of what OSS said.
    pub(crate) said: Vec<String>,
    pub(crate) lines: Vec<Line>,
    /// What the other side of the lines is, if there are two.
    theirs: Option<&'static str>,
    /// A sentence each, the remedy in it.
    pub(crate) causes: Vec<String>,
    pub(crate) notes: Vec<String>,
}

/// The texts that are compared.
struct Texts {
    canonical_request: Option<String>,
    string_to_sign: String,
}

impl Texts {
    fn of(request: &Presented) -> Result<Result<Self, Refusal>, Mistake> {
        request.with_parsed(|parsed, bucket| Self {
            canonical_request: parsed.canonical_request(bucket).map(|text| text.to_string()),
            string_to_sign: parsed.string_to_sign(bucket).to_string(),
        })
    }

    /// What the sender's own code signed counts more.
    fn of_meant(meant: &Meant) -> Result<Result<Self, Refusal>, Mistake> {
        let texts = Self::of(&meant.request)?;
        Ok(texts.map(|texts| Self {
            canonical_request: meant.canonical_request.clone().or(texts.canonical_request),
            string_to_sign: meant.string_to_sign.clone().unwrap_or(texts.string_to_sign),
        }))
    }

    /// Without the hash, which says nothing that the canonical request does not.
    fn parts(&self) -> Vec<(Part, String)> {
        let mut parts = parts_of_string_to_sign(&self.string_to_sign);
        if let Some(canonical_request) = &self.canonical_request {
            parts.retain(|(part, _)| *part != Part::Hash);
            parts.extend(parts_of_canonical_request(canonical_request));
        }
        parts
    }
}

impl Report {
    /// Explains an answer, with the request that it is about if that is known.
    pub(crate) fn of(
        answer: &ErrorAnswer,
        meant: Option<Meant>,
        credentials: Option<&Credentials<'_>>,
        now: Timestamp,
    ) -> Result<Self, Mistake> {
        let mut report = Self { said: said(answer), ..Self::default() };
        let meant = meant.map(|meant| meant.signed_like(answer));
        let facts = meant.as_ref().map(|meant| Facts::of(&meant.request));
        let is_mismatch = answer.code() == Some("SignatureDoesNotMatch");
        match (&meant, answer.string_to_sign()) {
            (Some(meant), Some(theirs)) if is_mismatch => {
                report.compare(meant, answer, theirs, credentials)?;
            }
            (Some(meant), None) if is_mismatch => report.check_without_lines(meant, credentials)?,
            (None, Some(theirs)) if is_mismatch => report.show(&Texts {
                canonical_request: answer.canonical_request(),
                string_to_sign: theirs,
            }),
            _ => {}
        }
        if report.causes.is_empty() {
            report.name_cause(&Context { answer, facts: facts.as_ref(), now });
            if let (Some(meant), Some(facts)) = (&meant, &facts) {
                report.notes.extend(problems::of(&meant.request, facts)?);
            }
        }
        Ok(report)
    }

    /// Shows what is signed of a request, and whether the secret is the right one.
    pub(crate) fn of_request(
        meant: &Meant,
        credentials: Option<&Credentials<'_>>,
    ) -> Result<Self, Mistake> {
        let mut report = Self::default();
        match Texts::of_meant(meant)? {
            Ok(texts) => report.show(&texts),
            Err(refusal) => {
                report.not_signed(&meant.request, refusal)?;
                return Ok(report);
            }
        }
        match credentials {
            Some(credentials) => report.check_secret(&meant.request, credentials, false)?,
            None => report.notes.push("what OSS answered tells more: give --error FILE".to_owned()),
        }
        Ok(report)
    }

    fn set_lines(&mut self, mut lines: Vec<Line>) {
        let count = lines.len();
        lines.truncate(MAX_LINES);
        if count > lines.len() {
            self.notes.push(format!("the first {MAX_LINES} of {count} lines"));
        }
        self.lines = lines;
    }

    /// The APIs for vector and table buckets do not say what they signed.
    fn check_without_lines(
        &mut self,
        meant: &Meant,
        credentials: Option<&Credentials<'_>>,
    ) -> Result<(), Mistake> {
        match credentials {
            Some(credentials) => self.check_secret(&meant.request, credentials, false)?,
            None => self.causes.push(
                "OSS does not say here what it signed: set the AccessKey in the environment, and \
                 explain checks the secret."
                    .to_owned(),
            ),
        }
        Ok(())
    }

    /// Why a request is not even of the form of a signed one.
    fn not_signed(&mut self, request: &Presented, refusal: Refusal) -> Result<(), Mistake> {
        let mut reasons = problems::of(request, &Facts::of(request))?;
        if reasons.is_empty() {
            reasons.push(refusal.to_string());
        }
        let sentence = |reason: String| format!("The request that you gave cannot hold: {reason}.");
        self.causes.extend(reasons.into_iter().map(sentence));
        Ok(())
    }

    fn show(&mut self, texts: &Texts) {
        let parts = texts.parts();
        self.set_lines(compare(&parts, &parts));
    }

    fn compare(
        &mut self,
        meant: &Meant,
        answer: &ErrorAnswer,
        string_to_sign: String,
        credentials: Option<&Credentials<'_>>,
    ) -> Result<(), Mistake> {
        let ours = match Texts::of_meant(meant)? {
            Ok(ours) => ours,
            Err(refusal) => return self.not_signed(&meant.request, refusal),
        };
        if is_v4(&ours.string_to_sign) != is_v4(&string_to_sign) {
            self.causes.push(
                "OSS answered to a signature of another version (V1, V4) than that of this \
                 request: give the request that was sent."
                    .to_owned(),
            );
            return Ok(());
        }
        let mut theirs = Texts { canonical_request: answer.canonical_request(), string_to_sign };
        if is_v4(&theirs.string_to_sign) && theirs.canonical_request.is_none() {
            theirs.canonical_request = self.reconstructed(meant, &theirs.string_to_sign)?;
        }
        let ours = match &theirs.canonical_request {
            Some(_) => ours,
            // There is nothing to compare it with.
            None => Texts { canonical_request: None, ..ours },
        };
        self.set_lines(compare(&ours.parts(), &theirs.parts()));
        self.theirs = Some("what OSS received");
        self.name_differences();
        self.ask_for_method(meant);
        if self.causes.is_empty() && ours.canonical_request != theirs.canonical_request {
            self.causes.push(
                "The parts are the same, but not their order or the line ends: sort parameters and \
                 headers by name, and end the headers with an empty line."
                    .to_owned(),
            );
        }
        if self.causes.is_empty() {
            self.check_signature(&meant.request, answer, credentials)?;
        }
        Ok(())
    }

    /// A URL does not say its method.
    fn ask_for_method(&mut self, meant: &Meant) {
        let is_method = |line: &&Line| line.part == Part::Method && line.differs();
        let received = self.lines.iter().find(is_method).and_then(|line| line.theirs.as_deref());
        if let Some(received) = received.filter(|_| !meant.has_method) {
            let received = harmless(received);
            self.notes.push(format!(
                "you did not say the method: if it was signed for {received}, add --method {received}"
            ));
        }
    }

    /// The canonical request that has OSS's hash.
    fn reconstructed(
        &mut self,
        meant: &Meant,
        string_to_sign: &str,
    ) -> Result<Option<String>, Mistake> {
        let Some(received) = oracle::received_as(&meant.request, string_to_sign)? else {
            return Ok(None);
        };
        if received != meant.request {
            self.notes.push(
                "OSS sent no CanonicalRequest; this one has the hash of its StringToSign"
                    .to_owned(),
            );
        }
        Ok(Texts::of(&received)?.ok().and_then(|texts| texts.canonical_request))
    }

    fn name_differences(&mut self) {
        for line in self.lines.iter().filter(|line| line.differs()) {
            let sentence = differences::meaning(line);
            if !self.causes.contains(&sentence) {
                self.causes.push(sentence);
            }
        }
    }

    /// All lines agree: so the signature itself is at fault, or the secret.
    fn check_signature(
        &mut self,
        request: &Presented,
        answer: &ErrorAnswer,
        credentials: Option<&Credentials<'_>>,
    ) -> Result<(), Mistake> {
        let provided = answer.element("SignatureProvided");
        if provided.is_some_and(|provided| provided.contains(' ')) {
            self.causes.push(
                "A `+` of the signature turned into a blank: percent-encode it in the URL as `%2B`."
                    .to_owned(),
            );
            return Ok(());
        }
        if let (Some(sent), Some(provided)) = (signature(request), provided)
            && sent != provided
            && sent != "0"
        {
            self.causes.push(format!(
                "The signature itself was changed on its way, from `{}` to `{}`: send the URL or \
                 the header whole.",
                harmless(&sent),
                harmless(provided)
            ));
            return Ok(());
        }
        match credentials {
            Some(credentials) => self.check_secret(request, credentials, true),
            None => {
                self.causes.push(
                    "Every line agrees, so the secret is not that of this AccessKey ID: check it \
                     for blanks and mix-ups (with the AccessKey in the environment, explain tells \
                     more)."
                        .to_owned(),
                );
                Ok(())
            }
        }
    }

    fn check_secret(
        &mut self,
        request: &Presented,
        credentials: &Credentials<'_>,
        is_refused: bool,
    ) -> Result<(), Mistake> {
        let sentence = match request.verify(credentials, None)? {
            Ok(()) if is_refused => {
                "Every line agrees, and the secret in the environment makes this very signature: \
                 so OSS has another secret for this AccessKey ID; get the right one, or make a new \
                 AccessKey."
            }
            Ok(()) => "The signature holds for the AccessKey in the environment.",
            Err(Refusal::AccessKeyId) => {
                "It was signed with another AccessKey ID than that in the environment: sign with \
                 this one, or set that one to have its secret checked."
            }
            Err(Refusal::SecurityTokenMissing) => {
                "The AccessKey in the environment has a security token, the request has none: sign \
                 with the token too."
            }
            Err(Refusal::SecurityTokenMismatch) => {
                "The request has another security token than the environment: sign with ID, secret \
                 and token of one answer of STS."
            }
            Err(Refusal::SignatureDoesNotMatch) => {
                return self.find_what_was_signed(request, credentials);
            }
            Err(refusal) => return self.not_signed(request, refusal),
        };
        self.causes.push(sentence.to_owned());
        Ok(())
    }

    /// Which request does the signature fit?
    fn find_what_was_signed(
        &mut self,
        request: &Presented,
        credentials: &Credentials<'_>,
    ) -> Result<(), Mistake> {
        let signed = match signature(request).as_deref() {
            // There is no signature to fit.
            None | Some("0") => None,
            Some(_) => oracle::signed_as(request, credentials)?,
        };
        let signed = signed.map(|signed| Texts::of(&signed)).transpose()?.and_then(Result::ok);
        let sent = Texts::of(request)?.ok();
        if let (Some(signed), Some(sent)) = (signed, sent) {
            self.notes.push("the signature fits another request, which this shows".to_owned());
            self.set_lines(compare(&signed.parts(), &sent.parts()));
            self.theirs = Some("what was sent");
            self.name_differences();
            return Ok(());
        }
        self.causes.push(
            "The secret in the environment does not make this signature: it was signed with \
             another secret, or for another request."
                .to_owned(),
        );
        Ok(())
    }

    fn name_cause(&mut self, context: &Context<'_>) {
        let meaning = context.answer.ec().and_then(numbers::meaning);
        let number = |meaning: &str| {
            format!("EC {}: {meaning}", harmless(context.answer.ec().unwrap_or_default()))
        };
        match (context.cause(), meaning) {
            (Some(Cause::Certain(sentence)), meaning) => {
                self.causes.push(harmless(&sentence));
                self.notes.extend(meaning.map(number));
            }
            // The number says it more finely than the code.
            (_, Some(meaning)) => self.causes.push(number(meaning)),
            (Some(Cause::Usual(sentence)), None) => self.causes.push(sentence.to_owned()),
            (None, None) => self.causes.push(
                "This error is not one of signatures, or not known here: see what OSS says of it."
                    .to_owned(),
            ),
        }
    }
}

fn said(answer: &ErrorAnswer) -> Vec<String> {
    let code = harmless(answer.code().unwrap_or("no code"));
    let ec = answer.ec().map(|ec| format!(" (EC {})", harmless(ec))).unwrap_or_default();
    let mut said = vec![format!("{code}{ec}")];
    // STS puts the whole request into its message, with the token.
    let message = answer.message().split("server string to sign").next().unwrap_or_default();
    if !message.is_empty() {
        said.push(harmless(message));
    }
    said.extend(answer.element("RequestId").map(|id| format!("request {}", harmless(id))));
    said
}

/// The signature that a request carries.
fn signature(request: &Presented) -> Option<String> {
    let in_url = ["x-oss-signature", "Signature"].iter().find_map(|name| request.parameter(name));
    in_url.or_else(|| {
        let (_, signature) = request.header("authorization")?.rsplit_once(['=', ':'])?;
        Some(signature.to_owned())
    })
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((first, rest)) = self.said.split_first() {
            writeln!(formatter, "{STRONG}{first}{STRONG:#}")?;
            rest.iter().try_for_each(|line| writeln!(formatter, "{line}"))?;
            writeln!(formatter)?;
        }
        if let Some(theirs) = self.theirs {
            writeln!(formatter, "{REMOVED}- what was signed{REMOVED:#}")?;
            writeln!(formatter, "{ADDED}+ {theirs}{ADDED:#}")?;
            writeln!(formatter)?;
        }
        self.lines.iter().try_for_each(|line| show_line(line, formatter))?;
        if !self.lines.is_empty() {
            writeln!(formatter)?;
        }
        for cause in &self.causes {
            writeln!(formatter, "{STRONG}{cause}{STRONG:#}")?;
        }
        self.notes.iter().try_for_each(|note| writeln!(formatter, "({note})"))
    }
}

fn show_line(line: &Line, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let name = harmless(&line.part.name());
    let named = |value: &str| match value {
        "" => format!("{name}:"),
        value => format!("{name}: {}", harmless(value)),
    };
    if !line.differs() {
        let value = line.ours.as_deref().unwrap_or_default();
        return writeln!(formatter, "  {}", named(&short(&line.part, value)));
    }
    // Where only one side has a token, there is nothing in it to be compared.
    let is_on_both = line.ours.is_some() && line.theirs.is_some();
    let text = |value: &Option<String>| match value {
        None => named("(none)"),
        Some(value) if is_on_both => named(value),
        Some(value) => named(&short(&line.part, value)),
    };
    writeln!(formatter, "{REMOVED}- {}{REMOVED:#}", text(&line.ours))?;
    writeln!(formatter, "{ADDED}+ {}{ADDED:#}", text(&line.theirs))
}

/// A token and whatever else grants access is cut short.
fn short(part: &Part, value: &str) -> String {
    match part {
        Part::Header(name) | Part::Parameter(name)
            if name.ends_with("security-token") || name.ends_with("ignature") =>
        {
            cut_short(value)
        }
        _ => value.to_owned(),
    }
}

impl Report {
    /// For tests: everything as it would be printed without colours.
    #[cfg(test)]
    pub(crate) fn plain(&self) -> String {
        anstream::adapter::strip_str(&self.to_string()).to_string()
    }
}
