//! Ways to damage an object file. A seed decides which.

use std::ops::Range;

use fastrand::Rng;
use object::elf::{self, FileHeader64, Rela64, SectionHeader64, Sym64};
use object::read::elf::{FileHeader, SectionHeader};
use object::{LittleEndian, pod};

/// Where what is in an object file.
pub(crate) struct Anatomy {
    /// Tables: where each is, and how many bytes its entries have.
    tables: Vec<(Range<usize>, usize)>,
    /// Machine code.
    code: Vec<Range<usize>>,
}

impl Anatomy {
    pub(crate) fn of(file: &[u8]) -> Anatomy {
        let (header, _) = pod::from_bytes::<FileHeader64<LittleEndian>>(file).expect("a header");
        let sections = header.section_headers(LittleEndian, file).expect("section headers");
        let header_size = size_of::<SectionHeader64<LittleEndian>>();
        let headers = header.e_shoff.get(LittleEndian) as usize;
        let mut anatomy = Anatomy {
            tables: vec![
                (0..size_of::<FileHeader64<LittleEndian>>(), size_of_val(header)),
                (headers..headers + size_of_val(sections), header_size),
            ],
            code: Vec::new(),
        };
        for section in sections {
            anatomy.add(section);
        }
        anatomy
    }

    fn add(&mut self, section: &SectionHeader64<LittleEndian>) {
        let (offset, size) = section.file_range(LittleEndian).unwrap_or_default();
        let range = offset as usize..(offset + size) as usize;
        if range.is_empty() {
            return;
        }
        match section.sh_type(LittleEndian) {
            elf::SHT_SYMTAB => self.tables.insert(0, (range, size_of::<Sym64<LittleEndian>>())),
            elf::SHT_RELA => self.tables.push((range, size_of::<Rela64<LittleEndian>>())),
            elf::SHT_STRTAB => self.tables.push((range, 1)),
            _ => self.code.push(range),
        }
    }

    /// One of the tables; half of the time one of the first, which are not for relocations.
    fn table(&self, rng: &mut Rng) -> (Range<usize>, usize) {
        let few = self.tables.len().min(3);
        let index = if rng.bool() { rng.usize(..few) } else { rng.usize(..self.tables.len()) };
        self.tables[index].clone()
    }

    /// An entry of one of the tables.
    fn entry(&self, rng: &mut Rng) -> Range<usize> {
        let (table, size) = self.table(rng);
        let start = table.start + rng.usize(..table.len() / size) * size;
        start..start + size
    }
}

/// The object with an injury or two.
pub(crate) fn damage(file: &[u8], anatomy: &Anatomy, rng: &mut Rng) -> Vec<u8> {
    let mut file = file.to_vec();
    for _ in 0..rng.usize(1..=2) {
        if !file.is_empty() {
            injure(&mut file, anatomy, rng);
        }
    }
    file
}

fn injure(file: &mut Vec<u8>, anatomy: &Anatomy, rng: &mut Rng) {
    match rng.u8(..20) {
        0 => file.truncate(rng.usize(..=file.len())),
        1 => file.truncate(anatomy.table(rng).0.end.saturating_sub(rng.usize(..3))),
        2 => shift(file, rng),
        3..5 => {
            let all = 0..file.len();
            flip_bits(file, all, rng);
        }
        5..7 => flip_bits(file, rng.choice(&anatomy.code).expect("there is code").clone(), rng),
        7..10 => flip_bits(file, anatomy.entry(rng), rng),
        10..16 => overwrite_field(file, anatomy.entry(rng), rng),
        _ => copy_entry(file, &anatomy.table(rng), rng),
    }
}

fn flip_bits(file: &mut [u8], range: Range<usize>, rng: &mut Rng) {
    for _ in 0..rng.usize(1..=4) {
        if let Some(byte) = file.get_mut(rng.usize(range.clone())) {
            *byte ^= 1 << rng.u8(..8);
        }
    }
}

/// Writes a value that is likely to be wrong to a field of an entry.
fn overwrite_field(file: &mut [u8], entry: Range<usize>, rng: &mut Rng) {
    let size = file.len() as u64;
    let random = rng.u64(..);
    let small = rng.u64(..200);
    let values = [0, 1, small, size, size - 1, random, 1 << 31, 1 << 63, i64::MAX as u64, u64::MAX];
    let value = *rng.choice(&values).expect("there are some");
    let width = *rng.choice(&[1, 2, 4, 8]).expect("there are some");
    let start = entry.start + rng.usize(..entry.len()) / width * width;
    if let Some(field) = file.get_mut(start..start + width) {
        field.copy_from_slice(&value.to_le_bytes()[..width]);
    }
}

/// Overwrites an entry of a table with another one of it.
fn copy_entry(file: &mut [u8], (table, size): &(Range<usize>, usize), rng: &mut Rng) {
    let mut any = || table.start + rng.usize(..table.len() / size) * size;
    let (from, to) = (any(), any());
    if table.end <= file.len() {
        file.copy_within(from..from + size, to);
    }
}

/// Takes bytes out, or puts bytes in, so that all behind them is somewhere else.
fn shift(file: &mut Vec<u8>, rng: &mut Rng) {
    let place = rng.usize(..=file.len());
    let count = rng.usize(1..=16);
    if rng.bool() {
        file.drain(place..(place + count).min(file.len()));
    } else {
        file.splice(place..place, std::iter::repeat_n(rng.u8(..), count));
    }
}
