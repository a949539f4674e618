//! One code object in the making: what statements and expressions emit into.

use indexmap::IndexSet;
use ruff_python_ast::{ModModule, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::ProgramParts;
use super::assembler::{Assembler, Label};
use super::scope::{Scope, Variable};
use crate::code::CodeObject;
use crate::error::SourceError;
use crate::opcode::Opcode;
use crate::source::SourceText;
use crate::value::{CodeId, RangeState, Value};

/// The most loops that may be nested (`CO_MAXBLOCKS` in CPython's `Include/cpython/code.h`).
const MAX_LOOPS: usize = 21;

/// A loop that is being compiled.
pub(super) struct Loop {
    pub(super) on_continue: Label,
    pub(super) on_break: Label,
}

/// A code object that is being compiled.
pub(super) struct Unit<'a> {
    pub(super) source: &'a SourceText,
    pub(super) program: &'a mut ProgramParts,
    pub(super) assembler: Assembler,
    pub(super) loops: Vec<Loop>,
    pub(super) is_module: bool,
    pub(super) scope: Scope,
    id: CodeId,
    name: String,
    first_line: u32,
    body: &'a [Stmt],
    constants: IndexSet<Value>,
    open_for_loops: u32,
    most_open_for_loops: u32,
}

impl<'a> Unit<'a> {
    pub(super) fn module(
        source: &'a SourceText,
        program: &'a mut ProgramParts,
        tree: &'a ModModule,
    ) -> Self {
        Self::new(source, program, "<module>", 0, &tree.body, Scope::default())
    }

    pub(super) fn function(
        source: &'a SourceText,
        program: &'a mut ProgramParts,
        function: &'a StmtFunctionDef,
    ) -> Self {
        let line = source.line_at(function.range().start());
        let scope = Scope::function(function);
        let mut unit = Self::new(source, program, &function.name, line, &function.body, scope);
        unit.is_module = false;
        unit
    }

    fn new(
        source: &'a SourceText,
        program: &'a mut ProgramParts,
        name: &str,
        first_line: u32,
        body: &'a [Stmt],
        scope: Scope,
    ) -> Self {
        Unit {
            id: program.reserve_code(),
            assembler: Assembler::new(scope.parameters, first_line),
            name: name.to_owned(),
            loops: Vec::new(),
            is_module: true,
            constants: IndexSet::new(),
            open_for_loops: 0,
            most_open_for_loops: 0,
            source,
            program,
            scope,
            first_line,
            body,
        }
    }

    /// Compiles the body; the program gets the finished code object.
    pub(super) fn compile(mut self) -> Result<CodeId, SourceError> {
        self.emit(Opcode::Resume, 0);
        self.statements(self.body)?;
        let none = self.constant(Value::NONE);
        self.emit(Opcode::ReturnConst, none);
        let assembly = self.assembler.finish();
        let code = CodeObject {
            name: self.name,
            first_line: self.first_line,
            parameters: self.scope.parameters,
            locals: self.scope.locals.into_iter().collect(),
            range_slots: self.most_open_for_loops * RangeState::SLOTS,
            instructions: assembly.instructions,
            lines: assembly.lines,
            constants: self.constants.into_iter().collect(),
            depths: Vec::new(),
            stack_size: 0,
        };
        self.program.codes[self.id.0 as usize] = Some(code);
        Ok(self.id)
    }

    /// What is emitted from here on is on the line where `place` starts.
    pub(super) fn set_line(&mut self, place: TextRange) {
        self.assembler.set_line(self.source.line_at(place.start()));
    }

    pub(super) fn emit(&mut self, opcode: Opcode, operand: u32) {
        self.assembler.emit(opcode, operand);
    }

    pub(super) fn constant(&mut self, value: Value) -> u32 {
        self.constants.insert_full(value).0 as u32
    }

    pub(super) fn load_constant(&mut self, value: Value) {
        let index = self.constant(value);
        self.emit(Opcode::LoadConst, index);
    }

    pub(super) fn load(&mut self, name: &str) {
        match self.scope.resolve(name) {
            Variable::Local(slot) => self.assembler.emit_load_fast(slot),
            Variable::Module => {
                let opcode = if self.is_module { Opcode::LoadName } else { Opcode::LoadGlobal };
                let index = self.program.name(name);
                self.emit(opcode, index);
            }
        }
    }

    pub(super) fn store(&mut self, name: &str) {
        match self.scope.resolve(name) {
            Variable::Local(slot) => self.emit(Opcode::StoreFast, slot),
            Variable::Module => {
                let opcode = if self.is_module { Opcode::StoreName } else { Opcode::StoreGlobal };
                let index = self.program.name(name);
                self.emit(opcode, index);
            }
        }
    }

    /// Opens a loop; its statement is at `place`.
    pub(super) fn open_loop(&mut self, place: TextRange) -> Result<(Label, Label), SourceError> {
        if self.loops.len() >= MAX_LOOPS {
            return Err(SourceError::syntax("too many statically nested blocks", place));
        }
        let (on_continue, on_break) = (self.assembler.new_label(), self.assembler.new_label());
        self.loops.push(Loop { on_continue, on_break });
        Ok((on_continue, on_break))
    }

    /// The frame slot of the state of a `for` loop that is being opened.
    pub(super) fn open_for_loop(&mut self) -> Result<u16, SourceError> {
        let slot = self.scope.locals.len() as u32 + self.open_for_loops * RangeState::SLOTS;
        self.open_for_loops += 1;
        self.most_open_for_loops = self.most_open_for_loops.max(self.open_for_loops);
        let too_many = |_| SourceError::TooLong {
            what: "list of local variables of a function with a for loop",
            limit: u16::MAX.into(),
        };
        u16::try_from(slot + RangeState::SLOTS - 1).map_err(too_many)?;
        Ok(slot as u16)
    }

    pub(super) fn close_for_loop(&mut self) {
        self.open_for_loops -= 1;
    }
}
