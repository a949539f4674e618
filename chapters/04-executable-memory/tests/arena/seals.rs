//! What cannot be done to code with two addresses, whoever tries.
#![expect(unsafe_code, reason = "tries to make code writable")]

use std::fs;
use std::ptr;

use ch04_executable_memory::Strategy;
use rustix::io::Errno;
use rustix::mm::{MprotectFlags, mprotect};

use super::numbered::{SHORTEST, arena, publish};

#[test]
fn the_address_at_which_code_is_executed_never_becomes_writable() {
    let arena = arena(Strategy::DualMapping);
    let code = publish(&arena, 7, SHORTEST).unwrap();
    let page = code.addresses().start as usize & !4095;
    for more in [MprotectFlags::WRITE, MprotectFlags::WRITE | MprotectFlags::EXEC] {
        let access = MprotectFlags::READ | more;
        let start = ptr::with_exposed_provenance_mut(page);
        // SAFETY: it is refused; if it were not, nobody would write there.
        let refused = unsafe { mprotect(start, 4096, access) };
        assert_eq!(refused, Err(Errno::ACCESS), "{access:?}");
    }
}

#[test]
fn a_process_that_is_forked_off_gets_neither_mapping() {
    let _code = publish(&arena(Strategy::DualMapping), 7, SHORTEST).unwrap();
    let maps = fs::read_to_string("/proc/self/smaps").expect("Linux says what is mapped");
    let mappings = maps.split("VmFlags:").collect::<Vec<_>>();
    let flags = mappings.windows(2).filter(|pair| {
        let heads = pair[0].lines().filter(|line| line.contains("memfd:jit-code"));
        heads.into_iter().any(|head| head.contains("rw-s") || head.contains("r-xs"))
    });
    let flags: Vec<&str> = flags.map(|pair| pair[1].lines().next().unwrap_or_default()).collect();
    assert!(flags.len() >= 2, "both mappings are there");
    // "Do not copy", in the words of the kernel's `proc.rst`.
    assert!(flags.iter().all(|flags| flags.contains(" dc")), "{flags:?}");
}
