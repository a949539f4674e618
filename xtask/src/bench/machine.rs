//! The machine that a race was run on, as far as a reader has to know it:
//! nothing that tells one machine of a kind from another.

use std::env::consts;
use std::fmt;
use std::fs;
use std::thread;

/// Processor and system.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Machine {
    /// The processor's model, as it calls itself.
    pub(super) processor: String,
    /// How many threads can run at once.
    pub(super) cores: usize,
    /// Operating system and architecture: `Linux, x86-64`.
    pub(super) system: String,
}

impl Machine {
    /// The machine that this runs on.
    pub(super) fn this() -> Self {
        let description = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self {
            processor: model(&description).unwrap_or("unknown processor").to_owned(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            system: format!("{}, {}", system(consts::OS), architecture(consts::ARCH)),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { processor, cores, system } = self;
        let plural = if *cores == 1 { "" } else { "s" };
        write!(formatter, "{processor}, {cores} core{plural}, {system}")
    }
}

/// The first processor's model in the text of `/proc/cpuinfo`.
fn model(description: &str) -> Option<&str> {
    let named = description.lines().find(|line| line.starts_with("model name"))?;
    Some(named.split_once(':')?.1.trim())
}

fn system(name: &str) -> &str {
    match name {
        "linux" => "Linux",
        "macos" => "macOS",
        other => other,
    }
}

fn architecture(name: &str) -> &str {
    match name {
        "x86_64" => "x86-64",
        "aarch64" => "AArch64",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_that_of_the_first_processor() {
        let description = "processor\t: 0\nmodel\t\t: 85\nmodel name\t: A: fast one\n\n\
                           processor\t: 1\nmodel name\t: Another\n";
        assert_eq!(model(description), Some("A: fast one"));
        assert_eq!(model("processor\t: 0\n"), None);
        assert_eq!(model(""), None);
    }

    #[test]
    fn a_machine_is_one_line() {
        let system = format!("{}, {}", system("linux"), architecture("x86_64"));
        let machine = Machine { processor: "A fast one".to_owned(), cores: 2, system };
        assert_eq!(machine.to_string(), "A fast one, 2 cores, Linux, x86-64");
    }
}
