//! `cargo xtask doctor`: which tools are here, and what the others are for.

use std::process::ExitCode;

use anyhow::Result;
use conformance::Workspace;

use crate::tools::{TOOLS, Tool};

pub(crate) fn run() -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    println!("Rust is enough to read, run and test everything. Other tools add to that.\n");
    for tool in &TOOLS {
        println!("{}", diagnosis(tool, tool.version(), tool.is_used(workspace.root())));
    }
    Ok(ExitCode::SUCCESS)
}

fn diagnosis(tool: &Tool, version: Option<String>, is_used: bool) -> String {
    let later = match tool.comes_with() {
        Some(comes_with) if !is_used => format!("; first used by {comes_with}"),
        _ => String::new(),
    };
    let name = tool.name;
    match version {
        Some(version) => format!("  {name:<16}{version}{later}"),
        None => format!(
            "  {name:<16}missing{later}\n{:18}without it, {}\n{:18}{}",
            "",
            tool.without,
            "",
            tool.how_to_get()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_comes_with_its_cost_and_its_cure() {
        for tool in &TOOLS {
            let text = diagnosis(tool, None, true);
            assert!(text.contains("missing"), "{text}");
            assert!(text.contains(tool.without), "{text}");
            assert!(text.contains(&tool.how_to_get()), "{text}");
        }
    }

    #[test]
    fn a_tool_that_is_here_takes_one_line() {
        let text = diagnosis(&TOOLS[0], Some("rustfmt 1.8".to_owned()), true);
        assert_eq!(text, "  rustfmt         rustfmt 1.8");
    }
}
