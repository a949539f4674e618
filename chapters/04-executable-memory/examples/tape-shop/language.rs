//! The language: words, and the stencils that they are compiled to. All of it is for
//! chapter 3's linker, which does not know of the arena.

use ch02_stencils::{HoleKind, StencilId};
use ch03_relocations::arch::X86_64;
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::{CodeMap, HoleResolver, Image, Library, Step, Values};
use ch03_relocations::{Role, Symbols};

const OBJECT: &[u8] =
    include_bytes!("../../../../stencils/prebuilt/x86_64-unknown-linux-gnu/tape-medium.o");

/// What the stencils leave open. There are loops among them, and none in this language.
const SYMBOLS: [(&str, Role); 6] = [
    ("HOLE_NEXT", Role::Next),
    ("HOLE_BEGIN", Role::Label),
    ("HOLE_END", Role::Label),
    ("HOLE_DIGIT", Role::Number),
    ("HOLE_COUNTER", Role::Outside),
    ("tape_print", Role::Outside),
];

/// The words beside the digits. Each is the name of its stencil.
const WORDS: &str = "right left increment decrement halve absolute print count check";

/// A word, and what it is compiled to.
#[derive(Debug)]
pub(crate) struct Command {
    stencil: StencilId,
    digit: u32,
    pub(crate) word: &'static str,
    /// Where in the source it begins, in bytes, counted from 1.
    pub(crate) column: usize,
}

/// The stencils, ready to be linked.
pub(crate) struct Language {
    library: Library<X86_64>,
    digit: HoleKind,
}

impl Language {
    pub(crate) fn new() -> Language {
        let library = Library::new(OBJECT, Symbols::new(SYMBOLS), Peepholes::ALL);
        let library = library.expect("the object is that of `tape.c`");
        let digit = library.symbols().table().kind("HOLE_DIGIT").expect("it is in the list");
        Language { library, digit }
    }

    /// The commands of a source, with a way in before them and a way out behind them.
    pub(crate) fn parse(&self, source: &str) -> Result<Vec<Command>, String> {
        let mut commands = vec![self.command("enter", 0, 1)];
        for word in source.split_whitespace() {
            let column = word.as_ptr().addr() - source.as_ptr().addr() + 1;
            let digit = word.parse().ok().filter(|&digit| digit < 10);
            let known = WORDS.split(' ').find(|&it| it == word).or(digit.and(Some("digit")));
            let known = known.ok_or_else(|| format!("column {column}: no such word"))?;
            commands.push(self.command(known, digit.unwrap_or(0), column));
        }
        commands.push(self.command("finish", 0, source.len() + 1));
        Ok(commands)
    }

    fn command(&self, word: &'static str, digit: u32, column: usize) -> Command {
        let stencil = self.library.find(word).expect("`tape.c` has this stencil");
        Command { stencil, digit, word, column }
    }

    pub(crate) fn link(&self, commands: &[Command]) -> Image<X86_64> {
        let mut image = Image::new();
        let steps = u32::try_from(commands.len()).expect("steps have 32-bit numbers");
        let linked = self.library.link(steps, &Linking { language: self, commands }, &mut image);
        linked.expect("digits fit, and the code has less than 2 GiB");
        image
    }

    /// The address of something outside of the image.
    pub(crate) fn outside(&self, symbol: HoleKind, counter: u64, print: u64) -> u64 {
        match self.library.symbols().table().name(symbol) {
            "HOLE_COUNTER" => counter,
            "tape_print" => print,
            name => unreachable!("`{name}` is not outside of the image"),
        }
    }
}

/// Commands that are being linked.
struct Linking<'a> {
    language: &'a Language,
    commands: &'a [Command],
}

impl HoleResolver for Linking<'_> {
    fn stencil(&self, step: Step) -> StencilId {
        self.commands[step.0 as usize].stencil
    }

    fn fill(&self, step: Step, _: &CodeMap, values: &mut Values) {
        values.set(self.language.digit, self.commands[step.0 as usize].digit.into());
    }
}
