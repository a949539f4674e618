//! Without a flag: compiles everything, and says what is new about it.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use ch02_stencils::{Clang, ClangError};

use crate::builds::Builds;
use crate::compilation::{Compiled, News, compile, write};
use crate::manifest::Manifest;
use crate::place::Place;
use crate::programs;

pub(crate) fn run(place: &Place, clang: Result<Clang, ClangError>) -> Result<ExitCode> {
    let clang = clang.or_else(refuse)?;
    if clang.is_default() {
        make_prebuilt(place, &clang)?;
    } else {
        try_out(place, &clang)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What can be done without the Clang that was looked for.
fn refuse(error: ClangError) -> Result<Clang> {
    match error {
        ClangError::NotFound { .. } => bail!(
            "{error}. Or try another one with `cargo xtask stencils --clang PATH`, which leaves \
             the prebuilt objects as they are"
        ),
        error => Err(error.into()),
    }
}

/// Makes the objects that chapters read, and their manifest.
fn make_prebuilt(place: &Place, clang: &Clang) -> Result<()> {
    let before = Manifest::read(&place.manifest()).ok();
    let compiled = compile_into(place, clang, &place.prebuilt())?;
    let manifest = Manifest::of(clang.version(), &compiled);
    write(&place.manifest(), manifest.text()?.as_bytes())?;
    let Some(before) = before else { return Ok(()) };
    for object in &before.objects {
        if manifest.object(&object.output).is_none() {
            remove(&place.prebuilt().join(&object.output))?;
            println!("{}: removed, as no build makes it", object.output);
        }
    }
    if before.compiler != manifest.compiler {
        println!("They were by {} before.", before.compiler);
    }
    Ok(())
}

/// Makes objects that are not for keeping, and runs all programs on them.
pub(crate) fn try_out(place: &Place, clang: &Clang) -> Result<()> {
    let folder = place.objects_of(clang.version_number());
    compile_into(place, clang, &folder)?;
    println!(
        "The prebuilt objects, which these are compared with, stay as they are.\n\
         All programs run on these now, in every engine that uses stencils.\n"
    );
    if !programs::succeed(place.workspace(), &folder)? {
        bail!("with the objects of {} a program fails; see above", clang.version());
    }
    println!("All programs print what they must on the objects of {}.", clang.version());
    Ok(())
}

/// Compiles all builds, then writes them to a folder, and prints a table, which
/// says how they differ from the prebuilt objects. If one does not compile, nothing
/// is written.
fn compile_into(place: &Place, clang: &Clang, folder: &Path) -> Result<Vec<Compiled>> {
    let builds = Builds::read(&place.builds())?.builds;
    println!("{}, into {}:\n", clang.version(), place.shown(folder));
    let width = builds.iter().map(|build| build.output.len()).max().unwrap_or_default();
    println!("  {:width$}   bytes  functions", "object");
    let mut all = Vec::new();
    for build in &builds {
        let compiled = compile(clang, build, &place.stencils())?;
        println!("  {}", row(&compiled, compiled.news(&place.prebuilt()), width));
        all.push(compiled);
    }
    println!();
    for compiled in &all {
        write(&folder.join(&compiled.build.output), &compiled.object)?;
    }
    Ok(all)
}

fn row(compiled: &Compiled, news: News, width: usize) -> String {
    let (output, bytes) = (&compiled.build.output, compiled.object.len());
    let functions = compiled.functions().map_or("-".to_owned(), |number| number.to_string());
    format!("{output:width$}  {bytes:>6}  {functions:>9}  {}", news.word())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(_) if !path.exists() => Ok(()),
        result => result.with_context(|| format!("cannot remove {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_wanted_clang_the_refusal_names_the_way_to_use_another() {
        let instead = Some("Debian clang version 14.0.6".to_owned());
        let error = refuse(ClangError::NotFound { instead }).unwrap_err().to_string();
        assert!(error.contains("`clang` is Debian clang version 14.0.6"), "{error}");
        assert!(error.contains("cargo xtask stencils --clang PATH"), "{error}");
    }

    #[test]
    fn a_clang_that_was_named_and_is_none_is_no_reason_to_name_another() {
        let error = ClangError::NotClang { executable: "x".into() };
        let error = refuse(error).unwrap_err().to_string();
        assert!(!error.contains("--clang"), "{error}");
    }
}
