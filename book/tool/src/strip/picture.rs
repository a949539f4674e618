//! Draws bytecodes as boxes. Sizes are in pixels of a drawing that a page
//! scales down to its width.

use std::fmt::Write;
use std::ops::Range;

use crate::strip::family::Family;
use crate::strip::listing::Bytecode;

/// The same in all strips, so that they can be compared.
const PIXELS_PER_BYTE: usize = 2;
const BYTES_PER_ROW: usize = 350;
const WIDTH: usize = BYTES_PER_ROW * PIXELS_PER_BYTE;

/// A box holds the longest opcode's name upright.
const BOX_HEIGHT: usize = 114;
const ROW_HEIGHT: usize = BOX_HEIGHT + 10;

const LETTER_WIDTH: usize = 7;
const LINE_HEIGHT: usize = 20;
const LABEL_HEIGHT: usize = 11;
const SWATCH: usize = 12;

const INK: &str = "var(--strip-ink, #1b1b1b)";
const LABEL_FONT: &str = "font: 10.5px var(--mono-font, monospace)";
const TEXT_FONT: &str = "font: 13px sans-serif";

/// A part of a bytecode's code that lies in one row.
struct Piece {
    row: usize,
    /// Within the bytecode's code.
    bytes: Range<usize>,
    /// Where it starts in its row, in bytes.
    column: usize,
}

pub(super) fn draw(bytecodes: &[Bytecode]) -> String {
    let total: usize = bytecodes.iter().map(|bytecode| bytecode.length).sum();
    let rows = total.div_ceil(BYTES_PER_ROW).max(1);
    let (legend, legend_height) = legend(bytecodes, rows * ROW_HEIGHT);
    let height = rows * ROW_HEIGHT + legend_height;
    let mut svg = format!(
        "<svg class=\"strip\" role=\"img\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         xmlns=\"http://www.w3.org/2000/svg\">\n<title>{}</title>\n<desc>{}</desc>\n",
        measure(bytecodes.len(), total),
        escaped(&description(bytecodes)),
    );
    let mut start = 0;
    for bytecode in bytecodes {
        svg += &drawn(bytecode, start);
        start += bytecode.length;
    }
    svg + &legend + "</svg>\n"
}

/// The sentence that the whole figure is about.
fn measure(bytecodes: usize, bytes: usize) -> String {
    let average = bytes as f64 / bytecodes.max(1) as f64;
    format!("{bytes} bytes for {bytecodes} bytecodes: {average:.1} bytes per bytecode")
}

/// The figure in words.
fn description(bytecodes: &[Bytecode]) -> String {
    let parts = bytecodes.iter().map(|bytecode| {
        let holes = match bytecode.bytes_in_holes() {
            0 => String::new(),
            count => format!(", {count} of them in holes"),
        };
        format!("{}: {} bytes{holes}", bytecode.origin, bytecode.length)
    });
    format!("In the order of the code: {}.", parts.collect::<Vec<_>>().join("; "))
}

/// A bytecode whose code starts after `start` bytes of the strip.
fn drawn(bytecode: &Bytecode, start: usize) -> String {
    let pieces = pieces(start, bytecode.length);
    let mut group = format!("<g><title>{}</title>", escaped(&hint(bytecode)));
    for piece in &pieces {
        group += &boxed(bytecode, piece);
    }
    if let Some(widest) = pieces.iter().max_by_key(|piece| piece.bytes.len()) {
        group += &label(bytecode.opcode(), widest);
    }
    group + "</g>\n"
}

/// What a pointing device shows.
fn hint(bytecode: &Bytecode) -> String {
    format!("{}: {} bytes", bytecode.origin, bytecode.length)
}

fn pieces(start: usize, length: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut done = 0;
    while done < length {
        let (row, column) = ((start + done) / BYTES_PER_ROW, (start + done) % BYTES_PER_ROW);
        let count = (length - done).min(BYTES_PER_ROW - column);
        pieces.push(Piece { row, bytes: done..done + count, column });
        done += count;
    }
    pieces
}

impl Piece {
    fn left(&self) -> usize {
        self.column * PIXELS_PER_BYTE
    }

    fn top(&self) -> usize {
        self.row * ROW_HEIGHT
    }

    fn width(&self) -> usize {
        self.bytes.len() * PIXELS_PER_BYTE
    }
}

/// The box, and in it the holes: lighter and hatched.
fn boxed(bytecode: &Bytecode, piece: &Piece) -> String {
    let (x, y, width) = (piece.left(), piece.top(), piece.width());
    let fill = Family::of(bytecode.opcode()).fill();
    let mut shapes = rectangle(x, y, width, BOX_HEIGHT, &format!("fill: {fill}"));
    for hole in &bytecode.holes {
        let first = hole.start.max(piece.bytes.start);
        let last = hole.end.min(piece.bytes.end);
        if first < last {
            let x = x + (first - piece.bytes.start) * PIXELS_PER_BYTE;
            shapes += &hatched(x, y, (last - first) * PIXELS_PER_BYTE, BOX_HEIGHT);
        }
    }
    let edge = "fill: none; stroke: var(--bg, white); stroke-width: 1";
    shapes + &rectangle(x, y, width, BOX_HEIGHT, edge)
}

fn rectangle(x: usize, y: usize, width: usize, height: usize, style: &str) -> String {
    format!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" style=\"{style}\"/>")
}

fn hatched(x: usize, y: usize, width: usize, height: usize) -> String {
    let mut shapes =
        rectangle(x, y, width, height, "fill: var(--strip-hole, white); fill-opacity: 0.55");
    let rise = width.min(height);
    let mut lines = String::new();
    for bottom in (y + rise..=y + height).step_by(6) {
        write!(lines, "M{x} {bottom}l{rise} -{rise}").expect("a string takes all");
    }
    let style = format!("fill: none; stroke: {INK}; stroke-opacity: 0.35; stroke-width: 0.7");
    write!(shapes, "<path d=\"{lines}\" style=\"{style}\"/>").expect("a string takes all");
    shapes
}

/// The opcode's name: along the box if it fits, else upright, and not at all
/// in a box that is narrower than a letter is high.
fn label(opcode: &str, piece: &Piece) -> String {
    let x = piece.left() + piece.width() / 2;
    let y = piece.top() + BOX_HEIGHT / 2;
    let turn = if opcode.len() * LETTER_WIDTH < piece.width() {
        String::new()
    } else if LABEL_HEIGHT <= piece.width() {
        format!(" transform=\"rotate(-90 {x} {y})\"")
    } else {
        return String::new();
    };
    format!(
        "<text x=\"{x}\" y=\"{y}\" dy=\"0.35em\" text-anchor=\"middle\"{turn} \
         style=\"{LABEL_FONT}; fill: {INK}\">{opcode}</text>"
    )
}

/// What the colours mean, and the caption; drawn from `top` down. Returns the
/// height as well.
fn legend(bytecodes: &[Bytecode], top: usize) -> (String, usize) {
    let total: usize = bytecodes.iter().map(|bytecode| bytecode.length).sum();
    let has =
        |family: &Family| bytecodes.iter().any(|bytecode| Family::of(bytecode.opcode()) == *family);
    let mut svg = String::new();
    let (mut x, mut y) = (0, top + 4);
    let families = Family::ALL.into_iter().filter(has).map(|family| (family.name(), Some(family)));
    for (name, family) in families.chain([("holes: filled in while compiling", None)]) {
        let width = SWATCH + 6 + name.len() * LETTER_WIDTH + 14;
        if x + width > WIDTH {
            (x, y) = (0, y + LINE_HEIGHT);
        }
        svg += &match family {
            Some(family) => rectangle(x, y, SWATCH, SWATCH, &format!("fill: {}", family.fill())),
            None => {
                let base = format!("fill: {}", Family::Other.fill());
                rectangle(x, y, SWATCH, SWATCH, &base) + &hatched(x, y, SWATCH, SWATCH)
            }
        };
        svg += &text(x + SWATCH + 6, y + 11, name);
        svg.push('\n');
        x += width;
    }
    y += LINE_HEIGHT + 14;
    svg += &text(0, y, &measure(bytecodes.len(), total));
    svg.push('\n');
    (svg, y + 8 - top)
}

fn text(x: usize, y: usize, text: &str) -> String {
    format!(
        "<text x=\"{x}\" y=\"{y}\" style=\"{TEXT_FONT}; fill: var(--fg, black)\">{}</text>",
        escaped(text)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytecode(origin: &str, length: usize, hole: Range<usize>) -> Bytecode {
        Bytecode { origin: origin.to_owned(), length, holes: vec![hole] }
    }

    fn sample() -> Vec<Bytecode> {
        vec![
            bytecode("0 LOAD_FAST 0 (n)", 100, 10..18),
            bytecode("1 COMPARE_OP 2 (<)", 40, 0..0),
            bytecode("2 POP_JUMP_IF_FALSE 9", 5, 1..5),
            bytecode("3 BINARY_OP 0 (+)", 300, 200..208),
        ]
    }

    #[test]
    fn the_caption_and_the_description_say_what_the_picture_shows() {
        let svg = draw(&sample());
        assert!(svg.contains("<title>445 bytes for 4 bytecodes: 111.2 bytes per bytecode</title>"));
        assert!(svg.contains("0 LOAD_FAST 0 (n): 100 bytes, 8 of them in holes; 1 COMPARE_OP"));
        assert!(svg.contains("COMPARE_OP 2 (&lt;)"), "{svg}");
        assert!(!svg.contains("\n\n"), "a blank line would end the block in Markdown");
        assert!(!svg.contains(" id="), "a page may show it twice");
    }

    #[test]
    fn a_box_is_as_wide_as_its_code_is_long_and_goes_on_in_the_next_row() {
        let pieces = pieces(145, 300);
        let shape = |piece: &Piece| (piece.row, piece.left(), piece.width());
        assert_eq!(pieces.iter().map(shape).collect::<Vec<_>>(), [(0, 290, 410), (1, 0, 190)]);
    }

    #[test]
    fn a_hole_lies_where_its_bytes_lie() {
        let drawn = drawn(&bytecode("0 LOAD_CONST 0", 12, 2..10), 5);
        assert!(drawn.contains("<rect x=\"10\" y=\"0\" width=\"24\""), "{drawn}");
        assert!(drawn.contains("<rect x=\"14\" y=\"0\" width=\"16\""), "{drawn}");
    }

    #[test]
    fn a_label_is_upright_in_a_narrow_box_and_left_out_of_a_tiny_one() {
        let label = |bytes| drawn(&bytecode("0 LOAD_FAST 0", bytes, 0..0), 0);
        assert!(label(40).contains(">LOAD_FAST</text>") && !label(40).contains("rotate"));
        assert!(label(10).contains("rotate(-90"));
        assert!(!label(3).contains("<text"));
    }

    #[test]
    fn the_legend_names_what_is_there_and_nothing_else() {
        let svg = draw(&sample());
        for name in ["loads and stores", "arithmetic", "comparisons and jumps", "holes:"] {
            assert!(svg.contains(name), "{name}");
        }
        assert!(!svg.contains("calls and returns"));
    }
}
