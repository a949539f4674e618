//! Sections that are damaged, unknown, or superfluous.

use object::LittleEndian;
use object::elf::{self, SectionHeader64};

use crate::draft::{CODE, CONSTANT, Draft, TEXT, WRITABLE, refusal, with_section};

/// What is said of a good object to which this section has been added.
fn with_another(name: &str, kind: u32, flags: u32) -> String {
    let mut draft = Draft::good();
    draft.section(name, kind, flags, &[1, 2, 3]);
    draft.refusal()
}

/// What is said of a good object in which the header of this section is changed.
fn after(name: &str, change: &dyn Fn(&mut SectionHeader64<LittleEndian>)) -> String {
    refusal(&with_section(Draft::good().bytes(), name, change))
}

#[test]
fn sections_that_compilers_like_to_add_come_with_the_flag_that_leaves_them_out() {
    assert_eq!(
        with_another(".comment", elf::SHT_PROGBITS, elf::SHF_MERGE | elf::SHF_STRINGS),
        "section `.comment` is not known here; compile with -fno-ident"
    );
    assert_eq!(
        with_another(".llvm_addrsig", 0x6fff_4c03, elf::SHF_EXCLUDE),
        "section `.llvm_addrsig` has the type 0x6fff4c03, which is not known here; \
         compile with -fno-addrsig"
    );
    assert_eq!(
        with_another(".eh_frame", elf::SHT_X86_64_UNWIND, CONSTANT),
        "section `.eh_frame` has the type 0x70000001, which is not known here; \
         compile with -fno-asynchronous-unwind-tables"
    );
    assert_eq!(
        with_another(".debug_info", elf::SHT_PROGBITS, 0),
        "section `.debug_info` is not known here; compile without -g"
    );
    assert_eq!(
        with_another(".tbss.counter", elf::SHT_NOBITS, WRITABLE | elf::SHF_TLS),
        "section `.tbss.counter` has flags that are not known together: \
         SHF_WRITE | SHF_ALLOC | SHF_TLS; stencils cannot have thread-local variables"
    );
}

#[test]
fn unknown_sections_are_refused_by_name() {
    let cure = "find out what in the source or which flag makes it";
    assert_eq!(
        with_another(".strange", 0x1234_5678, 0),
        format!("section `.strange` has the type 0x12345678, which is not known here; {cure}")
    );
    assert_eq!(
        with_another(".remarks", elf::SHT_PROGBITS, 0),
        format!("section `.remarks` is not known here; {cure}")
    );
    assert_eq!(
        with_another(".note.GNU-stack", elf::SHT_PROGBITS, 0),
        format!("section `.note.GNU-stack` is not known here; {cure}")
    );
}

#[test]
fn flags_that_are_not_known_together_are_refused() {
    let reason = |flags| with_another(".text.odd", elf::SHT_PROGBITS, flags);
    let message = |flags| {
        format!(
            "section `.text.odd` has flags that are not known together: {flags}; \
             find out what in the source or which flag makes it"
        )
    };
    assert_eq!(reason(TEXT | elf::SHF_WRITE), message("SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR"));
    assert_eq!(reason(TEXT | elf::SHF_GROUP), message("SHF_ALLOC | SHF_EXECINSTR | SHF_GROUP"));
    assert_eq!(reason(CONSTANT | elf::SHF_COMPRESSED), message("SHF_ALLOC | SHF_COMPRESSED"));
    assert_eq!(reason(TEXT | 0x10_0000), message("SHF_ALLOC | SHF_EXECINSTR | 0x100000"));
}

#[test]
fn code_without_a_function_is_refused() {
    assert_eq!(
        with_another(".text.nobody", elf::SHT_PROGBITS, TEXT),
        "the code in section `.text.nobody` belongs to no stencil: give it a function's name"
    );
}

#[test]
fn data_without_a_symbol_is_refused() {
    let message = |section| {
        format!(
            "section `{section}` has data, of which stencils have none; \
             find out what in the source or which flag makes it"
        )
    };
    for (name, flags) in [(".rodata.cst8", CONSTANT), (".data", WRITABLE)] {
        assert_eq!(with_another(name, elf::SHT_PROGBITS, flags), message(name));
    }
    let bytes = {
        let mut draft = Draft::good();
        draft.section(".bss", elf::SHT_NOBITS, WRITABLE, &[]);
        draft.bytes()
    };
    let zeroed = with_section(bytes, ".bss", &|section| section.sh_size.set(LittleEndian, 1 << 40));
    assert_eq!(refusal(&zeroed), message(".bss"));
}

#[test]
fn fields_that_mean_nothing_are_damage() {
    let reason = |change: &dyn Fn(&mut SectionHeader64<LittleEndian>)| after(".text.ADD", change);
    let message = |value, field| {
        format!(
            "section `.text.ADD` has {value} in {field}, which means nothing for it: \
             the file is damaged"
        )
    };
    assert_eq!(reason(&|it| it.sh_addr.set(LittleEndian, 64)), message("0x40", "sh_addr"));
    assert_eq!(reason(&|it| it.sh_link.set(LittleEndian, 2)), message("0x2", "sh_link"));
    assert_eq!(reason(&|it| it.sh_info.set(LittleEndian, 3)), message("0x3", "sh_info"));
    assert_eq!(reason(&|it| it.sh_entsize.set(LittleEndian, 8)), message("0x8", "sh_entsize"));
    assert_eq!(reason(&|it| it.sh_addralign.set(LittleEndian, 3)), message("0x3", "sh_addralign"));
    assert_eq!(
        after("", &|it| it.sh_type.set(LittleEndian, elf::SHT_PROGBITS)),
        "section 0 has 0x1 in sh_type, which means nothing for it: the file is damaged"
    );
}

#[test]
fn a_name_that_cannot_be_read_is_refused() {
    assert_eq!(
        after(".text.ADD", &|it| it.sh_name.set(LittleEndian, 0xffff)),
        "section 1 has no name of at most 1024 bytes of printable UTF-8"
    );
}

#[test]
fn sections_that_have_bytes_in_common_are_refused() {
    let mut draft = Draft::good();
    draft.function("SUBTRACT", &CODE);
    let overlapping = with_section(draft.bytes(), ".text.SUBTRACT", &|section| {
        let offset = section.sh_offset.get(LittleEndian);
        section.sh_offset.set(LittleEndian, offset - 1);
    });
    assert_eq!(
        refusal(&overlapping),
        "section `.text.SUBTRACT` has bytes in common with section `.text.ADD`: the file is damaged"
    );
}

#[test]
fn tables_of_the_wrong_shape_are_refused() {
    assert_eq!(
        after(".symtab", &|it| it.sh_size.set(LittleEndian, 50)),
        "section `.symtab` is no table of symbols: the file is damaged"
    );
    assert_eq!(
        after(".rela.text.ADD", &|it| it.sh_size.set(LittleEndian, 8)),
        "section `.rela.text.ADD` is no table of relocations: the file is damaged"
    );
    assert_eq!(
        after(".symtab", &|it| it.sh_link.set(LittleEndian, 1)),
        "section `.text.ADD` is no table of names: the file is damaged"
    );
    assert_eq!(
        after(".symtab", &|it| it.sh_entsize.set(LittleEndian, 16)),
        "section `.symtab` has 0x10 in sh_entsize, which means nothing for it: the file is damaged"
    );
}

#[test]
fn there_is_one_table_of_symbols() {
    let mut draft = Draft::good();
    draft.section(".more", elf::SHT_PROGBITS, 0, &[]);
    let two = with_section(draft.bytes(), ".more", &|section| {
        section.sh_type.set(LittleEndian, elf::SHT_SYMTAB);
        section.sh_entsize.set(LittleEndian, 24);
    });
    assert_eq!(refusal(&two), "section `.symtab` is a second table of symbols");
}

#[test]
fn relocations_are_for_a_section_with_bytes_that_has_no_others() {
    let target =
        |target| after(".rela.text.ADD", &|section| section.sh_info.set(LittleEndian, target));
    let message = |target| {
        format!(
            "section `.rela.text.ADD` relocates section {target}, \
             which has other relocations already or can have none"
        )
    };
    assert_eq!(target(0), message(0));
    assert_eq!(target(2), message(2));
    assert_eq!(target(99), message(99));
    assert_eq!(
        after(".rela.text.ADD", &|section| section.sh_link.set(LittleEndian, 1)),
        "section `.rela.text.ADD` has 0x1 in sh_link, which means nothing for it: \
         the file is damaged"
    );
}
