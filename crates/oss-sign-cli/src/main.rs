//! The command; all of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    oss_sign_cli::main()
}
