//! How much memory the system is asked for. This is a process of its own, as all
//! mappings of the process are counted.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

#[expect(dead_code, reason = "other tests run programs")]
mod running;

use std::fmt::Write;

use ch03_relocations::layout::Peepholes;
use running::{compile, program, stencils};

/// The size of a page: the system maps no less.
const PAGE: usize = 4096;

/// How many bytes of this process can be executed.
fn executable_bytes() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux says what is mapped");
    let sizes = maps.lines().map(|line| {
        let (range, rest) = line.split_once(' ').expect("a range, and its permissions");
        let (start, end) = range.split_once('-').expect("two addresses");
        let address = |text| usize::from_str_radix(text, 16).expect("an address");
        if rest.starts_with("r-x") { address(end) - address(start) } else { 0 }
    });
    sizes.sum()
}

// ANCHOR: cliffhanger
/// The cliffhanger of this chapter: a thousand small functions, a thousand pages.
#[test]
fn a_small_function_fills_a_tenth_of_the_page_that_it_takes() {
    let mut text = String::new();
    for number in 0..1000 {
        writeln!(text, "def f{number}(x):\n    return x + {number}").unwrap();
    }
    let (program, stencils) = (program(&text), stencils(Peepholes::ALL));
    let before = executable_bytes();
    let jit = compile(&program, &stencils);
    let mapped = executable_bytes() - before;
    let (hot, cold) = jit.sizes();
    assert!(mapped >= 1000 * PAGE, "{mapped} bytes are mapped");
    assert!((hot + cold) * 10 < mapped, "{hot} hot and {cold} cold bytes in {mapped}");
}
// ANCHOR_END: cliffhanger
