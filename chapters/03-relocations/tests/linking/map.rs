//! From places in an image to steps, and back.

use ch02_stencils::CodeOffset;
use ch03_relocations::arch::X86_64;
use ch03_relocations::layout::{PartName, Peepholes};
use ch03_relocations::link::{CodeMap, Image, Position, Step};

use crate::made::all_kinds;
use crate::running::{corpus, stencils};
use crate::steps::{Uniform, link};

/// Checks what a map says of every byte of the image, and of those behind it.
fn check_every_byte(image: &Image<X86_64>) {
    let map = image.map();
    let mut known = vec![None; image.size() + 100];
    for step in (0..map.steps() as u32).map(Step) {
        for part in [PartName::Hot, PartName::Cold] {
            for (offset, byte) in map.bytes(step, part).enumerate() {
                let position = Position { step, part, offset };
                assert_eq!(known[byte].replace(position), None, "a byte is in one part");
            }
        }
        assert_eq!(image.entry(step).0, map.bytes(step, PartName::Hot).start);
    }
    for (byte, position) in known.iter().enumerate() {
        assert_eq!(map.find(CodeOffset(byte)), *position, "at {byte:#x}");
    }
    assert_eq!(known.iter().flatten().count(), image.hot_size() + image.cold_size());
}

fn image(names: &[&str], peepholes: Peepholes) -> Image<X86_64> {
    let library = all_kinds(peepholes);
    let stencils = names.iter().map(|name| library.find(name).expect("it is there")).collect();
    let mut image = Image::new();
    link(&library, &Uniform { stencils, value: 0 }, &mut image).expect("all values fit");
    image
}

#[test]
fn every_byte_of_the_code_belongs_to_one_part_of_one_step() {
    let steps = ["CALL", "NOTHING", "SLOTS", "CALL_OTHER", "NOTHING", "NOTHING", "FAIL"];
    for peepholes in Peepholes::every() {
        check_every_byte(&image(&steps, peepholes));
    }
}

#[test]
fn every_byte_of_a_program_belongs_to_one_part_of_one_instruction() {
    let stencils = stencils(Peepholes::ALL);
    for case in corpus() {
        for code in case.program.codes() {
            let ids = code.instructions.iter().map(|it| stencils.operation(it)).collect();
            let mut image = Image::new();
            let steps = Uniform { stencils: ids, value: 0 };
            link(stencils.library(), &steps, &mut image).expect("all values fit");
            check_every_byte(&image);
        }
    }
}

#[test]
fn a_step_without_a_byte_begins_where_the_next_one_does_and_is_not_found() {
    let image = image(&["NOTHING", "WORD", "NOTHING", "NOTHING", "END"], Peepholes::ALL);
    let map = image.map();
    let starts: Vec<usize> = (0..6).map(|step| map.start(Step(step)).0).collect();
    assert_eq!(starts, [0, 0, 10, 10, 10, 11]);
    let found = |offset| map.find(CodeOffset(offset)).map(|position| position.step);
    assert_eq!([0, 9, 10, 11].map(found), [Some(Step(1)), Some(Step(1)), Some(Step(4)), None]);
}

#[test]
fn a_step_behind_the_last_one_begins_where_the_hot_parts_end() {
    let image = image(&["CALL", "END"], Peepholes::ALL);
    let ends = [2, 3, u32::MAX].map(|step| image.map().start(Step(step)).0);
    assert_eq!(ends, [image.hot_size(); 3]);
    assert_ne!(image.cold_size(), 0);
}

#[test]
fn an_image_of_no_steps_has_no_code() {
    let image = image(&[], Peepholes::ALL);
    assert_eq!((image.size(), image.map().steps()), (0, 0));
    assert_eq!((image.hot_size(), image.cold_size()), (0, 0));
    assert_eq!(image.map().find(CodeOffset(0)), None);
    assert_eq!(CodeMap::default().find(CodeOffset(0)), None);
}
