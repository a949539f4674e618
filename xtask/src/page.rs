//! What `cargo xtask` alone prints: every command with one line and an
//! example, taken from the command line's own definition.

use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory;

use crate::CommandLine;

const EXAMPLE: &str = "Example:\n  ";

/// An example as it stands at the end of a command's `--help`.
pub(crate) fn example(line: &str) -> String {
    format!("{EXAMPLE}{line}")
}

/// Prints the page.
pub(crate) fn print() -> Result<ExitCode> {
    print!("{}", text());
    Ok(ExitCode::SUCCESS)
}

fn text() -> String {
    let mut text = String::from("Usage: cargo xtask COMMAND [ARGUMENTS]\n\n");
    for command in CommandLine::command().get_subcommands() {
        let line = |styled: Option<&clap::builder::StyledStr>| {
            styled.map(ToString::to_string).unwrap_or_default()
        };
        let about = line(command.get_about());
        let example = line(command.get_after_help());
        let example = example.strip_prefix(EXAMPLE).unwrap_or(&example);
        text += &format!("  {:<9}{about}\n           {example}\n\n", command.get_name());
    }
    text + "`cargo xtask COMMAND --help` says more. Start with `cargo xtask chapter 1`.\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_line_and_an_example() {
        for command in CommandLine::command().get_subcommands() {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name} has no description");
            assert!(text().contains(&format!("cargo xtask {name}")), "{name} has no example");
        }
    }

    #[test]
    fn the_page_fits_an_ordinary_terminal() {
        for line in text().lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }
}
