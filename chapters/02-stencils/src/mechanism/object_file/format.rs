//! What a file is, from its first bytes: an ELF header that we read, or another
//! format that we can name.

use std::fmt;

use object::elf::{self, FileHeader64};
use object::read::elf::FileHeader;
use object::{LittleEndian, pod};

use super::error::ObjectError;

/// The header of the only kind of file that is read here.
pub(super) type Header = FileHeader64<LittleEndian>;

/// A format that others have for the same purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Apple's.
    MachO,
    /// Microsoft's.
    Coff,
    /// Microsoft's, for programs.
    WindowsProgram,
    /// WebAssembly's.
    WebAssembly,
    /// What `ar` makes of several objects.
    Archive,
    /// What Clang makes with `-flto` or `-emit-llvm`.
    Bitcode,
    /// ELF for addresses of 32 bits.
    Elf32,
    /// ELF with the highest byte first.
    ElfBigEndian,
    /// ELF for another machine, by the number that it has there.
    ElfMachine(u16),
}

/// An ELF file that is not relocatable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElfType {
    /// A program at a fixed address.
    Executable,
    /// A shared object, or a program for any address.
    Shared,
    /// What is left of a process.
    CoreDump,
    /// Something else, by its number.
    Other(u16),
}

/// The header of a relocatable ELF object for x86-64.
pub(super) fn header(bytes: &[u8]) -> Result<&Header, ObjectError> {
    let size = bytes.len() as u64;
    if u32::try_from(size).is_err() {
        return Err(ObjectError::TooBig { size });
    }
    if !bytes.starts_with(&elf::ELFMAG) {
        return Err(foreign(bytes));
    }
    let (header, _) = pod::from_bytes::<Header>(bytes).map_err(|()| {
        let end = size_of::<Header>() as u64;
        ObjectError::Truncated { what: "the ELF header".to_owned(), end, size }
    })?;
    check_machine(header)?;
    check_type(header)?;
    check_fields(header)?;
    Ok(header)
}

/// A machine comes before a type: of an executable for ARM one wants to hear
/// first that it is for ARM.
fn check_machine(header: &Header) -> Result<(), ObjectError> {
    let machine = header.e_machine(LittleEndian);
    if header.is_class_32() {
        return Err(ObjectError::Foreign(Format::Elf32));
    }
    if header.is_big_endian() {
        return Err(ObjectError::Foreign(Format::ElfBigEndian));
    }
    if machine != elf::EM_X86_64 {
        return Err(ObjectError::Foreign(Format::ElfMachine(machine)));
    }
    Ok(())
}

fn check_type(header: &Header) -> Result<(), ObjectError> {
    let other = match header.e_type(LittleEndian) {
        elf::ET_REL => return Ok(()),
        elf::ET_EXEC => ElfType::Executable,
        elf::ET_DYN => ElfType::Shared,
        elf::ET_CORE => ElfType::CoreDump,
        other => ElfType::Other(other),
    };
    Err(ObjectError::NotRelocatable(other))
}

/// Holds all fields that can have only one value against it.
fn check_fields(header: &Header) -> Result<(), ObjectError> {
    let e = LittleEndian;
    let ident = header.e_ident();
    let fields = [
        ("e_ident[EI_CLASS]", u64::from(ident.class), u64::from(elf::ELFCLASS64)),
        ("e_ident[EI_DATA]", u64::from(ident.data), u64::from(elf::ELFDATA2LSB)),
        ("e_ident[EI_VERSION]", u64::from(ident.version), u64::from(elf::EV_CURRENT)),
        ("e_ident[EI_OSABI]", u64::from(ident.os_abi), u64::from(elf::ELFOSABI_SYSV)),
        ("e_ident[EI_ABIVERSION]", u64::from(ident.abi_version), 0),
        ("e_version", u64::from(header.e_version(e)), u64::from(elf::EV_CURRENT)),
        ("e_entry", header.e_entry(e), 0),
        ("e_phnum", u64::from(header.e_phnum(e)), 0),
        ("e_flags", u64::from(header.e_flags(e)), 0),
        ("e_ehsize", u64::from(header.e_ehsize(e)), size_of::<Header>() as u64),
        ("e_shentsize", u64::from(header.e_shentsize(e)), 64),
    ];
    match fields.into_iter().find(|(_, value, expected)| value != expected) {
        None => Ok(()),
        Some((field, value, expected)) => Err(ObjectError::Header { field, value, expected }),
    }
}

/// Names what is not ELF by the first bytes that its format prescribes.
fn foreign(bytes: &[u8]) -> ObjectError {
    let format = match bytes {
        [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => Format::MachO,
        // x86-64, i386 and AArch64; and what has more than 65,279 sections.
        [0x64, 0x86, ..] | [0x4c, 0x01, ..] | [0x64, 0xaa, ..] => Format::Coff,
        [0, 0, 0xff, 0xff, ..] => Format::Coff,
        [b'M', b'Z', ..] => Format::WindowsProgram,
        [0, b'a', b's', b'm', ..] => Format::WebAssembly,
        [b'!', b'<', b'a', b'r', b'c', b'h', b'>', ..] => Format::Archive,
        [b'B', b'C', 0xc0, 0xde, ..] => Format::Bitcode,
        [] => return ObjectError::NotAnObject("it is empty"),
        _ => return ObjectError::NotAnObject("its first bytes are those of no format known here"),
    };
    ObjectError::Foreign(format)
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::MachO => "a Mach-O object (macOS)",
            Self::Coff => "a COFF object (Windows)",
            Self::WindowsProgram => "a program for Windows or DOS",
            Self::WebAssembly => "a WebAssembly module",
            Self::Archive => "an archive of objects",
            Self::Bitcode => "LLVM bitcode (-flto, -emit-llvm)",
            Self::Elf32 => "an ELF file for 32-bit addresses",
            Self::ElfBigEndian => "a big-endian ELF file",
            Self::ElfMachine(elf::EM_AARCH64) => "an ELF file for AArch64",
            Self::ElfMachine(elf::EM_RISCV) => "an ELF file for RISC-V",
            Self::ElfMachine(elf::EM_PPC64) => "an ELF file for 64-bit PowerPC",
            Self::ElfMachine(elf::EM_LOONGARCH) => "an ELF file for LoongArch",
            Self::ElfMachine(number) => {
                return write!(f, "an ELF file for another machine (e_machine is {number})");
            }
        };
        f.write_str(name)
    }
}

impl fmt::Display for ElfType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Executable => f.write_str("an executable"),
            Self::Shared => f.write_str("a shared object or position-independent executable"),
            Self::CoreDump => f.write_str("a core dump"),
            Self::Other(number) => write!(f, "an ELF file of type {number:#x}"),
        }
    }
}
