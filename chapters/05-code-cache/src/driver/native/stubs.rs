//! The stubs of `stencils/stubs.c`. Chapter 5 of the book, "A stub for everybody".

use ch02_stencils::driver::{Objects, PrebuiltObject};
use ch02_stencils::{CodeAddress, HoleKind, StencilId};
use ch03_relocations::arch::X86_64;
use ch03_relocations::layout::{Peepholes, Target};
use ch03_relocations::link::Library;
use ch03_relocations::{Role, Symbols};

use crate::mechanism::{CallCounting, StubGenerator};

/// `stencils/stubs.c` in the medium code model.
const OBJECT: PrebuiltObject = PrebuiltObject {
    file_name: "stubs-medium.o",
    bytes: include_bytes!(
        "../../../../../stencils/prebuilt/x86_64-unknown-linux-gnu/stubs-medium.o"
    ),
};

/// What the stubs leave open. All of it is outside of them.
const CACHE: HoleKind = HoleKind(0);
const COUNTER: HoleKind = HoleKind(1);
const CODE: HoleKind = HoleKind(2);
const ASK: HoleKind = HoleKind(3);
const ENTER: HoleKind = HoleKind(4);
const NAMES: [&str; 5] = ["HOLE_CACHE", "HOLE_COUNTER", "HOLE_CODE", "HOLE_ASK", "cache_enter"];

/// What a stub that asks for code has in its holes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    /// Whom it asks.
    pub(super) cache: u64,
    /// The function that answers.
    pub(super) enter: u64,
}

impl Question {
    /// What goes into a hole.
    pub(super) fn word(self, symbol: HoleKind) -> u64 {
        match symbol {
            CACHE => self.cache,
            ENTER => self.enter,
            _ => panic!("a stub that asks has no hole for symbol {}", symbol.0),
        }
    }
}

/// Where a stub leads that lets calls pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways {
    /// The interpreter,
    pub(super) code: CodeAddress,
    /// and, when enough calls have passed, the stub that asks.
    pub(super) ask: CodeAddress,
}

impl Ways {
    /// What goes into a hole.
    pub(super) fn word(self, symbol: HoleKind) -> u64 {
        match symbol {
            CODE => self.code.0,
            ASK => self.ask.0,
            _ => panic!("a stub that lets calls pass has no hole for symbol {}", symbol.0),
        }
    }
}

/// Makes the three kinds of stubs.
#[derive(Debug)]
pub(super) struct Stubs(Library<X86_64>);

impl Stubs {
    /// Reads the stubs: the object that is compiled in, or one in a folder.
    ///
    /// # Errors
    /// When the object cannot be read, or is another one. The message says why.
    pub(super) fn load(objects: &Objects) -> Result<Stubs, String> {
        let bytes = objects.read(OBJECT).map_err(|error| error.to_string())?;
        let symbols = Symbols::new(NAMES.map(|name| (name, Role::Outside)));
        let library = match objects {
            // A test has read what is compiled in.
            Objects::Prebuilt => Library::new_trusted(&bytes, symbols, Peepholes::ALL),
            Objects::Folder(_) => Library::new(&bytes, symbols, Peepholes::ALL),
        };
        let library = library.map_err(|error| format!("{}: {error}", objects.name(OBJECT)))?;
        let stubs = Stubs(library);
        stubs.check().map_err(|problem| format!("{}: {problem}", objects.name(OBJECT)))?;
        Ok(stubs)
    }

    /// Whether each stub is there, and has the holes that it should have and no others.
    fn check(&self) -> Result<(), String> {
        for (name, expected) in HOLES {
            let Some(id) = self.0.find(name) else { return Err(format!("no stub `{name}`")) };
            let holes: Vec<Target> = self.0.get(id).holes().map(|(_, hole)| hole.target).collect();
            if let Some(problem) = defect(&holes, &expected.map(Target::Symbol)) {
                return Err(format!("stub `{name}` {problem}"));
            }
        }
        Ok(())
    }

    /// Makes stubs that ask for code.
    pub(super) fn find_code(&self) -> StubGenerator<X86_64> {
        self.generator(FIND_CODE)
    }

    /// Makes stubs that let calls pass without asking.
    pub(super) fn let_pass(&self) -> StubGenerator<X86_64> {
        self.generator(LET_PASS)
    }

    /// Makes stubs that count calls.
    pub(super) fn count_call(&self) -> CallCounting<X86_64> {
        CallCounting { stub: self.generator(COUNT_CALL), counter: COUNTER, code: CODE }
    }

    fn generator(&self, name: &str) -> StubGenerator<X86_64> {
        let id: Option<StencilId> = self.0.find(name);
        let generator = StubGenerator::new(&self.0, id.expect("the check has found it"));
        generator.expect("a stub goes on in code that is outside of it")
    }
}

/// What is wrong with the holes of a stub, if anything is.
fn defect(holes: &[Target], expected: &[Target]) -> Option<&'static str> {
    if !holes.iter().all(|target| expected.contains(target)) {
        return Some("has a hole that nobody fills");
    }
    let has_all = expected.iter().all(|target| holes.contains(target));
    (!has_all).then_some("lacks a hole")
}

const FIND_CODE: &str = "find_code";
const COUNT_CALL: &str = "count_call";
const LET_PASS: &str = "let_pass";

/// The stubs, and which holes they have.
const HOLES: [(&str, [HoleKind; 2]); 3] =
    [(FIND_CODE, [CACHE, ENTER]), (COUNT_CALL, [COUNTER, CODE]), (LET_PASS, [ASK, CODE])];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_without_a_stub_is_refused() {
        let mut bytes = OBJECT.bytes.to_vec();
        let place = bytes.windows(FIND_CODE.len()).position(|at| at == FIND_CODE.as_bytes());
        bytes[place.expect("it has a name")] = b'x';
        let folder = tempfile::tempdir().expect("there is a folder");
        let path = folder.path().join(OBJECT.file_name);
        std::fs::write(path, bytes).expect("it can be written");
        let error = Stubs::load(&Objects::Folder(folder.path().to_owned()));
        let error = error.expect_err("it is another object");
        assert!(error.ends_with("stubs-medium.o: no stub `find_code`"), "{error}");
    }

    #[test]
    fn a_stub_has_all_holes_that_it_should_have_and_no_others() {
        let defect = |holes: &[HoleKind]| {
            let holes: Vec<Target> = holes.iter().copied().map(Target::Symbol).collect();
            defect(&holes, &[CACHE, ENTER].map(Target::Symbol))
        };
        assert_eq!(defect(&[CACHE, ENTER]), None);
        assert_eq!(defect(&[ENTER, CACHE, ENTER]), None);
        assert_eq!(defect(&[CACHE, ENTER, CODE]), Some("has a hole that nobody fills"));
        assert_eq!(defect(&[ENTER]), Some("lacks a hole"));
    }
}
