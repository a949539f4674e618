//! The roots: which programs are being executed.
#![expect(unsafe_code, reason = "vouches that no thread is left out")]

use ch02_stencils::CodeAddress;
use ch04_executable_memory::CodeRoots;

// ANCHOR: roots
/// Where each thread has entered the code that it is executing.
#[derive(Debug, Default)]
pub(crate) struct Running {
    entries: Vec<CodeAddress>,
}

impl Running {
    pub(crate) fn enter(&mut self, entry: CodeAddress) {
        self.entries.push(entry);
    }

    pub(crate) fn leave(&mut self, entry: CodeAddress) {
        let index = self.entries.iter().position(|&it| it == entry);
        self.entries.swap_remove(index.expect("whoever leaves has entered"));
    }
}

// SAFETY: the commands of a program jump to each other and to nothing else, and return
// nowhere but to whoever has entered. So a thread is in the piece of code that it has
// entered, and any address in a piece keeps all of it.
unsafe impl CodeRoots for Running {
    fn visit(&self, root: &mut dyn FnMut(CodeAddress)) {
        self.entries.iter().copied().for_each(root);
    }
}
// ANCHOR_END: roots
