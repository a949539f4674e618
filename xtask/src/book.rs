//! `cargo xtask book`: builds, shows and checks the book.
//!
//! The work is done by `book-tool`, a program of its own, so that nothing but
//! this command ever compiles mdBook.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use conformance::Workspace;

use crate::delegate::Delegate;
use crate::tally::Tally;
use crate::tidy;

const BOOK_TOOL: Delegate = Delegate { package: "book-tool", made_of: "mdBook" };

#[derive(Args)]
pub(crate) struct Arguments {
    /// Open it in the browser
    #[arg(long)]
    open: bool,
    /// Serve it, and build it again whenever something in it changes
    #[arg(long)]
    serve: bool,
    /// With --serve: the port of this machine to serve on
    #[arg(long, requires = "serve")]
    port: Option<u16>,
    /// Check it: links, figures, recorded output, a try in a browser
    #[arg(long, conflicts_with_all = ["open", "serve", "record"])]
    check: bool,
    /// Run the commands that it shows, and keep what they print
    #[arg(long, conflicts_with_all = ["open", "serve"])]
    record: bool,
    /// With --record: only these recordings
    #[arg(value_name = "NAME", requires = "record")]
    names: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    if arguments.check {
        let mut tally = tidy::check_anchors(&workspace)?;
        tally += check(&workspace, &[])?;
        return Ok(tally.exit_code());
    }
    BOOK_TOOL.take_over(&workspace, &words(arguments))
}

/// Checks the book, except for some checks, and counts them.
pub(crate) fn check(workspace: &Workspace, except: &[&str]) -> Result<Tally> {
    let mut words = vec!["check"];
    words.extend(except.iter().flat_map(|name| ["--except", name]));
    BOOK_TOOL.check(workspace, &words)
}

/// The tool's own words for what is asked for.
fn words(arguments: &Arguments) -> Vec<String> {
    let command = match arguments {
        Arguments { record: true, .. } => "record",
        Arguments { serve: true, .. } => "serve",
        _ => "build",
    };
    let mut words = vec![command.to_owned()];
    words.extend(arguments.open.then(|| "--open".to_owned()));
    words.extend(arguments.port.map(|port| format!("--port={port}")));
    words.extend(arguments.names.iter().cloned());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_handed_on_in_the_tools_words() {
        let nothing = || Arguments {
            open: false,
            serve: false,
            port: None,
            check: false,
            record: false,
            names: Vec::new(),
        };
        assert_eq!(words(&Arguments { open: true, ..nothing() }), ["build", "--open"]);
        let serve = Arguments { serve: true, open: true, port: Some(80), ..nothing() };
        assert_eq!(words(&serve), ["serve", "--open", "--port=80"]);
        let record = Arguments { record: true, names: vec!["a".to_owned()], ..nothing() };
        assert_eq!(words(&record), ["record", "a"]);
    }
}
