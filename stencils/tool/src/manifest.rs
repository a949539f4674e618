//! `stencils/prebuilt/manifest.toml`: what the objects beside it were made of, how,
//! and by which compiler. Without a compiler it is all that they can be held against.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::builds::Build;
use crate::compilation::Compiled;
use crate::place::PREBUILT;

const HEAD: &str = "\
# What the objects beside this file were made of. Written by `cargo xtask stencils`,
# compared by `cargo xtask stencils --check`; not to be edited.

";

/// The manifest. Paths of C files start at the folder `stencils`, those of objects
/// at the folder of all objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The first line of `clang --version`.
    pub(crate) compiler: String,
    /// The SHA-256 of every C file that went into an object.
    pub(crate) sources: BTreeMap<String, String>,
    #[serde(rename = "object")]
    pub(crate) objects: Vec<Object>,
}

/// What is known of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Object {
    pub(crate) output: String,
    pub(crate) bytes: usize,
    pub(crate) sha256: String,
    /// What Clang was told.
    pub(crate) command_line: String,
    /// The C files that went into it, as Clang has named them: the source first,
    /// then what it includes.
    pub(crate) inputs: Vec<String>,
}

/// The SHA-256 of some bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").expect("a string grows");
        digits
    })
}

impl Manifest {
    /// The manifest of what was compiled now.
    pub(crate) fn of(compiler: &str, compiled: &[Compiled]) -> Manifest {
        let inputs = compiled.iter().flat_map(|compiled| &compiled.inputs);
        Manifest {
            compiler: compiler.to_owned(),
            sources: inputs.map(|input| (input.path.clone(), input.sha256.clone())).collect(),
            objects: compiled.iter().map(Object::of).collect(),
        }
    }

    pub(crate) fn read(path: &Path) -> Result<Manifest> {
        let text = fs::read_to_string(path).with_context(|| {
            format!("cannot read {}; `cargo xtask stencils` writes it", path.display())
        })?;
        toml::from_str(&text).with_context(|| {
            format!("{} is damaged; `cargo xtask stencils` writes it anew", path.display())
        })
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> Result<String> {
        Ok([HEAD, &toml::to_string_pretty(self)?].concat())
    }

    /// What is known of the object with this path.
    pub(crate) fn object(&self, output: &str) -> Option<&Object> {
        self.objects.iter().find(|object| object.output == output)
    }

    /// How what is there now differs from what was compiled. `sha256` gives the
    /// digest of a file, by its path from the folder `stencils`, if there is one;
    /// `existing` are all objects that there are.
    pub(crate) fn differences(
        &self,
        builds: &[Build],
        existing: &[String],
        sha256: impl Fn(&str) -> Option<String>,
    ) -> Vec<String> {
        let sources = self.sources.iter().filter_map(|(path, digest)| match sha256(path) {
            None => Some(format!("{path} is gone, and went into the objects")),
            Some(now) if now != *digest => Some(format!("{path} is not what was compiled")),
            Some(_) => None,
        });
        let without_build = self
            .objects
            .iter()
            .filter(|object| builds.iter().all(|build| build.output != object.output));
        let without_build = without_build.map(|object| {
            format!("builds.toml has no build for {PREBUILT}/{} any more", object.output)
        });
        let builds = builds.iter().filter_map(|build| self.difference_of(build, &sha256));
        let unknown = existing.iter().filter(|path| self.object(path).is_none());
        let unknown = unknown.map(|path| {
            format!("{PREBUILT}/{path} is by nobody; remove it, or give it a build in builds.toml")
        });
        let gone = self.objects.iter().filter(|object| !existing.contains(&object.output));
        let gone = gone.map(|object| format!("{PREBUILT}/{} is missing", object.output));
        sources.chain(builds).chain(without_build).chain(unknown).chain(gone).collect()
    }

    fn difference_of(
        &self,
        build: &Build,
        sha256: impl Fn(&str) -> Option<String>,
    ) -> Option<String> {
        let output = &build.output;
        let Some(object) = self.object(output) else {
            return Some(format!("{PREBUILT}/{output} has never been compiled"));
        };
        if object.command_line != build.command_line() {
            return Some(format!("{PREBUILT}/{output} was compiled in another way than it is now"));
        }
        let now = sha256(&format!("{PREBUILT}/{output}"))?;
        (now != object.sha256).then(|| format!("{PREBUILT}/{output} is not what Clang had made"))
    }
}

impl Object {
    fn of(compiled: &Compiled) -> Object {
        Object {
            output: compiled.build.output.clone(),
            bytes: compiled.object.len(),
            sha256: sha256(&compiled.object),
            command_line: compiled.build.command_line(),
            inputs: compiled.inputs.iter().map(|input| input.path.clone()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compilation::Input;

    const OUTPUT: &str = "t/a.o";

    fn build() -> Build {
        Build {
            output: OUTPUT.to_owned(),
            source: "a.c".into(),
            target: "t".to_owned(),
            flags: vec!["-O3".to_owned()],
        }
    }

    fn manifest() -> Manifest {
        let input = |path: &str| Input { path: path.to_owned(), sha256: sha256(path.as_bytes()) };
        let inputs = vec![input("a.c"), input("a.h")];
        let compiled = Compiled { build: build(), object: b"prebuilt/t/a.o".to_vec(), inputs };
        Manifest::of("Clang 19", &[compiled])
    }

    /// The digest of a file whose text is its own path, unless it is `changed`.
    fn digest(path: &str, changed: &str) -> Option<String> {
        let text = if path == changed { "something else" } else { path };
        Some(sha256(text.as_bytes()))
    }

    fn differences(changed: &str) -> Vec<String> {
        let existing = [OUTPUT.to_owned()];
        manifest().differences(&[build()], &existing, |path| digest(path, changed))
    }

    #[test]
    fn a_manifest_survives_being_written() {
        let text = manifest().text().expect("it can be written");
        assert!(text.starts_with("# What the objects"));
        assert_eq!(toml::from_str::<Manifest>(&text).expect("it can be read"), manifest());
    }

    #[test]
    fn a_digest_is_the_one_that_sha256sum_prints() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
    }

    #[test]
    fn what_was_compiled_does_not_differ() {
        assert_eq!(differences(""), [""; 0]);
    }

    #[test]
    fn a_source_that_has_changed_is_named_be_it_only_included() {
        assert_eq!(differences("a.h"), ["a.h is not what was compiled"]);
    }

    #[test]
    fn a_source_that_is_gone_is_named() {
        let existing = [OUTPUT.to_owned()];
        let digest = |path: &str| (path != "a.c").then(|| digest(path, "")).flatten();
        let differences = manifest().differences(&[build()], &existing, digest);
        assert_eq!(differences, ["a.c is gone, and went into the objects"]);
    }

    #[test]
    fn an_object_that_has_changed_is_named() {
        assert_eq!(differences("prebuilt/t/a.o"), ["prebuilt/t/a.o is not what Clang had made"]);
    }

    #[test]
    fn other_flags_are_another_object() {
        let build = Build { flags: vec!["-O2".to_owned()], ..build() };
        let existing = [OUTPUT.to_owned()];
        let differences = manifest().differences(&[build], &existing, |path| digest(path, ""));
        assert_eq!(differences, ["prebuilt/t/a.o was compiled in another way than it is now"]);
    }

    #[test]
    fn objects_without_a_build_and_builds_without_an_object_are_named() {
        let added = Build { output: "t/b.o".to_owned(), ..build() };
        let existing = ["t/c.o".to_owned()];
        let builds = [build(), added];
        let differences = manifest().differences(&builds, &existing, |path| digest(path, ""));
        assert_eq!(
            differences,
            [
                "prebuilt/t/b.o has never been compiled",
                "prebuilt/t/c.o is by nobody; remove it, or give it a build in builds.toml",
                "prebuilt/t/a.o is missing",
            ]
        );
    }

    #[test]
    fn an_object_whose_build_is_gone_is_named() {
        let existing = [OUTPUT.to_owned()];
        let differences = manifest().differences(&[], &existing, |path| digest(path, ""));
        assert_eq!(differences, ["builds.toml has no build for prebuilt/t/a.o any more"]);
    }
}
