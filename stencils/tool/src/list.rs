//! `--list`: the objects, and what is known of each.

use std::process::ExitCode;

use anyhow::Result;
use ch02_stencils::{Clang, ClangError};

use crate::builds::{Build, Builds};
use crate::manifest::{Manifest, Object};
use crate::place::Place;

/// Columns of a terminal.
const WIDTH: usize = 80;

pub(crate) fn run(place: &Place, clang: Result<Clang, ClangError>) -> Result<ExitCode> {
    let builds = Builds::read(&place.builds())?;
    let manifest = Manifest::read(&place.manifest())?;
    println!("The objects are by {}.", manifest.compiler);
    println!("{}", today(&manifest, clang));
    for build in &builds.builds {
        let object = manifest.object(&build.output);
        print!("\n{}", entry(build, object, &builds.common_flags));
    }
    print!("\nFlags of all builds:\n{}", wrapped(&builds.common_flags));
    Ok(ExitCode::SUCCESS)
}

/// Which Clang would compile now.
fn today(manifest: &Manifest, clang: Result<Clang, ClangError>) -> String {
    match clang {
        Ok(clang) if clang.version() == manifest.compiler => {
            format!("So they would be today (`{}`).", clang.executable().display())
        }
        Ok(clang) => {
            let executable = clang.executable().display();
            format!("Today they would be by {} (`{executable}`).", clang.version())
        }
        Err(error) => format!("Today they cannot be compiled: {error}."),
    }
}

fn entry(build: &Build, object: Option<&Object>, common_flags: &[String]) -> String {
    let output = &build.output;
    let Some(object) = object else {
        return format!("{output}: not compiled yet; `cargo xtask stencils` does it\n");
    };
    let own_flags = build.flags.strip_prefix(common_flags).unwrap_or(&build.flags);
    let target = format!("--target={}", build.target);
    let words: Vec<String> = [target].iter().chain(own_flags).cloned().collect();
    format!(
        "{output}: {} bytes, SHA-256 {}…\n{}{}",
        object.bytes,
        object.sha256.get(..16).unwrap_or(&object.sha256),
        wrapped(&object.inputs),
        wrapped(&words)
    )
}

/// Words in indented lines that fit a terminal.
fn wrapped(words: &[String]) -> String {
    let mut text = String::new();
    let mut line = String::new();
    for word in words {
        if !line.is_empty() && line.len() + 1 + word.len() > WIDTH {
            text += &format!("{line}\n");
            line.clear();
        }
        line += if line.is_empty() { "    " } else { " " };
        line += word;
    }
    text + &format!("{line}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_a_terminal() {
        let words = vec!["-fno-asynchronous-unwind-tables".to_owned(); 5];
        let text = wrapped(&words);
        assert_eq!(text.lines().count(), 3);
        assert!(text.lines().all(|line| line.starts_with("    -f") && line.len() <= WIDTH));
    }

    #[test]
    fn a_build_that_was_never_compiled_says_so() {
        let build = Build {
            output: "t/a.o".to_owned(),
            source: "a.c".into(),
            target: "t".to_owned(),
            flags: vec!["-O3".to_owned()],
        };
        assert!(entry(&build, None, &[]).starts_with("t/a.o: not compiled yet"));
    }
}
