//! What the test targets share: each makes its own list of tests.

use std::error::Error;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// Runs the tests that the command line selects. Without a list of tests
/// nothing was tested, which is a failure.
pub(crate) fn run(trials: Result<Vec<Trial>, Box<dyn Error>>) -> ExitCode {
    let arguments = Arguments::from_args();
    match trials {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
