//! The programs that a command line names.

use std::io::Read;

use clap::ArgMatches;

use super::USAGE;
use crate::{Machine, Refusal, Source};

/// What a file is called that is read from standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// The files of the command line, in its order.
pub(super) fn files(arguments: &ArgMatches) -> Vec<&str> {
    let values = ["FILE", "FILES"].iter().filter_map(|id| arguments.get_many::<String>(id));
    values.flatten().map(String::as_str).collect()
}

/// A file's text, or the demo where there is no file.
pub(super) fn read_source(machine: &impl Machine, file: Option<&str>) -> Result<Source, Refusal> {
    let read = |name: &str| match name {
        STANDARD_INPUT => {
            let mut text = Vec::new();
            std::io::stdin().lock().read_to_end(&mut text)?;
            Ok(Source { name: "<stdin>".to_owned(), text })
        }
        path => Ok(Source { name: path.to_owned(), text: std::fs::read(path)? }),
    };
    let Some(file) = file else {
        let (name, text) = machine.about().demo;
        return Ok(Source { name: name.to_owned(), text: text.as_bytes().to_vec() });
    };
    read(file).map_err(|error: std::io::Error| Refusal {
        message: format!(
            "cannot read the program '{file}': {error}\n\
             (without a file, the chapter's demo is taken)"
        ),
        status: USAGE,
    })
}
