//! `book-tool`: builds, shows and checks the book. `cargo xtask book` starts
//! it; mdBook starts it as a preprocessor.

mod commands;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use book_tool::Place;
use clap::{Parser, Subcommand};

/// Builds, shows and checks the book.
#[derive(Parser)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Renders the book, and says where it is
    Build {
        /// Show errors on their pages and go on
        #[arg(long)]
        keep_going: bool,
        /// Render into this folder, and not into the one that book.toml names
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
        /// Open the book in the browser
        #[arg(long)]
        open: bool,
    },
    /// Serves the book, and builds it again when something in it changes
    Serve {
        /// Open the book in the browser
        #[arg(long)]
        open: bool,
        /// The port of this machine to serve on
        #[arg(long, default_value_t = 3000)]
        port: u16,
    },
    /// Holds the finished book against what mdBook lets pass
    Check {
        /// Make only these checks
        #[arg(long, value_name = "NAME", conflicts_with = "except")]
        only: Vec<String>,
        /// Do not make these checks
        #[arg(long, value_name = "NAME")]
        except: Vec<String>,
    },
    /// Runs the commands that the book shows, and keeps what they print
    Record {
        /// Only compare what they print with what is kept
        #[arg(long)]
        check: bool,
        /// Only these recordings
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Takes pictures of all pages: on a phone and on a desk, light and dark
    Screenshots {
        /// Where to put them
        #[arg(value_name = "DIR")]
        into: PathBuf,
        /// Only these pages, as in `00-workbench`
        #[arg(value_name = "PAGE")]
        pages: Vec<String>,
    },
    /// Expands the directives of a book that mdBook writes to standard input
    Preprocess {
        #[command(subcommand)]
        question: Option<Question>,
    },
}

/// What mdBook asks before it sends a book.
#[derive(Subcommand)]
enum Question {
    /// Whether this works for a renderer; it works for all
    Supports {
        /// The renderer
        renderer: String,
    },
}

fn main() -> ExitCode {
    run(CommandLine::parse().command).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Preprocess { question: Some(Question::Supports { .. }) } => Ok(ExitCode::SUCCESS),
        Command::Preprocess { question: None } => commands::preprocess(),
        Command::Build { keep_going, into, open } => {
            commands::build(&Place::find()?, keep_going, into, open)
        }
        Command::Serve { open, port } => {
            commands::serve(&Place::find()?, SocketAddr::from(([127, 0, 0, 1], port)), open)
        }
        Command::Check { only, except } => commands::check(&Place::find()?, &only, &except),
        Command::Record { check, names } => commands::record(&Place::find()?, &names, check),
        Command::Screenshots { into, pages } => {
            commands::screenshots(&Place::find()?, &into, &pages)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn mdbooks_question_is_understood() {
        let words = ["book-tool", "preprocess", "supports", "html"];
        let command = CommandLine::parse_from(words).command;
        assert!(matches!(command, Command::Preprocess { question: Some(_) }));
    }
}
