//! The answer of a verb that verifies.

use std::process::ExitCode;

use crate::answer::Answer;

/// The answer, and whether the signature holds.
pub(crate) struct Verdict {
    pub(crate) answer: Answer,
    pub(crate) holds: bool,
}

impl Verdict {
    pub(crate) fn print(self) -> ExitCode {
        let code = self.answer.print();
        if self.holds { code } else { ExitCode::FAILURE }
    }
}
