//! Listings of bytecode, close to those of CPython's `dis`.

use std::collections::BTreeMap;

use ch00_workbench::{Line, Listing};

use crate::code::{CodeObject, Program};
use crate::interpreter::Counts;
use crate::opcode::{BinaryOperator, Comparison, Instruction, Opcode, Operand};
use crate::value::{Kind, Value};

/// The bytecode of a whole program: the module, then its functions.
#[must_use]
pub fn bytecode(program: &Program) -> Listing {
    let mut listing = Listing::default();
    for code in program.codes() {
        listing.append(code_object(program, code));
    }
    listing
}

/// The opcode table.
#[must_use]
pub fn opcodes() -> Listing {
    let mut listing = Listing::default();
    let count = |count: fn(u32) -> u32| match (count(0), count(1)) {
        (base, other) if base == other => base.to_string(),
        (0, _) => "n".to_owned(),
        (base, _) => format!("n+{base}"),
    };
    for &opcode in Opcode::ALL {
        let info = opcode.info();
        let operand = match info.operand {
            Operand::Unused => String::new(),
            operand => format!("{operand:?}").to_lowercase(),
        };
        let effect = format!("{} -> {}", count(info.pops), count(info.pushes));
        listing.lines.push(Line {
            origin: format!("{:2}", opcode as u8),
            note: info.meaning.to_owned(),
            ..Line::text(format!("{opcode:17}  {operand:10}  {effect:10}"))
        });
    }
    listing
}

/// What was executed, most frequent first.
#[must_use]
pub fn statistics(counts: &Counts) -> Listing {
    let mut listing = Listing::new(format!("{} instructions executed:", counts.total()));
    let mut executed: Vec<Opcode> =
        Opcode::ALL.iter().copied().filter(|&opcode| counts.of(opcode) > 0).collect();
    executed.sort_by_key(|&opcode| std::cmp::Reverse(counts.of(opcode)));
    for opcode in executed {
        let share = counts.of(opcode) as f64 * 100.0 / counts.total() as f64;
        let text = format!("{opcode:17} {:>12} {share:6.1} %", counts.of(opcode));
        listing.lines.push(Line::text(text));
    }
    listing
}

fn code_object(program: &Program, code: &CodeObject) -> Listing {
    let labels = labels(code);
    let parameters = code.locals[..code.parameters as usize].join(", ");
    let title = match code.first_line {
        0 => format!("{}:", code.name),
        line => format!("{}({parameters}), line {line}:", code.name),
    };
    let mut listing = Listing::new(title);
    let mut last_line = None;
    for (index, (&instruction, &line)) in (0..).zip(code.instructions.iter().zip(&code.lines)) {
        let is_new_line = last_line.replace(line) != Some(line);
        let operand = operand(instruction, &labels);
        listing.lines.push(Line {
            origin: if is_new_line && line > 0 { format!("{line:4}") } else { String::new() },
            label: labels.get(&index).cloned().unwrap_or_default(),
            note: explanation(program, code, instruction),
            ..Line::text(format!("{:17} {operand:>4}", instruction.opcode))
        });
    }
    listing
}

/// The instructions of a code object, each as one line of text, for listings of
/// what has become of them: `L1: LOAD_FAST 0 (n)`.
pub fn instructions(program: &Program, code: &CodeObject) -> impl Iterator<Item = String> {
    let labels = labels(code);
    (0..).zip(&code.instructions).map(move |(index, &instruction)| {
        let label = labels.get(&index).map(|label| format!("{label}:")).unwrap_or_default();
        let name = instruction.opcode.info().name;
        let words = [
            label.as_str(),
            name,
            &operand(instruction, &labels),
            &explanation(program, code, instruction),
        ];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    })
}

/// An operand as listings have it: nothing, a label, or its number.
fn operand(instruction: Instruction, labels: &BTreeMap<u32, String>) -> String {
    match instruction.opcode.info().operand {
        Operand::Unused => String::new(),
        Operand::Target => labels[&instruction.operand].clone(),
        _ => instruction.operand.to_string(),
    }
}

/// Names for the instructions that jumps go to.
fn labels(code: &CodeObject) -> BTreeMap<u32, String> {
    let targets = code.instructions.iter().filter_map(|instruction| instruction.target());
    let mut targets: Vec<u32> = targets.map(|(target, _)| target).collect();
    targets.sort_unstable();
    targets.dedup();
    targets.into_iter().zip(1..).map(|(target, number)| (target, format!("L{number}"))).collect()
}

/// What an operand stands for, in parentheses.
fn explanation(program: &Program, code: &CodeObject, instruction: Instruction) -> String {
    let operand = instruction.operand;
    let slots = |slot: u16| format!("(state in slots {slot} to {})", slot + 2);
    match (instruction.opcode.info().operand, instruction.opcode) {
        (_, Opcode::GetIter | Opcode::ForIter) => slots(instruction.slot),
        (Operand::Constant, _) => {
            format!("({})", literal(program, code.constants[operand as usize]))
        }
        (Operand::Local, _) => format!("({})", code.locals[operand as usize]),
        (Operand::Name, _) => format!("({})", program.names()[operand as usize]),
        (Operand::Binary, _) => {
            let (operator, in_place) = BinaryOperator::decode(operand);
            format!("({}{})", operator.symbol(), if in_place { "=" } else { "" })
        }
        (Operand::Comparison, _) => format!("({})", Comparison::decode(operand).symbol()),
        (Operand::Invert, _) => (if operand == 1 { "(is not)" } else { "(is)" }).to_owned(),
        (Operand::Intrinsic, _) => "(unary +)".to_owned(),
        _ => String::new(),
    }
}

/// A constant as it would be written.
fn literal(program: &Program, value: Value) -> String {
    match value.kind() {
        Kind::None => "None".to_owned(),
        Kind::Bool(true) => "True".to_owned(),
        Kind::Bool(false) => "False".to_owned(),
        Kind::Int(number) => number.to_string(),
        Kind::Str(id) => format!("{:?}", program.string(id)),
        Kind::Code(id) => format!("<code object {}>", program.code(id).name),
        Kind::Null | Kind::Function(_) | Kind::Builtin(_) => {
            unreachable!("the verifier lets no {value:?} be a constant")
        }
    }
}
