//! The layering rule: a chapter depends only on chapters with a lower number;
//! `xtask` and `conformance`, which drive the chapters' binaries, on none. No
//! chapter depends on what is about all of them.

use std::path::Path;

use conformance::metadata::Package;

use crate::tidy::tree::{Complaint, Tree};

/// The packages that must work when a chapter does not, and that no chapter
/// needs.
const OUTSIDE: [&str; 2] = ["xtask", "conformance"];

/// The packages that may depend on chapters, and that no chapter needs.
const ABOVE: [&str; 2] = ["book-tool", "stencil-tool"];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    tree.packages
        .iter()
        .flat_map(|package| {
            package.dependencies.iter().filter_map(|dependency| {
                let what = objection(&package.name, dependency)?;
                Some(complaint(tree, package, dependency, what))
            })
        })
        .collect()
}

/// What is wrong with one package depending on another, if anything is.
fn objection(package: &str, dependency: &str) -> Option<String> {
    match (chapter_number(package), chapter_number(dependency)) {
        (Some(own), Some(other)) if other >= own => Some(format!(
            "{package} must not depend on {dependency}, only on chapters before {own}; \
             move what both need to the earlier one"
        )),
        (Some(_), None) if OUTSIDE.contains(&dependency) || ABOVE.contains(&dependency) => {
            Some(format!("{package} must not depend on {dependency}, which is about all chapters"))
        }
        (None, Some(_)) if OUTSIDE.contains(&package) => Some(format!(
            "{package} must not depend on {dependency}; it runs the chapter's binary instead, \
             and so works when the chapter does not build"
        )),
        (None, None) if OUTSIDE.contains(&package) && ABOVE.contains(&dependency) => Some(format!(
            "{package} must not depend on {dependency}, which may need chapters; start it instead"
        )),
        _ => None,
    }
}

/// The number of a chapter's package, `ch05-code-cache`.
fn chapter_number(package: &str) -> Option<u32> {
    package.strip_prefix("ch")?.split_once('-')?.0.parse().ok()
}

fn complaint(tree: &Tree, package: &Package, dependency: &str, what: String) -> Complaint {
    let manifest: &Path = &package.manifest;
    Complaint {
        path: manifest.to_owned(),
        line: tree.file(manifest).map_or(1, |file| file.line_with(dependency)),
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(name: &str, dependencies: &[&str]) -> Vec<String> {
        let manifest = "chapters/x/Cargo.toml";
        let text = format!("[dependencies]\n{}\n", dependencies.join(".workspace = true\n"));
        let mut tree = Tree::sample(&[(manifest, &text)]);
        tree.packages.push(Package {
            name: name.to_owned(),
            manifest: manifest.into(),
            dependencies: dependencies.iter().map(ToString::to_string).collect(),
            ..Package::default()
        });
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn dependencies_on_earlier_chapters_and_on_other_crates_are_fine() {
        let dependencies = ["ch00-workbench", "ch01-bytecode-vm", "clap", "chrono"];
        assert!(complaints("ch02-stencils", &dependencies).is_empty());
    }

    #[test]
    fn a_chapter_must_not_depend_on_itself_or_on_a_later_one() {
        for dependency in ["ch02-stencils", "ch10-traces"] {
            let complaints = complaints("ch02-stencils", &["clap", dependency]);
            assert_eq!(complaints.len(), 1);
            let start =
                format!("chapters/x/Cargo.toml:3: ch02-stencils must not depend on {dependency}");
            assert!(complaints[0].starts_with(&start), "{}", complaints[0]);
        }
    }

    #[test]
    fn no_chapter_depends_on_what_drives_it() {
        for dependency in ["conformance", "xtask", "book-tool", "stencil-tool"] {
            assert_eq!(complaints("ch02-stencils", &[dependency]).len(), 1, "{dependency}");
        }
    }

    #[test]
    fn what_drives_the_chapters_depends_on_none() {
        assert_eq!(complaints("xtask", &["ch00-workbench"]).len(), 1);
        assert_eq!(complaints("conformance", &["ch00-workbench"]).len(), 1);
        assert_eq!(complaints("xtask", &["stencil-tool"]).len(), 1);
        assert!(complaints("xtask", &["conformance"]).is_empty());
        assert!(complaints("stencil-tool", &["ch02-stencils", "conformance"]).is_empty());
        assert!(complaints("book-tool", &["ch00-workbench"]).is_empty());
    }
}
