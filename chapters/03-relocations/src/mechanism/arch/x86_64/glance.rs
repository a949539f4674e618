//! How a block ends, for code of which somebody has made sure that it can be taken
//! apart: from its holes and the bytes before them, without reading instructions.
//! Chapter 3 of the book, "A block is a section".

use std::ops::Range;

use super::super::{Condition, Parsed, ParsedEnd};

/// The opcode of a return.
const RETURN: u8 = 0xc3;

/// Looks at the ends of a block and at what is before its holes.
pub(super) fn glance(code: &[u8], holes: &[Range<usize>]) -> Parsed {
    let calls = holes.iter().any(|hole| is_call(&code[..hole.start]));
    let returns = code.last() == Some(&RETURN) && holes.last().is_none_or(|it| it.end < code.len());
    Parsed { end: end(code, holes), leaves: calls || returns }
}

/// Whether what comes is the distance of a call, or that of a slot to call through.
fn is_call(before: &[u8]) -> bool {
    matches!(before, [.., 0xe8] | [.., 0xff, 0x15])
}

fn end(code: &[u8], holes: &[Range<usize>]) -> ParsedEnd {
    // Where relaxation was, there is a nop.
    let length = code.strip_suffix(&[0x90]).unwrap_or(code).len();
    let Some((jump, before)) = holes.split_last().filter(|(last, _)| last.end == length) else {
        return ParsedEnd::Stop;
    };
    let [.., 0xe9] = code[..jump.start] else { return ParsedEnd::Stop };
    let start = jump.start - 1;
    match before.last().filter(|branch| branch.end == start).map(|branch| branch.start) {
        Some(taken) => match code[..taken] {
            [.., 0x0f, opcode @ 0x80..=0x8f] => {
                let condition = Condition(opcode & 0x0f);
                ParsedEnd::Branch { start: taken - 2, condition, taken, otherwise: jump.start }
            }
            _ => ParsedEnd::Jump { start, hole: jump.start },
        },
        None => ParsedEnd::Jump { start, hole: jump.start },
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::parse;
    use super::*;

    /// Holes of 4 bytes at these places.
    fn holes(starts: &[usize]) -> Vec<Range<usize>> {
        starts.iter().map(|&start| start..start + 4).collect()
    }

    #[test]
    fn a_glance_sees_what_a_disassembler_does() {
        let blocks: [(&[u8], &[usize]); 8] = [
            (&[0x50, 0xe9, 0, 0, 0, 0], &[2]),                      // push; jmp
            (&[0xe9, 0, 0, 0, 0, 0x90], &[1]),                      // jmp; nop
            (&[0x0f, 0x84, 0, 0, 0, 0, 0xe9, 0, 0, 0, 0], &[2, 7]), // je; jmp
            (&[0xe8, 0, 0, 0, 0, 0xe9, 0, 0, 0, 0], &[1, 6]),       // call; jmp
            (&[0x0f, 0x84, 0, 0, 0, 0, 0x50, 0xe9, 0, 0, 0, 0], &[2, 8]), // je; push; jmp
            (&[0xff, 0x15, 0, 0, 0, 0, 0xc3], &[2]),                // call [rip]; ret
            (&[0x48, 0x8b, 0x05, 0, 0, 0, 0, 0xff, 0xe0], &[3]),    // mov rax, [rip]; jmp rax
            (&[0xff, 0x25, 0, 0, 0, 0], &[2]),                      // jmp [rip]
        ];
        for (code, starts) in blocks {
            let holes = holes(starts);
            assert_eq!(Ok(glance(code, &holes)), parse(code, &holes), "{code:02x?}");
        }
    }
}
