//! The section headers as they are in the file, and what can be said of them
//! before one knows what the sections are.

use object::LittleEndian;
use object::elf::{self, SectionHeader64};
use object::pod::{self, Pod};
use object::read::elf::{FileHeader, SectionHeader};

use super::error::{ObjectError, SectionDefect};
use super::format::Header;
use super::name::Names;
use super::section::SectionIndex;

/// A section's header.
pub(super) type RawSection = SectionHeader64<LittleEndian>;

/// All section headers of a file.
#[derive(Debug)]
pub(super) struct Headers<'data> {
    file: &'data [u8],
    raw: &'data [RawSection],
    names: Names<'data>,
}

impl<'data> Headers<'data> {
    /// Reads the section headers, and checks that no byte is in two sections:
    /// what is read from the sections is then no more than the file has.
    pub(super) fn read(header: &Header, file: &'data [u8]) -> Result<Headers<'data>, ObjectError> {
        let raw = raw_headers(header, file)?;
        let mut headers = Headers { file, raw, names: Names(&[]) };
        let names = header.section_strings_index(LittleEndian, file).map_or(0, |index| index.0);
        headers.names = headers.strings(SectionIndex(names))?;
        headers.check_overlaps()?;
        Ok(headers)
    }

    /// All sections, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (SectionIndex, &'data RawSection)> {
        self.raw.iter().enumerate().map(|(index, raw)| (SectionIndex(index), raw))
    }

    /// The sections of a type.
    pub(super) fn of_type(
        &self,
        section_type: u32,
    ) -> impl Iterator<Item = (SectionIndex, &'data RawSection)> {
        self.iter().filter(move |(_, raw)| raw.sh_type(LittleEndian) == section_type)
    }

    /// The only symbol table, if there is one.
    pub(super) fn symbol_table(
        &self,
    ) -> Result<Option<(SectionIndex, &'data RawSection)>, ObjectError> {
        let mut tables = self.of_type(elf::SHT_SYMTAB);
        let table = tables.next();
        match tables.next() {
            None => Ok(table),
            Some((second, _)) => Err(self.error(second, SectionDefect::SecondSymbolTable)),
        }
    }

    /// A section's name.
    pub(super) fn name(&self, index: SectionIndex) -> Result<&'data str, ObjectError> {
        let name = self.names.get(self.raw[index.0].sh_name(LittleEndian));
        name.ok_or_else(|| self.error(index, SectionDefect::Name))
    }

    /// A section's bytes in the file.
    pub(super) fn contents(&self, index: SectionIndex) -> Result<&'data [u8], ObjectError> {
        let raw = self.raw[index.0];
        let Some((offset, size)) = raw.file_range(LittleEndian) else { return Ok(&[]) };
        part(self.file, offset, Some(size)).map_err(|end| {
            let what = format!("section {}", self.label(index));
            ObjectError::Truncated { what, end, size: self.file.len() as u64 }
        })
    }

    /// A section's bytes as a table of entries of the type `T`, which are `what`.
    pub(super) fn table<T: Pod>(
        &self,
        index: SectionIndex,
        what: &'static str,
    ) -> Result<&'data [T], ObjectError> {
        let contents = self.contents(index)?;
        pod::slice_from_all_bytes(contents)
            .map_err(|()| self.error(index, SectionDefect::NotATable(what)))
    }

    /// The section with an index from the file, as a table of names.
    pub(super) fn strings(&self, index: SectionIndex) -> Result<Names<'data>, ObjectError> {
        let is_table =
            self.raw.get(index.0).is_some_and(|raw| raw.sh_type(LittleEndian) == elf::SHT_STRTAB);
        if !is_table {
            return Err(self.error(index, SectionDefect::NotATable("names")));
        }
        self.contents(index).map(Names)
    }

    /// The error that a section has this defect.
    pub(super) fn error(&self, index: SectionIndex, defect: SectionDefect) -> ObjectError {
        ObjectError::Section { section: self.label(index), defect }
    }

    /// What to call a section in a message.
    pub(super) fn label(&self, index: SectionIndex) -> String {
        let name = self.raw.get(index.0).and_then(|raw| self.names.get(raw.sh_name(LittleEndian)));
        match name {
            Some(name) if !name.is_empty() => format!("`{name}`"),
            _ => index.0.to_string(),
        }
    }

    fn check_overlaps(&self) -> Result<(), ObjectError> {
        let mut ranges = Vec::with_capacity(self.raw.len());
        // Section 0 has no bytes; when there are very many sections, its size is their number.
        for (index, raw) in self.iter().skip(1) {
            let size = self.contents(index)?.len() as u64;
            if size > 0 {
                ranges.push((raw.sh_offset(LittleEndian), size, index));
            }
        }
        ranges.sort_unstable();
        for pair in ranges.windows(2) {
            let [(offset, size, first), (next, _, second)] = [pair[0], pair[1]];
            if next - offset < size {
                let other = self.label(first);
                return Err(self.error(second, SectionDefect::Overlap { other }));
            }
        }
        Ok(())
    }
}

fn raw_headers<'data>(
    header: &Header,
    file: &'data [u8],
) -> Result<&'data [RawSection], ObjectError> {
    let offset = header.e_shoff(LittleEndian);
    let damaged = |end| {
        let what = "the table of section headers".to_owned();
        ObjectError::Truncated { what, end, size: file.len() as u64 }
    };
    // With very many sections the first header has their number.
    let first = offset.saturating_add(size_of::<RawSection>() as u64);
    let count = header.shnum(LittleEndian, file).map_err(|_| damaged(first))?;
    let size = (count as u64).checked_mul(size_of::<RawSection>() as u64);
    let bytes = part(file, offset, size).map_err(damaged)?;
    Ok(pod::slice_from_all_bytes(bytes).expect("headers can stand anywhere"))
}

/// A part of the file; or where it would end, if the file does not have it.
fn part(file: &[u8], offset: u64, size: Option<u64>) -> Result<&[u8], u64> {
    let end = size.and_then(|size| offset.checked_add(size)).unwrap_or(u64::MAX);
    if end > file.len() as u64 {
        return Err(end);
    }
    Ok(&file[offset as usize..end as usize])
}
