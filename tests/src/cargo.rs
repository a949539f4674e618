//! Calls cargo.

use std::env;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// The width of cargo's progress bar. Cargo cannot measure the terminal when
/// we stand between the two.
const PROGRESS_WIDTH: &str = "80";

/// Removes what is left of a progress bar from the terminal.
const ERASE_LINE: &[u8] = b"\x1b[K";

/// Cargo, in the workspace's root, with some arguments.
pub fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments);
    command
}

/// Runs a `cargo build` whose messages and progress are shown, except for the
/// line that says that it has finished: a build with nothing to do is silent.
/// Returns whether it succeeded.
///
/// # Errors
/// Cargo cannot be started, or our standard error cannot be written.
pub fn build(command: &mut Command) -> io::Result<bool> {
    command.stderr(Stdio::piped());
    if io::stderr().is_terminal() {
        command
            .env("CARGO_TERM_COLOR", "always")
            .env("CARGO_TERM_PROGRESS_WHEN", "always")
            .env("CARGO_TERM_PROGRESS_WIDTH", PROGRESS_WIDTH);
    }
    let mut child = command.spawn()?;
    if let Some(stderr) = child.stderr.take() {
        pass_on(stderr, io::stderr())?;
    }
    Ok(child.wait()?.success())
}

/// Copies everything but the lines that end a build. A progress bar is a line
/// that ends in a carriage return.
fn pass_on(mut from: impl Read, mut to: impl Write) -> io::Result<()> {
    let mut buffer = [0; 4096];
    let mut line = Vec::new();
    loop {
        let count = from.read(&mut buffer)?;
        for &byte in &buffer[..count] {
            line.push(byte);
            if byte == b'\n' || byte == b'\r' {
                pass_on_line(&mut line, &mut to)?;
            }
        }
        to.flush()?;
        if count == 0 {
            return pass_on_line(&mut line, &mut to);
        }
    }
}

fn pass_on_line(line: &mut Vec<u8>, to: &mut impl Write) -> io::Result<()> {
    if !ends_a_build(&String::from_utf8_lossy(line)) {
        to.write_all(line)?;
    } else if line.starts_with(ERASE_LINE) {
        to.write_all(ERASE_LINE)?;
    }
    line.clear();
    Ok(())
}

/// Whether a line is `    Finished … target(s) in …`, coloured or not.
fn ends_a_build(line: &str) -> bool {
    line.split_once("Finished").is_some_and(|(front, rest)| {
        let is_colored = front.starts_with('\u{1b}');
        (is_colored || front.trim().is_empty()) && rest.contains("target(s)")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed_on(from: &str) -> String {
        let mut to = Vec::new();
        pass_on(from.as_bytes(), &mut to).expect("memory does not fail");
        String::from_utf8(to).expect("it was UTF-8")
    }

    #[test]
    fn a_build_with_nothing_to_do_is_silent() {
        let plain = "    Finished `release` profile [optimized] target(s) in 0.05s\n";
        assert_eq!(passed_on(plain), "");
        let colored =
            "\u{1b}[1m\u{1b}[92m    Finished\u{1b}[0m `release` profile target(s) in 1s\n";
        assert_eq!(passed_on(colored), "");
    }

    #[test]
    fn the_progress_bar_is_removed_from_the_terminal() {
        let colored = "\u{1b}[K\u{1b}[1m    Finished\u{1b}[0m `release` profile target(s) in 1s\n";
        assert_eq!(passed_on(colored), "\u{1b}[K");
    }

    #[test]
    fn everything_else_is_passed_on() {
        let messages = "   Compiling a v0.1.0\n    Building [==>  ] 1/2\rwarning: Finished\nrest";
        assert_eq!(passed_on(messages), messages);
    }
}
