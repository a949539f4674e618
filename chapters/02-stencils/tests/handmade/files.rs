//! Files that are no object of the right kind.

use object::LittleEndian;
use object::elf::{self, FileHeader64};

use crate::draft::{Draft, refusal, with_header, with_section};
use crate::prebuilt;

#[test]
fn objects_for_other_systems_and_machines_are_named() {
    let foreign = prebuilt::objects("foreign");
    let reason = |name: &str| {
        let object = foreign.iter().find(|object| object.name == name).expect("it is prebuilt");
        refusal(&object.bytes)
    };
    let cure = "stencils are compiled with --target=x86_64-unknown-linux-gnu";
    assert_eq!(reason("aarch64-elf.o"), format!("this is an ELF file for AArch64; {cure}"));
    assert_eq!(reason("i386-elf.o"), format!("this is an ELF file for 32-bit addresses; {cure}"));
    assert_eq!(reason("x86_64-macho.o"), format!("this is a Mach-O object (macOS); {cure}"));
    assert_eq!(reason("x86_64-coff.o"), format!("this is a COFF object (Windows); {cure}"));
    for object in &foreign {
        assert!(refusal(&object.bytes).ends_with(cure), "{} is not named", object.name);
    }
}

#[test]
fn other_formats_are_named_by_their_first_bytes() {
    let reason = |bytes: &[u8]| refusal(bytes).split(';').next().unwrap_or_default().to_owned();
    assert_eq!(reason(b"\xfe\xed\xfa\xce\0\0\0\x07"), "this is a Mach-O object (macOS)");
    assert_eq!(reason(b"MZ\x90\0"), "this is a program for Windows or DOS");
    assert_eq!(reason(b"\0asm\x01\0\0\0"), "this is a WebAssembly module");
    assert_eq!(reason(b"!<arch>\n"), "this is an archive of objects");
    assert_eq!(reason(b"BC\xc0\xde"), "this is LLVM bitcode (-flto, -emit-llvm)");
}

#[test]
fn what_is_no_object_at_all_is_told_so() {
    assert_eq!(refusal(b""), "this is no object file: it is empty");
    let unknown = "this is no object file: its first bytes are those of no format known here";
    assert_eq!(refusal(b"int main(void) { return 0; }"), unknown);
    assert_eq!(refusal(b"\x7fEL"), unknown);
}

#[test]
fn other_kinds_of_elf_are_named() {
    let reason = |change: &dyn Fn(&mut FileHeader64<LittleEndian>)| {
        refusal(&with_header(Draft::good().bytes(), change))
    };
    let foreign = "; stencils are compiled with --target=x86_64-unknown-linux-gnu";
    assert_eq!(
        reason(&|header| header.e_ident.data = elf::ELFDATA2MSB),
        format!("this is a big-endian ELF file{foreign}")
    );
    assert_eq!(
        reason(&|header| header.e_machine.set(LittleEndian, elf::EM_RISCV)),
        format!("this is an ELF file for RISC-V{foreign}")
    );
    assert_eq!(
        reason(&|header| header.e_machine.set(LittleEndian, 4711)),
        format!("this is an ELF file for another machine (e_machine is 4711){foreign}")
    );
}

#[test]
fn what_a_linker_has_made_is_refused() {
    let reason = |e_type| {
        let change = |header: &mut FileHeader64<_>| header.e_type.set(LittleEndian, e_type);
        refusal(&with_header(Draft::good().bytes(), &change))
    };
    let cure = "and no relocatable object; compile with -c, and do not link";
    assert_eq!(reason(elf::ET_EXEC), format!("this is an executable {cure}"));
    assert_eq!(
        reason(elf::ET_DYN),
        format!("this is a shared object or position-independent executable {cure}")
    );
    assert_eq!(reason(elf::ET_CORE), format!("this is a core dump {cure}"));
    assert_eq!(reason(0xfe00), format!("this is an ELF file of type 0xfe00 {cure}"));
}

#[test]
fn this_very_program_is_no_object() {
    let program = std::env::current_exe().and_then(std::fs::read).expect("it can be read");
    let refusal = refusal(&program);
    assert!(refusal.starts_with("this is "), "{refusal}");
}

#[test]
fn a_header_with_anything_unknown_in_it_is_refused() {
    let reason = |change: &dyn Fn(&mut FileHeader64<LittleEndian>)| {
        refusal(&with_header(Draft::good().bytes(), change))
    };
    assert_eq!(
        reason(&|header| header.e_flags.set(LittleEndian, 5)),
        "the ELF header has 0x5 in e_flags, where a relocatable object for x86-64 has 0x0"
    );
    assert_eq!(
        reason(&|header| header.e_ident.os_abi = elf::ELFOSABI_FREEBSD),
        "the ELF header has 0x9 in e_ident[EI_OSABI], where a relocatable object for x86-64 has 0x0"
    );
    assert_eq!(
        reason(&|header| header.e_shentsize.set(LittleEndian, 40)),
        "the ELF header has 0x28 in e_shentsize, where a relocatable object for x86-64 has 0x40"
    );
}

#[test]
fn a_file_that_was_cut_off_is_told_what_is_missing() {
    let whole = Draft::good().bytes();
    let size = whole.len();
    let damage = "it was cut off or is damaged";
    assert_eq!(
        refusal(&whole[..20]),
        format!("the ELF header would end at byte 64, but the file has only 20: {damage}")
    );
    assert_eq!(
        refusal(&whole[..size - 1]),
        format!(
            "the table of section headers would end at byte {size}, but the file has only {}: {damage}",
            size - 1
        )
    );
    let long = with_section(whole, ".text.ADD", &|section| section.sh_size.set(LittleEndian, 5000));
    assert_eq!(
        refusal(&long),
        format!(
            "section `.text.ADD` would end at byte 5064, but the file has only {size}: {damage}"
        )
    );
}

#[test]
fn numbers_that_overflow_are_damage_too() {
    let huge = |header: &mut FileHeader64<_>| header.e_shoff.set(LittleEndian, u64::MAX - 8);
    let refusal = refusal(&with_header(Draft::good().bytes(), &huge));
    assert!(refusal.starts_with("the table of section headers would end at"), "{refusal}");
}
