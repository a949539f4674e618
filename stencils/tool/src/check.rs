//! `--check`: holds the prebuilt objects against their manifest, and against what
//! Clang makes of their sources today. Changes nothing but `target/stencils`.

use std::env;
use std::fs;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use ch02_stencils::{Clang, ClangError};
use walkdir::WalkDir;

use crate::builds::Builds;
use crate::compilation::{News, compile};
use crate::compile::try_out;
use crate::manifest::{Manifest, sha256};
use crate::place::{PREBUILT, Place};

const CURE: &str = "`cargo xtask stencils` makes them anew; commit what it writes";

/// What came of a check.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// Where objects and sources differ; nothing if all is well.
    Compared(Vec<String>),
    /// Why it failed for another reason, which compiling anew does not cure.
    Failed(String),
    /// Why it could not be made, where that is no failure.
    LeftOut(String),
}

pub(crate) fn run(place: &Place, clang: Result<Clang, ClangError>) -> Result<ExitCode> {
    let builds = Builds::read(&place.builds())?;
    let manifest = Manifest::read(&place.manifest())?;
    println!("[1/2] manifest: sources, flags and objects are those that it lists");
    let start = Instant::now();
    let mut verdicts = vec![compare_digests(place, &builds, &manifest)?];
    report(&verdicts[0], start);
    println!("[2/2] rebuild: {}", what_is_rebuilt(&manifest, &clang));
    let start = Instant::now();
    verdicts.push(rebuild(place, &builds, &manifest, clang, is_ci()));
    report(&verdicts[1], start);
    Ok(conclude(&verdicts))
}

/// Whether whatever is missing is an error.
fn is_ci() -> bool {
    env::var("CI").is_ok_and(|value| value == "true")
}

fn compare_digests(place: &Place, builds: &Builds, manifest: &Manifest) -> Result<Verdict> {
    let stencils = place.stencils();
    let digest = |path: &str| fs::read(stencils.join(path)).ok().map(|bytes| sha256(&bytes));
    Ok(Verdict::Compared(manifest.differences(&builds.builds, &existing_objects(place)?, digest)))
}

/// All objects that lie below the folder of the prebuilt ones.
fn existing_objects(place: &Place) -> Result<Vec<String>> {
    let folder = place.prebuilt();
    let mut objects = Vec::new();
    for entry in WalkDir::new(&folder).sort_by_file_name() {
        let entry = entry.context("cannot look for objects")?;
        if entry.path().extension().is_some_and(|extension| extension == "o") {
            let path = entry.path().strip_prefix(&folder).context("it is below the folder")?;
            objects.push(path.to_string_lossy().into_owned());
        }
    }
    Ok(objects)
}

fn what_is_rebuilt(manifest: &Manifest, clang: &Result<Clang, ClangError>) -> String {
    match clang {
        Ok(clang) if clang.version() != manifest.compiler => format!(
            "the objects are by {}, so that bytes mean nothing; with those of {} all programs \
             print what they must",
            manifest.compiler,
            clang.version()
        ),
        _ => format!("{} makes the same bytes of the sources", manifest.compiler),
    }
}

fn rebuild(
    place: &Place,
    builds: &Builds,
    manifest: &Manifest,
    clang: Result<Clang, ClangError>,
    is_strict: bool,
) -> Verdict {
    let found = match clang {
        Err(error) => return cannot_rebuild(&error, is_strict),
        Ok(clang) if clang.version() == manifest.compiler => compare_bytes(place, builds, &clang),
        Ok(clang) => try_out(place, &clang).map(|()| Vec::new()),
    };
    found.map_or_else(|error| Verdict::Failed(format!("{error:#}")), Verdict::Compared)
}

/// Without a Clang the digests are all that could be compared. A test run that
/// must be complete does not put up with that, nor does somebody who has named one.
fn cannot_rebuild(error: &ClangError, is_strict: bool) -> Verdict {
    match error {
        ClangError::NotFound { .. } if !is_strict => Verdict::LeftOut(format!(
            "nothing was rebuilt, and digests are all that was compared: {error}"
        )),
        error => Verdict::Failed(error.to_string()),
    }
}

/// The objects that Clang makes otherwise today.
fn compare_bytes(place: &Place, builds: &Builds, clang: &Clang) -> Result<Vec<String>> {
    let mut differences = Vec::new();
    for build in &builds.builds {
        let compiled = compile(clang, build, &place.stencils())?;
        let output = &build.output;
        differences.extend(match compiled.news(&place.prebuilt()) {
            News::Unchanged => None,
            News::New => Some(format!("{PREBUILT}/{output} is missing")),
            News::Changed => Some(format!("{PREBUILT}/{output} is not what Clang makes of its C")),
        });
    }
    Ok(differences)
}

fn report(verdict: &Verdict, start: Instant) {
    let complaints = match verdict {
        Verdict::LeftOut(reason) => return println!("left out: {reason}"),
        Verdict::Failed(reason) => std::slice::from_ref(reason),
        Verdict::Compared(differences) => differences,
    };
    for complaint in complaints {
        println!("  {}", complaint.trim_end().replace('\n', "\n    "));
    }
    let word = if complaints.is_empty() { "ok" } else { "FAILED" };
    println!("{word}, {:.1} s", start.elapsed().as_secs_f64());
}

/// Prints the counts, which `cargo xtask test` reads, and what to do.
fn conclude(verdicts: &[Verdict]) -> ExitCode {
    let count = |is_so: fn(&Verdict) -> bool| verdicts.iter().filter(|one| is_so(one)).count();
    let skipped = count(|verdict| matches!(verdict, Verdict::LeftOut(_)));
    let passed = count(|verdict| *verdict == Verdict::Compared(Vec::new()));
    let failed = verdicts.len() - skipped - passed;
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    let differ = count(|verdict| matches!(verdict, Verdict::Compared(found) if !found.is_empty()));
    if differ > 0 {
        eprintln!("error: the prebuilt objects are not what their sources say; {CURE}");
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn not_found() -> ClangError {
        ClangError::NotFound { instead: None }
    }

    #[test]
    fn without_clang_the_rebuild_is_left_out_and_says_what_remains() {
        let verdict = cannot_rebuild(&not_found(), false);
        let Verdict::LeftOut(reason) = verdict else { panic!("{verdict:?}") };
        assert!(reason.starts_with("nothing was rebuilt, and digests are all"), "{reason}");
        assert!(reason.contains("apt-get install clang-19"), "{reason}");
    }

    #[test]
    fn a_test_run_that_must_be_complete_needs_clang() {
        assert!(matches!(cannot_rebuild(&not_found(), true), Verdict::Failed(_)));
    }

    #[test]
    fn a_clang_that_was_named_and_does_not_run_is_an_error() {
        let error = ClangError::NotClang { executable: "/bin/true".into() };
        assert!(matches!(cannot_rebuild(&error, false), Verdict::Failed(_)));
    }

    #[test]
    fn without_clang_the_manifests_compiler_is_the_one_that_is_wanted() {
        let manifest = Manifest {
            compiler: "Clang 19".to_owned(),
            sources: BTreeMap::new(),
            objects: Vec::new(),
        };
        let what = what_is_rebuilt(&manifest, &Err(not_found()));
        assert_eq!(what, "Clang 19 makes the same bytes of the sources");
    }
}
