//! Tests that need a process of their own, as they measure it or limit it.

use std::env;
use std::process::Command;

/// Set in the process of such a test.
const ALONE: &str = "CACHE_TEST_IS_ALONE";

/// Runs `body` in a process in which no other test runs. `test` is the test that calls
/// this, as the test program lists it.
pub(crate) fn in_a_process_of_its_own(test: &str, body: impl FnOnce()) {
    if env::var_os(ALONE).is_some() {
        return body();
    }
    let program = env::current_exe().expect("a test program is a file");
    let mut command = Command::new(program);
    command.args([test, "--exact", "--nocapture"]).env(ALONE, "1");
    let output = command.output().expect("it can be started again");
    let (said, errors) = (output.stdout.escape_ascii(), output.stderr.escape_ascii());
    let (said, errors) = (said.to_string(), errors.to_string());
    assert!(output.status.success(), "{test}: {}\n{said}\n{errors}", output.status);
    assert!(said.contains("1 passed"), "there is no test {test}");
}
