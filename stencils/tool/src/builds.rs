//! `stencils/builds.toml`, read: which C is compiled, for which target, with which
//! flags.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ch02_stencils::TranslationUnit;
use serde::Deserialize;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Text {
    flags: Vec<String>,
    code_models: BTreeMap<String, Vec<String>>,
    build: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    output: String,
    source: PathBuf,
    target: String,
    code_model: Option<String>,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    defines: Vec<String>,
}

/// What is compiled.
#[derive(Debug)]
pub(crate) struct Builds {
    /// The flags that all builds begin with.
    pub(crate) common_flags: Vec<String>,
    /// In the order of the file.
    pub(crate) builds: Vec<Build>,
}

/// One C file, compiled in one way.
#[derive(Clone, Debug)]
pub(crate) struct Build {
    /// The object, from the folder of all objects.
    pub(crate) output: String,
    /// The C file, from the folder `stencils`.
    pub(crate) source: PathBuf,
    pub(crate) target: String,
    /// All flags, common ones and defines included.
    pub(crate) flags: Vec<String>,
}

impl Builds {
    pub(crate) fn read(path: &Path) -> Result<Builds> {
        let text = fs::read_to_string(path);
        let text = text.with_context(|| format!("cannot read {}", path.display()))?;
        Builds::parse(&text).with_context(|| format!("{} is wrong", path.display()))
    }

    fn parse(text: &str) -> Result<Builds> {
        let Text { flags: common_flags, code_models, build } = toml::from_str(text)?;
        let mut builds: Vec<Build> = Vec::new();
        for entry in build {
            if builds.iter().any(|build| build.output == entry.output) {
                bail!("two builds have the output {}; give each its own", entry.output);
            }
            builds.push(Build::of(entry, &common_flags, &code_models)?);
        }
        Ok(Builds { common_flags, builds })
    }
}

impl Build {
    fn of(entry: Entry, common: &[String], models: &BTreeMap<String, Vec<String>>) -> Result<Self> {
        let Entry { output, source, target, code_model, flags: own, defines } = entry;
        let model = match &code_model {
            None => &Vec::new(),
            Some(name) => models.get(name).with_context(|| {
                let names: Vec<&str> = models.keys().map(String::as_str).collect();
                format!("{output}: no code model `{name}`; there is {}", names.join(", "))
            })?,
        };
        let mut flags = [common, model, &own].concat();
        flags.extend(defines.iter().map(|define| format!("-D{define}")));
        Ok(Build { output, source, target, flags })
    }

    /// What Clang is told, in the folder `stencils`.
    pub(crate) fn unit<'a>(&'a self, stencils: &'a Path) -> TranslationUnit<'a> {
        TranslationUnit {
            folder: stencils,
            source: &self.source,
            target: &self.target,
            flags: &self.flags,
        }
    }

    /// The command line in one line, without the compiler and the output.
    pub(crate) fn command_line(&self) -> String {
        let flags = self.flags.join(" ");
        format!("--target={} {flags} -c {}", self.target, self.source.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "flags = [\"-O3\"]\ncode-models = { large = [\"-mcmodel=large\"] }\n";

    fn build(rest: &str) -> String {
        format!("[[build]]\noutput = \"t/a.o\"\nsource = \"a.c\"\ntarget = \"t\"\n{rest}\n")
    }

    fn refusal(text: &str) -> String {
        Builds::parse(text).expect_err("it is wrong").to_string()
    }

    #[test]
    fn flags_are_common_ones_the_models_own_ones_and_defines() {
        let rest = "code-model = \"large\"\nflags = [\"-w\"]\ndefines = [\"A\", \"B=1\"]";
        let builds = Builds::parse(&[HEAD, &build(rest)].concat()).expect("it is right");
        assert_eq!(builds.common_flags, ["-O3"]);
        assert_eq!(
            builds.builds[0].command_line(),
            "--target=t -O3 -mcmodel=large -w -DA -DB=1 -c a.c"
        );
    }

    #[test]
    fn two_builds_must_not_write_the_same_object() {
        let text = [HEAD, &build(""), &build("")].concat();
        assert_eq!(refusal(&text), "two builds have the output t/a.o; give each its own");
    }

    #[test]
    fn an_unknown_code_model_is_named_with_those_that_there_are() {
        let text = [HEAD, &build("code-model = \"huge\"")].concat();
        assert_eq!(refusal(&text), "t/a.o: no code model `huge`; there is large");
    }

    #[test]
    fn a_misspelled_key_is_refused() {
        assert!(
            refusal(&[HEAD, &build("define = []")].concat()).contains("unknown field `define`")
        );
    }
}
