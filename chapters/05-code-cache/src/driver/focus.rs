//! The tour follows one source line through the pipeline: the one that seems to be
//! executed most. Chapter 5 of the book opens with it.

use std::ops::Range;

use ch00_workbench::{Listing, Refusal, RunOptions};
use ch01_bytecode_vm::{CodeId, CodeObject, Opcode, Program, listing::instructions};
use ch03_relocations::driver::{Stencils, stencils};
use ch03_relocations::listing as stencil_listing;

/// How many lines of source stand before and behind the line.
const BEFORE: usize = 4;
const BEHIND: usize = 2;

/// How many lines of a stage are shown at most.
const LINES: usize = 9;

/// The line, and its bytecode.
pub(super) struct Focus<'a> {
    program: &'a Program,
    id: CodeId,
    code: &'a CodeObject,
    line: u32,
    instructions: Range<usize>,
}

impl<'a> Focus<'a> {
    /// A line of the innermost loop; without a loop, the last function's first.
    pub(super) fn of(program: &'a Program) -> Focus<'a> {
        let last = CodeId(program.codes().len() as u32 - 1);
        let codes = (0..=last.0).rev().map(CodeId);
        let loops = codes.filter_map(|id| Some((id, shortest_loop(program.code(id))?)));
        let innermost = loops.min_by_key(|(_, body)| body.len());
        let (id, body) = innermost.unwrap_or((last, 1..program.code(last).instructions.len()));
        let code = program.code(id);
        let header = code.lines[body.start];
        let is_inside = |&&line: &&u32| line != header;
        let line = code.lines[body].iter().find(is_inside).copied().unwrap_or(header);
        let is_its = |&it: &u32| it == line;
        let start = code.lines.iter().position(is_its).unwrap_or(0);
        let count = code.lines[start..].iter().take_while(|&it| is_its(it)).count();
        Focus { program, id, code, line, instructions: start..start + count }
    }

    /// What the tour shows of a stage; nothing, if that is not about a line. `list` lists
    /// the hot code of some instructions.
    pub(super) fn excerpt(
        &self,
        stage: &str,
        list: impl FnOnce(CodeId, Range<usize>) -> Result<Listing, Refusal>,
        options: &RunOptions,
    ) -> Result<Option<Listing>, Refusal> {
        let lines = match stage {
            "source" => self.source(),
            "bytecode" => self.bytecode(),
            "stencils" => self.stencils(&stencils(options)?),
            "code" => return self.machine_code(list).map(Some),
            _ => return Ok(None),
        };
        Ok(Some(Listing::from_text(&lines.join("\n"))))
    }

    /// The line with its neighbours.
    fn source(&self) -> Vec<String> {
        let line = self.line as usize;
        let numbered = (1..).zip(self.program.source().text().lines());
        let near = numbered
            .filter(|(number, _)| (line.saturating_sub(BEFORE)..=line + BEHIND).contains(number));
        near.map(|(number, text)| {
            let mark = if number == line { '>' } else { ' ' };
            format!("{mark}{number:4}  {text}")
        })
        .collect()
    }

    /// The line's bytecode.
    fn bytecode(&self) -> Vec<String> {
        let texts = instructions(self.program, self.code);
        let texts = texts.enumerate().skip(self.instructions.start).take(self.instructions.len());
        texts.take(LINES).map(|(index, text)| format!(" {index:4}  {text}")).collect()
    }

    /// The stencils of these instructions, each once.
    fn stencils(&self, stencils: &Stencils) -> Vec<String> {
        let mut used = Vec::new();
        for instruction in &self.code.instructions[self.instructions.clone()] {
            let name = &stencils.library().get(stencils.operation(instruction)).name;
            if !used.contains(name) {
                used.push(name.clone());
            }
        }
        let all = stencil_listing::stencils(stencils.library()).to_string();
        let is_used = |line: &&str| {
            line.split(' ').next().is_some_and(|it| used.iter().any(|name| name == it))
        };
        all.lines().filter(is_used).take(LINES).map(str::to_owned).collect()
    }

    /// The hot code of these instructions.
    fn machine_code(
        &self,
        list: impl FnOnce(CodeId, Range<usize>) -> Result<Listing, Refusal>,
    ) -> Result<Listing, Refusal> {
        let Range { start, end } = self.instructions;
        // Each has a line at least.
        let mut listing = list(self.id, start..end.min(start + LINES))?;
        listing.lines.truncate(LINES);
        // An instruction of which no byte is shown is left out.
        listing.lines.pop_if(|line| line.bytes.is_empty());
        Ok(listing)
    }
}

/// The shortest loop of some code: from where it jumps back to, to where it does.
fn shortest_loop(code: &CodeObject) -> Option<Range<usize>> {
    let jumps = code.instructions.iter().enumerate();
    let jumps = jumps.filter(|(_, instruction)| instruction.opcode == Opcode::JumpBackward);
    let loops = jumps.map(|(index, instruction)| instruction.operand as usize..index);
    loops.min_by_key(Range::len)
}
